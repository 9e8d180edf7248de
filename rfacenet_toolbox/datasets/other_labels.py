"""Whether clips that the toolbox cached are of the recordings that a config names.

Clips that this package cached have a marker with the folder that they were made from. The toolbox leaves none, and
names a cache after the preprocessing alone, so the clips may be of another data set's recordings of the same names. The
cached labels tell: they follow from the ground truth.
"""

import os

import numpy as np

from ..errors import DataError
from . import clip_cache
from .normalise import normalise_label
from .settings import frame_rate_hz

#: correlation below which two labels are of different recordings; the same one's differ by rounding at most
_SAME = 0.5


def told_other_labels(recordings, data_node):
    """A sentence about cached labels that are not those of ``recordings``; None where all are, or it cannot be told.

    Args:
        recordings: of a split, as they are.
        data_node: its node ``DATA``.
    """
    if data_node.DO_PREPROCESS or data_node.PREPROCESS.USE_PSUEDO_PPG_LABEL:
        return None
    others = [recording.name for recording in recordings if _has_other_labels(recording, data_node)]
    if not others:
        return None
    return (
        f"the labels in {data_node.CACHED_PATH} are not those of the recordings in {data_node.DATA_PATH}, for "
        f"{len(others)} of {len(recordings)} of them; the first is {others[0]}. Another data set with recordings of "
        f"these names may have been cached there."
    )


def _has_other_labels(recording, data_node):
    if clip_cache.read_marker(data_node.CACHED_PATH, recording.name) is not None:
        return False
    try:
        cached = _cached_label(recording, data_node)
        label = None if cached is None else _expected_label(recording, data_node)
    except (DataError, OSError, ValueError):  # what is wrong with it is said where it is read
        return False
    if label is None:
        return False
    length = min(len(cached), len(label))
    cached, label = cached[:length], label[:length]
    if length < 2 or not np.isfinite(cached).all() or np.ptp(cached) == 0 or np.ptp(label) == 0:
        return False
    return bool(np.corrcoef(cached, label)[0, 1] < _SAME)


def _cached_label(recording, data_node):
    """The labels of a recording's first clips, joined; None where there are none."""
    parts = []
    path = clip_cache.label_path(clip_cache.input_path(data_node.CACHED_PATH, recording.name, 0))
    while os.path.isfile(path):
        parts.append(np.load(path, allow_pickle=False).reshape(-1))
        path = clip_cache.label_path(clip_cache.input_path(data_node.CACHED_PATH, recording.name, len(parts)))
    return np.concatenate(parts) if parts else None


def _expected_label(recording, data_node):
    """A recording's label as preprocessing makes it, without decoding frames; None where their number is unknown."""
    signal, times = recording.ppg(), recording.times()
    if times.problem or times.frames_s is None:
        return None
    label = recording.label(signal, len(times.frames_s), frame_rate_hz(data_node))
    return normalise_label(label, data_node.PREPROCESS.LABEL_TYPE)
