"""The recordings of a manifest for ``rfacenet predict``, and the heart rates of their ground truths."""

import math
from typing import List, NamedTuple, Optional

import numpy as np
from numpy.typing import NDArray

from ..datasets.manifest import Manifest
from ..datasets.manifest_file import Line, manifest_path, read_manifest, subject_number
from ..datasets.manifest_media import truth
from ..datasets.recording import Recording
from . import waveform

_FS_HZ = 30.0  # to which a ground truth is resampled


class Part(NamedTuple):
    """One recording to predict, or a part of it."""

    video: str
    name: str
    start_s: float
    duration_s: Optional[float]
    fps_hz: Optional[float]
    line: Optional[Line] = None  #: of the manifest that names it


def parts(path: str) -> List[Part]:
    """The :class:`Part` s that the lines of a manifest name; they need no ground truth.

    Raises:
        DataError: the manifest cannot be read, or everything that is wrong with its lines.
    """
    found = []
    for line in read_manifest(manifest_path(path), needs_truth=False):
        duration_s = None if math.isinf(line.stop_s) else line.stop_s - line.start_s
        found.append(Part(line.video, line.name, line.start_s, duration_s, line.fps_hz, line))
    return found


def reference_bpm(line: Line, window_s: float) -> Optional[float]:
    """The mean heart rate of a line's ground truth over the part that counts; None where the line has none.

    A waveform is read as a predicted one is: sliding windows, and their mean over time.

    Raises:
        DataError: the ground truth cannot be read.
    """
    if not line.truth:
        return None
    recording = Recording(Manifest(), line.name, subject_number(line.subject), line.video, entry=line)
    values, times_s = truth(recording)
    inside = (times_s >= line.start_s) & (times_s <= line.stop_s)
    if inside.sum() < 2:
        raise recording.error(f"its ground truth has {inside.sum()} samples between start_s and stop_s")
    values, times_s = values[inside], times_s[inside]
    return float(np.mean(values)) if line.kind == "heart_rate" else _rate_bpm(values, times_s, window_s)


def _rate_bpm(values: NDArray[np.float64], times_s: NDArray[np.float64], window_s: float) -> Optional[float]:
    even_s = np.arange(times_s[0], times_s[-1], 1 / _FS_HZ)
    bvp = np.interp(even_s, times_s, values)
    known = np.ones(len(bvp), dtype=bool)
    pulse = waveform.filtered(waveform.Waveform(_FS_HZ, float(times_s[0]), bvp, known), is_derivative=False)
    peak = waveform.overall(pulse, window_s)
    rate = waveform.rate_over_time(waveform.windows(pulse, window_s, 1.0, peak and peak[0]))
    return rate and rate.mean
