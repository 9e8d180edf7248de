"""The longest stretch of a recording that has a face without a break, for what cannot be read across breaks."""

from typing import List, NamedTuple, Optional, Tuple

import numpy as np
from numpy.typing import NDArray

from .waveform import Waveform, Window, windows

_WINDOW_S, _STEP_S = 10.0, 5.0  # in which the heart rate is followed


class Stretch(NamedTuple):
    """Part of a filtered waveform, and its sliding windows that have a heart rate."""

    waveform: Waveform
    readings: List[Window]
    seconds: float


def longest_stretch(
    waveform: Waveform, rate_bpm: Optional[float], shortest_s: float, lowest_quality: float
) -> Tuple[Optional[Stretch], Optional[str]]:
    """``(stretch, None)``, or ``(None, reason)`` in words where it is too short or too noisy.

    Args:
        waveform: filtered.
        rate_bpm: heart rate of the whole.
        shortest_s: seconds that are needed.
        lowest_quality: median signal quality of the windows that is needed.
    """
    first, last = _longest_run(waveform.known)
    seconds = (last - first) / waveform.fs_hz
    if seconds < shortest_s:
        return None, f"it needs {shortest_s:g} s of face without a break, and there are {seconds:.1f} s."
    part = waveform._replace(bvp=waveform.bvp[first:last], known=waveform.known[first:last])
    readings = [one for one in windows(part, _WINDOW_S, _STEP_S, rate_bpm) if one.heart_rate_bpm is not None]
    quality = float(np.median([one.quality for one in readings])) if readings else 0.0
    if quality < lowest_quality:
        return None, (
            f"it needs a signal quality of {lowest_quality:g}, and it is {quality:.2f} where the face is there."
        )
    return Stretch(part, readings, seconds), None


def _longest_run(known: NDArray[np.bool_]) -> Tuple[int, int]:
    """(first, last) of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    return tuple(runs[np.argmax(runs[:, 1] - runs[:, 0])]) if len(runs) else (0, 0)
