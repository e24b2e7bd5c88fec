import json

import pytest
import torch

from app.reader.records import Gold, Record
from app.reader.training import CHECKPOINT, Recipe, train

CONTEXT = "The bridge was built in 1820. It fell in a storm. Nobody was hurt. The town paid for another."


@pytest.fixture
def records() -> list[Record]:
    golds = (Gold("1820", CONTEXT.index("1820")),)
    answerable = Record("1", "squad2-dev-half", "g", "When was the bridge built?", CONTEXT, golds, "", ())
    unanswerable = Record("2", "squad2-dev-half", "g", "Who built the bridge?", CONTEXT, (), "", ())
    return [answerable, unanswerable] * 4


def test_a_stopped_run_goes_on_from_its_checkpoint_and_leaves_a_model(tmp_path, records):
    recipe = Recipe(epochs=1, batch_tokens=128, checkpoint_every=1)
    train(records, tmp_path, recipe)
    first = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    assert first["done"] == json.loads((tmp_path / "recipe.json").read_text())["steps"] > 1

    train(records, tmp_path, Recipe(epochs=2, batch_tokens=128, checkpoint_every=1))
    second = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    assert second["done"] == 2 * first["done"]
    # The optimizer counts its own steps: it has gone on, and has not begun again.
    assert next(iter(second["optimizer"]["state"].values()))["step"] == second["done"]
    assert (tmp_path / "model.safetensors").is_file()
