"""A trained model → the form that ships: fused ONNX with int8 weights, and its tokenizer."""

import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.optimizer import optimize_model
from transformers import AutoModelForQuestionAnswering

from index.encoder import model_folder

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("start_logits", "end_logits")


class Int8Embedding(torch.nn.Module):
    """An embedding table in int8 with a scale for each row."""

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        scale = table.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("rows", (table / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.rows[ids].float() * self.scale[ids]


@torch.no_grad()
def export(trained: Path, weights: Path, quantize: bool = True) -> None:
    """Write `model.onnx` and `tokenizer.json` into `weights` from the transformers model in `trained`.

    Matrices become int8 for each output channel, activations at run time (dynamic quantization). Without `quantize`
    everything stays float32, to compare with.
    """
    weights.mkdir(parents=True, exist_ok=True)
    model = AutoModelForQuestionAnswering.from_pretrained(trained, attn_implementation="eager").eval()
    if quantize:
        embeddings = model.bert.embeddings
        embeddings.word_embeddings = Int8Embedding(embeddings.word_embeddings.weight.data)
    sample = tuple(torch.ones((2, 16), dtype=torch.long) for _ in INPUTS)
    with tempfile.TemporaryDirectory() as folder:
        plain, fused = Path(folder) / "plain.onnx", Path(folder) / "fused.onnx"
        torch.onnx.export(
            model,
            sample,
            str(plain),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "windows", 1: "tokens"} for name in INPUTS + OUTPUTS},
            opset_version=17,
            dynamo=False,
        )
        config = model.config
        optimize_model(
            str(plain), "bert", num_heads=config.num_attention_heads, hidden_size=config.hidden_size
        ).save_model_to_file(str(fused))
        if quantize:
            quantize_dynamic(
                fused,
                weights / "model.onnx",
                op_types_to_quantize=["MatMul", "Attention"],
                per_channel=True,
                weight_type=QuantType.QInt8,
                # Shape inference does not know the fused operators' types.
                extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
            )
        else:
            shutil.copyfile(fused, weights / "model.onnx")
    shutil.copyfile(model_folder() / "tokenizer.json", weights / "tokenizer.json")
