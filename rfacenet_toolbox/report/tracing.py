"""A network's blocks in the order in which they ran, with their shapes and who feeds whom, by forward hooks."""

from typing import NamedTuple, Tuple

import torch
from torch import nn

#: the source of a block that takes the clip itself
CLIP = -1


class Block(NamedTuple):
    """One run of a block."""

    name: str  #: the module's, in the model
    kind: str  #: its class, or those of its parts
    sources: Tuple[int, ...]  #: which blocks of the list feed it, by index, or :data:`CLIP`
    shape: Tuple[int, ...]  #: of its output, without the batch
    source_shapes: Tuple[Tuple[int, ...], ...]  #: of its inputs, without the batch


def trace(model, clip):
    """The :class:`Block` s that a forward pass runs.

    A block is a module without children, a Sequential of such, or a module with parameters of its own. An input that
    no block made comes from a function between two of them, such as a mean; it counts as the last block's that ran.

    Args:
        model: any network.
        clip: (1, C, T, H, W), what it takes.
    """
    blocks, made_by, alive = [], {id(clip): CLIP}, [clip]
    training = model.training

    def note(name, module, inputs, output):
        tensors = [tensor for tensor in inputs if isinstance(tensor, torch.Tensor)]
        sources = tuple(made_by.get(id(tensor), len(blocks) - 1) for tensor in tensors)
        shapes = tuple(tuple(tensor.shape[1:]) for tensor in tensors)
        made_by[id(output)] = len(blocks)
        blocks.append(Block(name, _kind(module), sources, tuple(output.shape[1:]), shapes))
        alive.append(output)  # an id is reused once its tensor is gone

    handles = [
        module.register_forward_hook(lambda module, inputs, output, name=name: note(name, module, inputs, output))
        for name, module in _blocks(model)
    ]
    try:
        with torch.no_grad():
            model.eval()(clip)
    finally:
        model.train(training)
        for handle in handles:
            handle.remove()
    return blocks


def _blocks(model, prefix=""):
    for name, module in model.named_children():
        whole = not list(module.children()) or any(True for _ in module.parameters(recurse=False))
        chain = isinstance(module, nn.Sequential) and not any(list(part.children()) for part in module)
        if whole or chain:
            yield prefix + name, module
        else:
            yield from _blocks(module, f"{prefix}{name}.")


def _kind(module):
    parts = list(module.children()) if isinstance(module, nn.Sequential) else [module]
    return " ".join(type(part).__name__ for part in parts)
