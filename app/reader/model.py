"""The reader: a question and passages → scored spans. The only importer of the inference runtimes."""

import hashlib
import os
import unicodedata
from functools import cached_property
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer

from app.answer import Span
from app.reader.runtime import openvino
from app.reader.spans import NO_ANSWER, best_spans
from index.splitter import sentence_ends

WEIGHTS = Path(__file__).parent / "weights"
MAX_TOKENS = 256
"""Longest window, question and special word pieces included; a longer passage is read in several."""
STRIDE_TOKENS = 64
"""Word pieces that neighbouring windows of one passage share."""
MAX_QUESTION_TOKENS = 64
MAX_THREADS = 4


class ReaderError(RuntimeError):
    """The reader's weights are missing or broken."""


class Reader:
    """The extractive question-answering model that ships, in OpenVINO's format with int8 weights.

    Cheap to construct; `load` takes a fraction of a second.
    """

    def __init__(self, weights: Path | str = WEIGHTS) -> None:
        self._weights = weights
        self._tokenizer: Tokenizer | None = None
        self._question_tokenizer: Tokenizer | None = None

    def load(self) -> None:
        """Load model and tokenizer. Raises ReaderError."""
        if self._tokenizer is not None:
            return
        try:
            self._load_model()
            tokenizer, question_tokenizer = self._open_tokenizer(), self._open_tokenizer()
        except ReaderError:
            raise
        except Exception as error:  # the libraries raise bare Exception subclasses of their own
            raise ReaderError(f"the reader in {self._weights} cannot be loaded ({error})") from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS, stride=STRIDE_TOKENS, strategy="only_second")
        question_tokenizer.no_padding()
        question_tokenizer.enable_truncation(MAX_QUESTION_TOKENS)
        self._tokenizer, self._question_tokenizer = tokenizer, question_tokenizer

    def read(self, question: str, passages: list[str]) -> list[Span]:
        """The best spans of all `passages`, the highest score first; none when nothing can be an answer."""
        windows = self.windows(question, passages)
        if not windows:
            return []
        start_logits, end_logits = self._logits(*_arrays([window for _, window in windows]))
        ends = [sentence_ends(text) for text in passages]
        segments = np.stack([_segments(window, ends[number], start_logits.shape[1]) for number, window in windows])
        spans = []
        for token_span in best_spans(start_logits, end_logits, segments):
            number, window = windows[token_span.window]
            start, end = window.offsets[token_span.first][0], window.offsets[token_span.last][1]
            # A combining mark belongs to the letter before it, but to no word piece.
            while unicodedata.combining(passages[number][end : end + 1] or " "):
                end += 1
            spans.append(Span(number, start, end, token_span.score, token_span.log_probability))
        return spans

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over the names and the bytes of model, tokenizer and calibration, in the order of names."""
        digest = hashlib.sha256()
        for file in sorted(self._weights.iterdir()):
            if file.suffix in (".bin", ".json", ".xml"):
                digest.update(file.name.encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()

    def windows(self, question: str, passages: list[str]) -> list[tuple[int, Encoding]]:
        """What the model is given: each passage's number and word pieces, in several windows where it is long."""
        self.load()
        question = self._shorten(question)
        encodings = self._tokenizer.encode_batch([(question, text) for text in passages])
        return [(number, each) for number, first in enumerate(encodings) for each in (first, *first.overflowing)]

    def _load_model(self) -> None:
        for name in ("model.xml", "model.bin", "tokenizer.json"):
            if not (self._weights / name).is_file():
                raise ReaderError(f"{self._weights / name} is missing; install the program again")
        options = {
            "INFERENCE_NUM_THREADS": min(MAX_THREADS, os.cpu_count() or 1),
            # One question at a time takes all threads; pinned ones would stand in the way of the encoder's.
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,
            "INFERENCE_PRECISION_HINT": "f32",
            # Activations in int8 too where the processor has products for it, with a scale for each so many of them.
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": 32,
        }
        model = openvino.Core().read_model(self._weights / "model.xml", self._weights / "model.bin")
        self._model = openvino.Core().compile_model(model, "CPU", options)

    def _open_tokenizer(self) -> Tokenizer:
        return Tokenizer.from_file(str(self._weights / "tokenizer.json"))

    def _logits(self, ids: np.ndarray, mask: np.ndarray, types: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Start and end logits: float32 arrays with shape [windows, tokens], as `ids`, `mask` and `types` (int64)."""
        # A request of its own for each call: several threads may ask at once.
        request = self._model.create_infer_request()
        request.infer({"input_ids": ids, "attention_mask": mask, "token_type_ids": types})
        # The tensors are the request's own memory.
        return request.get_output_tensor(0).data.copy(), request.get_output_tensor(1).data.copy()

    def _shorten(self, question: str) -> str:
        """The question's first word pieces, so that passages keep most of the window."""
        pieces = self._question_tokenizer.encode(question, add_special_tokens=False)
        return question[: pieces.offsets[-1][1]] if pieces.overflowing else question


class TransformersReader(Reader):
    """Any extractive model in the transformers layout, from a folder or, where there is a network, from the hub.

    Slower to load and to run than the one that ships: torch, float32.
    """

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over the names and the values of the weights, in the order of names."""
        self.load()
        digest = hashlib.sha256()
        for name, weights in sorted(self._model.state_dict().items()):
            digest.update(name.encode())
            digest.update(weights.numpy().tobytes())
        return digest.hexdigest()

    def _load_model(self) -> None:
        # It takes seconds, and only this reader needs it.
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self._model = AutoModelForQuestionAnswering.from_pretrained(self._weights, dtype=torch.float32).eval()
        self._transformers_tokenizer = AutoTokenizer.from_pretrained(self._weights)

    def _open_tokenizer(self) -> Tokenizer:
        return Tokenizer.from_str(self._transformers_tokenizer.backend_tokenizer.to_str())

    def _logits(self, ids: np.ndarray, mask: np.ndarray, types: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import torch

        feed = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        if "token_type_ids" in self._transformers_tokenizer.model_input_names:
            feed["token_type_ids"] = torch.from_numpy(types)
        with torch.inference_mode():
            output = self._model(**feed)
        return output.start_logits.numpy(), output.end_logits.numpy()


def _arrays(windows: list[Encoding]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids, attention mask and token types of `windows`: int64 arrays with shape [windows, tokens], padded with 0."""
    width = max(len(window.ids) for window in windows)
    arrays = np.zeros((3, len(windows), width), dtype=np.int64)
    for row, window in enumerate(windows):
        arrays[:, row, : len(window.ids)] = window.ids, window.attention_mask, window.type_ids
    return arrays[0], arrays[1], arrays[2]


def _segments(window: Encoding, sentence_ends: list[int], width: int) -> np.ndarray:
    """The sentence that each word piece of the passage begins in, NO_ANSWER elsewhere: int array with shape [width]."""
    numbers = np.searchsorted(sentence_ends, [start for start, _ in window.offsets], side="right")
    segments = np.full(width, NO_ANSWER)
    segments[: len(numbers)] = np.where([sequence == 1 for sequence in window.sequence_ids], numbers, NO_ANSWER)
    return segments
