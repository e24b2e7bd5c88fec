"""A trained model → the form that ships: OpenVINO with int8 weights, and its tokenizer; and back again."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForQuestionAnswering

from app.reader.runtime import openvino
from index.encoder import model_folder

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


@torch.no_grad()
def export(trained: Sequence[Path], weights: Path) -> None:
    """Write `model.xml`, `model.bin` and `tokenizer.json` into `weights` from the transformers models in `trained`.

    Their weights are averaged (Wortsman et al. 2022, "Model soups"). Matrices and word embeddings become int8 with a
    scale for each row.
    """
    # It takes seconds, and `shipped_weights` does without it.
    import nncf

    weights.mkdir(parents=True, exist_ok=True)
    models = [AutoModelForQuestionAnswering.from_pretrained(each, attn_implementation="eager") for each in trained]
    model = models[0].eval()
    states = [each.state_dict() for each in models]
    model.load_state_dict({name: torch.stack([state[name] for state in states]).mean(dim=0) for name in states[0]})
    sample = {name: torch.ones((2, 16), dtype=torch.long) for name in INPUTS}
    converted = openvino.convert_model(model, example_input=sample)
    compressed = nncf.compress_weights(converted, mode=nncf.CompressWeightsMode.INT8_SYM)
    openvino.save_model(compressed, weights / "model.xml", compress_to_fp16=False)
    shutil.copyfile(model_folder() / "tokenizer.json", weights / "tokenizer.json")


def shipped_weights(weights: Path, model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The state of `model`, a BertForQuestionAnswering, with the values of the int8 model that `export` wrote."""
    graph = openvino.Core().read_model(weights / "model.xml", weights / "model.bin")
    nodes = [node for node in graph.get_ordered_ops() if isinstance(node, openvino.op.Constant)]
    constants = {node.friendly_name: node.data for node in nodes}
    state = model.state_dict()
    # Vectors have no names of their own, but stand in the order in which the model uses them.
    vectors = (value for value in constants.values() if value.dtype == np.float32 and value.size > 1)
    for name, tensor in state.items():
        if tensor.dim() == 1:
            value = next(vectors)
        else:
            value = constants[f"self.{name}"].astype(np.float32) * constants[f"self.{name}/scale"].astype(np.float32)
        state[name] = torch.from_numpy(value.reshape(tensor.shape).copy())
    return state
