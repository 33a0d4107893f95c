"""From fine-tuned weights to what ships: an ONNX graph in eight-bit integers, and its tokenizer.

Needs the dependency group ``training``; nothing at run time imports this module.
"""

from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

from context.artefacts import write_checked
from context.engines.models import ENCODER, TOKENIZER
from context.training.encoder import BASE, Encoder


def export(weights: Path, out: Path, work: Path) -> None:
    """Write the encoder's graph and tokenizer with their checksums.

    Args:
        weights: What ``tune`` wrote.
        out: Folder for the two artefacts.
        work: Folder for the graphs on the way.
    """
    model = Encoder()
    model.load_state_dict(torch.load(weights, weights_only=True))
    model.eval()
    ids = torch.ones((2, 12), dtype=torch.long)
    inputs, outputs = ["ids", "mask", "kinds"], ["tone", "meaning"]
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        str(work / "encoder.float.onnx"),
        input_names=inputs,
        output_names=outputs,
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in inputs}
        | {name: {0: "texts"} for name in outputs},
        opset_version=17,
        dynamo=False,
    )
    quant_pre_process(
        str(work / "encoder.float.onnx"),
        str(work / "encoder.inferred.onnx"),
        skip_symbolic_shape=True,
    )
    quantize_dynamic(
        str(work / "encoder.inferred.onnx"),
        str(work / "encoder.int8.onnx"),
        weight_type=QuantType.QInt8,
        per_channel=True,
    )
    write_checked(out / ENCODER, (work / "encoder.int8.onnx").read_bytes())
    write_checked(out / TOKENIZER, (BASE / "tokenizer.json").read_bytes())
