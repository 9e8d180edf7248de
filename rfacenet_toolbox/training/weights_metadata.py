"""What a file of trained weights says of its clips and its network, held against what networks can be.

Without torch: ``rfacenet predict`` reads an ONNX file where there is none.
"""

from typing import NamedTuple, Optional, Tuple

from ..datasets.normalise import FRAME_TYPES, LABEL_TYPES
from ..datasets.stmaps import MAP_TYPES
from ..errors import CheckpointError, unknown
from ..methods import registry
from ..runtime import limits

#: what the networks are trained with where a file does not say otherwise
_CLIPS = {"frames": "128", "size": "72", "fs_hz": "30"}
_PHYSFORMER = {**_CLIPS, "frames": "160", "size": "128", "heads": "4", "theta": "0.7"}
DEFAULTS = {
    "rfacenet": {**_CLIPS, "tcu_upscale": "2", "noise_seed": "0"},
    "physnet": _CLIPS,
    "physformer": _PHYSFORMER,
    "physformer++": _PHYSFORMER,
    "autohr": {**_CLIPS, "size": "128", "cell": "substitute"},
}
_FRAMEWISE = {**_CLIPS, "frames": "180", "data_type": "DiffNormalized,Standardized"}
#: the same of methods that the toolbox trains, too, whose networks are their learners'
LEARNER_DEFAULTS = {
    "deepphys": _FRAMEWISE,
    "tscan": {**_FRAMEWISE, "settings": '{"FRAME_DEPTH": 10}'},
    "efficientphys": {**_FRAMEWISE, "data_type": "Standardized", "settings": '{"FRAME_DEPTH": 10}'},
}
#: what is to be done about a file that says what no network can be
EXPORT_AGAIN = "It is damaged or was not written by rfacenet export: export the run again."
#: where the landmarks of maps come from; "box": there are none, and regions lie at fixed shares of the face's box
LANDMARKS = ("box", "MTCNN", "MP")


def method_name(name):
    """A ``MODEL.NAME``, or another spelling of it, as ``rfacenet predict`` names methods."""
    return str(name).lower().replace("-", "")


def learner_methods():
    """``{method: MODEL.NAME}`` of the methods whose network is their learner's, as :func:`method_name` has them."""
    names = {method_name(name): name for name in registry.names()}
    return {method: name for method, name in names.items() if method not in DEFAULTS}


def check_method(path, metadata, method):
    """Refuse a file of another method's network.

    Raises:
        CheckpointError: with the method that its ``metadata`` {name: text} name.
    """
    found = metadata.get("method")
    if found != method:
        it_is = "does not name its method" if found is None else f"is a network for the method {found[:80]!r}"
        raise CheckpointError(
            f"{path} {it_is}, and {method} was asked for. Name the method of the file, or give a file that rfacenet "
            f"export wrote for {method}."
        )


class ClipSettings(NamedTuple):
    """The clips that a trained network takes."""

    frames: int  #: T, frames of a clip
    size: int  #: their height and width, in pixels
    fs_hz: float  #: frames per second
    #: lowest and highest frame rate of the recordings that it learned from, where these had rates of their own
    kept_hz: Tuple[float, float]
    #: how frames are normalised, of :data:`~rfacenet_toolbox.datasets.normalise.FRAME_TYPES`; or, alone, one of
    #: :data:`~rfacenet_toolbox.datasets.stmaps.MAP_TYPES`
    data_types: Tuple[str, ...]
    is_derivative: bool  #: whether the output is the BVP's time derivative (DiffNormalized labels)
    landmarks: str = "box"  #: of a map, one of :data:`LANDMARKS`
    #: they are looked for in every so many frames; None is the first alone
    landmarks_every: Optional[int] = None


def clip_settings(path, metadata):
    """The :class:`ClipSettings` of a file's ``metadata`` {name: text}.

    Raises:
        CheckpointError: one of them is what no network has; the message names ``path``.
    """
    settings = ClipSettings(
        number(path, metadata, "frames", int, limits.CLIP_FRAMES),
        number(path, metadata, "size", int, limits.CLIP_SIDE),
        *_frame_rates(path, metadata),
        _data_types(path, metadata),
        word(path, metadata, "label_type", LABEL_TYPES, "DiffNormalized") == "DiffNormalized",
        word(path, metadata, "landmarks", LANDMARKS, "box"),
        number(path, {"landmarks_every": "0", **metadata}, "landmarks_every", int, (0, limits.CLIP_FRAMES[1])) or None,
    )
    if settings.frames * settings.size**2 > limits.CLIP_PIXELS:
        raise CheckpointError(
            f"{path} says that clips have {settings.frames} frames of {settings.size}x{settings.size}, together more "
            f"than {limits.CLIP_PIXELS} pixels. {EXPORT_AGAIN}"
        )
    return settings


def _data_types(path, metadata):
    """A map's type alone, or those of frames, with commas between them."""
    found = metadata.get("data_type", "DiffNormalized")
    if found in MAP_TYPES:
        return (found,)
    types = found.split(",", limits.DATA_TYPES)
    return tuple(word(path, {"data_type": one}, "data_type", FRAME_TYPES, one) for one in types)


def _frame_rates(path, metadata):
    """``fs_hz``, and the lowest and highest rate that is as good, both ``fs_hz`` if there is nothing said of them."""
    names = [name if name in metadata else "fs_hz" for name in ("fs_lowest_hz", "fs_hz", "fs_highest_hz")]
    rates_hz = [number(path, metadata, name, float, limits.FS_HZ) for name in names]
    if sorted(rates_hz) != rates_hz:
        raise CheckpointError(
            f"{path} says that fs_lowest_hz is {rates_hz[0]:g}, fs_hz {rates_hz[1]:g} and fs_highest_hz "
            f"{rates_hz[2]:g}, and they should ascend. {EXPORT_AGAIN}"
        )
    return rates_hz[1], (rates_hz[0], rates_hz[2])


def number(path, metadata, name, kind, bounds):
    """A number of the metadata, an ``int`` or ``float`` within ``bounds`` (lowest, highest).

    Raises:
        CheckpointError: it is no number, or one that no network has.
    """
    text = metadata[name]
    try:
        value = kind(text)
        fits = limits.within(value, bounds)
    except (ValueError, OverflowError):
        fits = False
    if not fits:
        raise CheckpointError(
            f"{path} says that {name} is {text[:80]!r}; expected {bounds[0]} to {bounds[1]}. {EXPORT_AGAIN}"
        )
    return value


def word(path, metadata, name, words, default):
    """One of ``words`` from the metadata.

    Raises:
        CheckpointError: it is none of them.
    """
    found = metadata.get(name, default)
    if found not in words:
        raise CheckpointError(f"{path}: {unknown(name, found[:80], words)} Export the run again.")
    return found
