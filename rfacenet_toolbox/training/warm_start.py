"""``MODEL.RFACENET.INIT``: weights that a training run starts from, of the whole network or of a part of it.

Weights of rFaceNet start every branch whose shapes they fit. Those of a PhysNet, the toolbox's own included, start the
3D branch: their names are those of ``pulse.``, without that word.
"""

from collections import Counter
from typing import List, NamedTuple

import torch

from ..errors import CheckpointError
from ..runtime import processes
from . import weights_files

_BRANCH = "pulse."


class Loaded(NamedTuple):
    """Names of tensors: the model's, ``loaded`` or left ``fresh``; and the file's, left ``unused``."""

    loaded: List[str]
    fresh: List[str]
    unused: List[str]

    def __str__(self):
        parts = [("loaded", self.loaded), ("not in the file, so as initialised", self.fresh), ("not used", self.unused)]
        return "; ".join(f"{what}: {_counted(names)}" for what, names in parts if names)


def start(model, setting):
    """Start ``model`` from the weights that ``INIT`` names, and print what was loaded and what was not.

    Args:
        model: the network, whose parameters are changed in place.
        setting: ``''`` for none, ``package`` for the shipped weights, or a path.

    Raises:
        CheckpointError: no such file, a damaged one, or one that fits nothing of the model.
    """
    if not setting:
        return
    file = weights_files.read(setting)
    result = load_into(model, file.weights, file.path)
    if processes.is_writer():
        print(f"Starting from {file.path}. {result}")


def load_into(model, weights, source):
    """Copy into ``model`` every tensor of ``weights`` that fits it by name and shape.

    Args:
        weights: {name: tensor}.
        source: where they come from, for the error.

    Returns:
        :class:`Loaded`.

    Raises:
        CheckpointError: nothing fits.
    """
    own = model.state_dict()
    places = {name: _place(name, value, own) for name, value in weights.items()}
    fitting = {place: weights[name] for name, place in places.items() if place is not None}
    if not fitting:
        raise CheckpointError(
            f"Nothing in {source} fits the model: it has {_counted(list(weights))}, and the model "
            f"{_counted(list(own))}. MODEL.RFACENET.INIT takes weights of rFaceNet or of PhysNet."
        )
    with torch.no_grad():
        for place, value in fitting.items():
            own[place].copy_(value)
    fresh = [name for name in own if name not in fitting]
    return Loaded(sorted(fitting), fresh, [name for name, place in places.items() if place is None])


def _place(name, value, own):
    """The model's name for a tensor of the file, None where it has none of that shape."""
    without = name[len(_BRANCH) :] if name.startswith(_BRANCH) else name
    for place in (name, _BRANCH + name, without):
        if place in own and own[place].shape == value.shape:
            return place
    return None


def _counted(names):
    """``pulse (84 tensors), contour (24 tensors)``."""
    counts = Counter(name.partition(".")[0] for name in names)
    shown = [f"{part} ({count} tensors)" for part, count in list(counts.items())[:6]]
    more = f" and {len(counts) - len(shown)} more parts" if len(counts) > len(shown) else ""
    return ", ".join(shown) + more
