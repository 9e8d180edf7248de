"""The frame rate and the heart rate that a recording itself comes with, as the marker beside its clips holds them.

Recordings of PURE and UBFC-rPPG have none here: FS is theirs, and their labels tell the heart rate. Nor have clips that
the toolbox cached.
"""

import os
from typing import NamedTuple, Optional, Tuple

import numpy as np

from ..errors import DataError
from ..runtime import limits
from .clip_cache import read_marker

_KEY = "measured"


class OwnRates(NamedTuple):
    """Of one recording."""

    fs_hz: float  #: frames per second
    heart_rate_bpm: Optional[float] = None  #: of the whole recording, as a test is scored against it
    clip_heart_rates_bpm: Tuple[float, ...] = ()  #: mean over the frames of each clip


def for_marker(measured, bounds):
    """What a marker holds of :class:`~.dataset.Measured`, as keywords of :func:`~.clip_cache.write_marker`.

    Args:
        measured: of the recording, or None.
        bounds: first frame and end of every clip.
    """
    if measured is None:
        return {}
    content = {"fs_hz": float(measured.fs_hz)}
    if measured.heart_rate_bpm is not None:
        content["heart_rate_bpm"] = float(measured.heart_rate_bpm)
    if measured.heart_rates_bpm is not None:
        content["clip_heart_rates_bpm"] = [float(np.mean(measured.heart_rates_bpm[begin:end])) for begin, end in bounds]
    return {_KEY: content}


def of_inputs(inputs):
    """``{recording: OwnRates}`` of the recordings of cached clips that have any.

    Args:
        inputs: paths of clips; each marker is read once.

    Raises:
        DataError: a marker holds what no recording can have.
    """
    from .clips import clip_name  # which needs torch, and preprocessing does not

    found = {}
    for folder, name in dict.fromkeys((os.path.dirname(path), clip_name(path)[0]) for path in inputs):
        marker = read_marker(folder, name)
        if marker is not None and _KEY in marker:
            found[name] = _checked(marker[_KEY], os.path.join(folder, name))
    return found


def _checked(content, where):
    content = content if isinstance(content, dict) else {}
    rates = OwnRates(
        content.get("fs_hz"), content.get("heart_rate_bpm"), tuple(content.get("clip_heart_rates_bpm") or ())
    )
    heart_rates = [*rates.clip_heart_rates_bpm, *([] if rates.heart_rate_bpm is None else [rates.heart_rate_bpm])]
    if not _is_within(rates.fs_hz, limits.FS_HZ) or not all(
        _is_within(one, limits.HEART_RATE_BPM) for one in heart_rates
    ):
        raise DataError(
            f"{where}_cached.json gives {rates.fs_hz!r} frames per second and heart rates of {rates.heart_rate_bpm!r} "
            f"beats per minute; expected {limits.FS_HZ[0]} to {limits.FS_HZ[1]}, and {limits.HEART_RATE_BPM[0]} "
            f"to {limits.HEART_RATE_BPM[1]} in the whole and in each clip. Delete it and run again with DO_PREPROCESS "
            f"True; only its recording is then done again."
        )
    return rates


def _is_within(value, bounds):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and limits.within(value, bounds)
