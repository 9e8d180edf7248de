"""Weights files of every kind: ``.safetensors`` with the settings of their network, and PyTorch's ``.pth``."""

from pathlib import Path
from typing import Dict, NamedTuple

from ..errors import CheckpointError
from ..runtime.files import write_atomically
from ..runtime.weights_path import resolve
from . import state_dicts


class WeightsFile(NamedTuple):
    """``weights`` {name: tensor}, ``metadata`` {name: text}, which a ``.pth`` does not have, and the ``path``."""

    weights: Dict
    metadata: Dict[str, str]
    path: Path


def read(name):
    """The :class:`WeightsFile` of a path, or of ``package`` for the shipped weights.

    Tensors only, so that a file cannot run code.

    Names come without the ``module.`` that DataParallel puts before them.

    Raises:
        CheckpointError: the file is missing, damaged, or holds something else.
    """
    path = resolve(name)
    if path.suffix == ".safetensors":
        weights, metadata = _read_safetensors(path)
        return WeightsFile(weights, metadata, path)
    if path.suffix == ".onnx":
        raise CheckpointError(
            f"{path} is of ONNX Runtime, and a network for PyTorch is wanted here. Name the .safetensors or .pth."
        )
    return WeightsFile(state_dicts.load_weights(path), {}, path)


def write_safetensors(path, weights, metadata):
    """Write ``weights`` {name: tensor} and ``metadata`` {name: text}; the file is there whole or not at all."""
    from safetensors.torch import save

    content = save({name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}, dict(metadata))
    write_atomically(path, lambda file: file.write(content))


def _read_safetensors(path):
    try:
        from safetensors import safe_open
    except ImportError as error:  # the toolbox's own environment does not have it
        raise CheckpointError(f"{path} needs safetensors, which is not installed. pip install safetensors") from error
    try:
        with safe_open(str(path), framework="pt", device="cpu") as file:
            weights = {state_dicts.without_module(name): file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            metadata = file.metadata() or {}
    except Exception as error:  # of a damaged file, safetensors and torch raise errors of many types
        raise CheckpointError(
            f"{path} cannot be read as safetensors ({error}). It may be cut short or damaged; copy it again."
        ) from error
    state_dicts.check_finite(weights, path)
    return weights, metadata
