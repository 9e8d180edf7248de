"""A network that ``rfacenet export`` wrote as ONNX, computed by ONNX Runtime, without PyTorch."""

import os

import numpy as np

from ..errors import CheckpointError
from ..runtime import limits
from ..runtime.portable import available_cpus
from ..runtime.weights_path import resolve
from ..training.weights_metadata import DEFAULTS, check_method, clip_settings

INSTALL = "pip install 'rfacenet-toolbox[onnx]'"


class OnnxNetwork:
    """float32 (B, 3, T, H, W) -> (B, T).

    The file's bytes are read here, so that a graph that names further files gets none of them.

    Attributes:
        settings: :class:`~rfacenet_toolbox.training.weights_metadata.ClipSettings`.
        path: of the file.

    Args:
        method: the network that the file should hold.
        path: an ``.onnx`` file of ``rfacenet export``.

    Raises:
        CheckpointError: ONNX Runtime is not installed; the file is missing, damaged, or of another network.
    """

    def __init__(self, method, path):
        self.path = resolve(path)
        self._session = _session(self.path)
        metadata = self._session.get_modelmeta().custom_metadata_map
        check_method(self.path, metadata, method)
        self.settings = clip_settings(self.path, {**DEFAULTS[method], **metadata})
        self._check_shapes()

    def __call__(self, clips):
        try:
            (waveforms,) = self._session.run(None, {"clip": np.ascontiguousarray(clips, dtype=np.float32)})
        except Exception as error:  # ONNX Runtime has an error type for each of its codes
            raise CheckpointError(f"{self.path} cannot be computed ({_first_line(error)}). Export it again.") from error
        if waveforms.shape != (len(clips), self.settings.frames) or not np.isfinite(waveforms).all():
            raise CheckpointError(f"{self.path} does not give a finite number for each frame. Export it again.")
        return waveforms

    def _check_shapes(self):
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        frames, size = self.settings.frames, self.settings.size
        found = [(one.name, list(one.shape)[1:], one.type) for one in [*inputs, *outputs]]
        if found != [("clip", [3, frames, size, size], "tensor(float)"), ("bvp", [frames], "tensor(float)")]:
            shown = ", ".join(f"{name} {shape}" for name, shape, _ in found)[:200]
            raise CheckpointError(
                f"{self.path} takes and gives {shown}; expected clip (B, 3, {frames}, {size}, {size}) and bvp "
                f"(B, {frames}), as its metadata say. Export it again."
            )


def _session(path):
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise CheckpointError(f"{path} needs ONNX Runtime, which is not installed. Run {INSTALL}.") from error
    if os.path.getsize(path) > limits.ONNX_BYTES:
        raise CheckpointError(
            f"{path} has {os.path.getsize(path)} bytes; expected {limits.ONNX_BYTES} or less. It was not written by "
            f"rfacenet export."
        )
    options = onnxruntime.SessionOptions()
    threads = os.environ.get("OMP_NUM_THREADS", "")  # as PyTorch has it
    options.intra_op_num_threads = int(threads) if threads.isdecimal() and int(threads) else available_cpus()
    options.log_severity_level = 4  # what it says is in the error, too
    with open(path, "rb") as file:
        content = file.read()
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has an error type for each of its codes
        raise CheckpointError(
            f"{path} cannot be read as ONNX ({_first_line(error)}). It may be cut short or damaged; export it again."
        ) from error


def _first_line(error):
    return str(error).strip().partition("\n")[0][:200]
