"""Which file a setting or an option that names weights means."""

from pathlib import Path

from ..errors import CheckpointError

#: what stands for the weights that the package ships
PACKAGE = "package"
SHIPPED = Path(__file__).parents[1] / "weights" / "rfacenet.safetensors"
#: the same network for ONNX Runtime
SHIPPED_ONNX = SHIPPED.with_suffix(".onnx")


def resolve(name):
    """The path that ``name`` stands for: itself, or the shipped weights' for :data:`PACKAGE`.

    Raises:
        CheckpointError: nothing there.
    """
    path = SHIPPED if name == PACKAGE else Path(name)
    if path.is_file():
        return path
    if name == PACKAGE:
        raise CheckpointError(f"This copy of the package has no trained weights ({path} is not there). Name a file.")
    if path.is_dir():
        raise CheckpointError(f"{path} is a folder; expected a weights file. Name the one in it that is meant.")
    raise CheckpointError(f"There is no weights file at {path}. Correct the path.")
