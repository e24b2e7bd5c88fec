import copy

import numpy as np
import pytest
import torch
from transformers import AutoModelForQuestionAnswering

from app.reader.export import export, shipped_weights
from app.reader.model import WEIGHTS, Reader, TransformersReader
from index.encoder import model_folder

QUESTION, PASSAGE = "Who directed the film?", "The film was directed by Ada Quill in 1931, after the storm."


@pytest.fixture(scope="module")
def model():
    model = AutoModelForQuestionAnswering.from_pretrained(model_folder(), attn_implementation="eager")
    model.load_state_dict(shipped_weights(WEIGHTS, model))
    return model


def test_the_shipped_weights_unpacked_answer_as_the_shipped_model_does(model, tmp_path):
    model.save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((model_folder() / name).read_bytes())
    readers = TransformersReader(str(tmp_path)), Reader()
    unpacked, shipped = (reader.read(QUESTION, [PASSAGE])[0] for reader in readers)
    assert PASSAGE[shipped.start : shipped.end] == "Ada Quill"
    assert (unpacked.start, unpacked.end) == (shipped.start, shipped.end)
    assert unpacked.score == pytest.approx(shipped.score, abs=3.0)


@torch.no_grad()
def test_what_is_exported_is_the_mean_and_can_be_unpacked_again(model, tmp_path):
    trained = []
    for factor in (0.5, 1.5):
        scaled = copy.deepcopy(model)
        for weights in scaled.parameters():
            weights *= factor
        trained.append(tmp_path / str(factor))
        scaled.save_pretrained(trained[-1])
    export(trained, tmp_path / "weights")
    again = shipped_weights(tmp_path / "weights", model)
    for name, tensor in model.state_dict().items():
        assert torch.allclose(again[name], tensor, atol=float(tensor.abs().max()) / 100), name
    assert np.isfinite(Reader(tmp_path / "weights").read(QUESTION, [PASSAGE])[0].score)
