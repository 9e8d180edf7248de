"""Weights files and full-state files, read with care and written whole."""

import contextlib
from pathlib import Path

import torch
from torch.nn.modules.module import register_module_parameter_registration_hook

from ..errors import CheckpointError
from ..runtime import torch_files
from ..runtime.files import write_atomically
from ..runtime.unpickle import Refused
from .weights_metadata import EXPORT_AGAIN

_RUNNING_STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def save(path, content):
    """Save tensors, numbers, strings, lists and dicts of them."""
    write_atomically(path, lambda file: torch.save(content, file))


def load(path, remedy="use that of another epoch"):
    """What :func:`save` saved, on the CPU. Tensors and plain values only: a file cannot run code.

    Args:
        path: of the file.
        remedy: what can be done about a damaged one besides copying it again.

    Raises:
        CheckpointError: the file is missing, damaged, or holds something else.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"no checkpoint at {path}. Train first, or correct the path in the config.")
    try:
        return torch_files.read(path)
    except Refused as refused:
        raise CheckpointError(
            f"{path} asks for {refused}, which weights have no use for: loading it the usual way could run somebody "
            f"else's code. Nothing in it was run. A whole pickled model is such a file, too: save its state_dict, or "
            f"get the file again from its source."
        ) from None
    except Exception as error:  # a damaged file can raise nearly anything
        raise CheckpointError(
            f"{path} cannot be read as a checkpoint ({type(error).__name__}: {str(error)[:300]}). It is damaged, cut "
            f"short or another kind of file: copy it again, or {remedy}."
        ) from error


def load_weights(path):
    """The parameters in a weights file, without the ``module.`` that DataParallel puts before each name."""
    content = load(path)
    if not isinstance(content, dict) or not content:
        raise CheckpointError(f"{path} holds {type(content).__name__}; expected the named tensors of a state_dict.")
    others = [name for name, value in content.items() if not isinstance(value, torch.Tensor)]
    if others:
        raise CheckpointError(
            f"{path} holds {', '.join(map(str, others[:3]))} beside or instead of named tensors, as a training state "
            f"does. Use a weights file, such as the <MODEL_FILE_NAME>_Epoch<k>.pth of the same run."
        )
    check_finite(content, path)
    return {without_module(name): value for name, value in content.items()}


def check_finite(weights, source):
    """Refuse ``weights`` {name: tensor} that hold a number that is none.

    Raises:
        CheckpointError: with the tensor.
    """
    for name, value in weights.items():
        try:
            bad = int((~torch.isfinite(value)).sum())
        except RuntimeError as error:  # PyTorch computes with some types, and only stores the others
            raise CheckpointError(
                f"{source}: {name} is of type {value.dtype}; expected float32, as networks are trained. Export or save "
                f"the weights again."
            ) from error
        if bad:
            raise CheckpointError(
                f"{source}: {bad} of the {value.numel()} numbers of {name} are not finite, and every prediction would "
                f"be lost with them. The training diverged, or the file is damaged: use that of another epoch."
            )


def fit(model, weights, source, may_miss=()):
    """Load ``weights`` into ``model``; names that start with one of ``may_miss`` may be absent from either.

    Raises:
        CheckpointError: names or shapes differ; the message shows which.
    """
    check_fit(model, weights, source, may_miss)
    model.load_state_dict(weights, strict=False)


def check_fit(model, weights, source, may_miss=()):
    """Refuse weights that :func:`fit` would; ``model`` may be an outline without memory."""
    own = model.state_dict()
    missing, unknown = (
        [name for name in names if name not in others and not name.startswith(tuple(may_miss))]
        for names, others in ((own, weights), (weights, own))
    )
    shapes = [
        f"{name} is {tuple(weights[name].shape)}, the model's is {tuple(own[name].shape)}"
        for name in weights
        if name in own and weights[name].shape != own[name].shape
    ]
    if missing or unknown or shapes:
        raise CheckpointError(
            f"{source} is of another model than the config describes: "
            f"{_some('absent', missing)}{_some('unknown', unknown)}{_some('of another shape', shapes)}"
            f"{_hint(missing + unknown, shapes)}"
        )


@contextlib.contextmanager
def outline_for(weights, source):
    """Within this, modules get shapes and no memory, and far fewer parameters than a file could ask for.

    Raises:
        CheckpointError: they have several times as many parameters as ``weights``.
    """
    most = 1000 + 4 * len(weights)
    made = 0

    def count(module, name, parameter):
        nonlocal made
        made += 1
        if made > most:
            raise CheckpointError(
                f"{source} has {len(weights)} tensors, and a network of its settings has over {most}. {EXPORT_AGAIN}"
            )

    handle = register_module_parameter_registration_hook(count)
    try:
        with torch.device("meta"):
            yield
    finally:
        handle.remove()


def without_module(name):
    """The name without the ``module.`` that DataParallel puts before it."""
    return name[len("module.") :] if name.startswith("module.") else name


def _hint(names, shapes):
    if not shapes and all(name.endswith(_RUNNING_STATISTICS) for name in names):
        return (
            "Only one of the two has the running statistics of batch normalisation: compare MODEL.RFACENET.NORM with "
            "what it was trained with."
        )
    return "Compare MODEL.NAME and the settings below MODEL with those it was trained with."


def _some(what, names):
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{len(names)} {what} ({', '.join(names[:3])}{more}). "
