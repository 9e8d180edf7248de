"""Writing a trained network as ONNX, for ``rfacenet predict`` without PyTorch and for other runtimes."""

import contextlib
import inspect
import io
import warnings

import torch

from ..runtime.files import write_atomically
from ..runtime.packages import require
from .onnx_layout import exportable

#: the oldest set of operations that has what the networks need, read by ONNX Runtime 1.8 (2021) and later
_OPSET = 14


def write_onnx(path, network, metadata):
    """Write a network and its ``metadata`` {name: text}; the file is there whole or not at all.

    Its input is ``clip``, float32 (B, 3, T, H, W), its output ``bvp``, (B, T), for any B.

    Args:
        network: what :func:`rfacenet_toolbox.training.inference.network` made; it is not to be used any more.
        metadata: what a ``.safetensors`` of the network says.

    Raises:
        ConfigError: the package onnx is not installed.
    """
    require("onnx", "onnx-export", f"Writing {path}")
    import onnx

    frames, size = int(metadata["frames"]), int(metadata["size"])
    model = onnx.load_from_string(_exported(exportable(network, frames, size), frames, size))
    onnx.helper.set_model_props(model, metadata)
    onnx.checker.check_model(model, full_check=True)
    content = model.SerializeToString()
    write_atomically(path, lambda file: file.write(content))


def _exported(network, frames, size):
    """The graph as bytes, by the exporter that traces: it needs no further package."""
    content = io.BytesIO()
    options = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    clip = torch.zeros(2, 3, frames, size, size)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), torch.no_grad():
        warnings.simplefilter("ignore")  # of deprecation, and of sizes that are constants here
        torch.onnx.export(
            network, (clip,), content, opset_version=_OPSET, input_names=["clip"], output_names=["bvp"],
            dynamic_axes={"clip": {0: "batch"}, "bvp": {0: "batch"}}, **options,
        )  # fmt: skip
    return content.getvalue()
