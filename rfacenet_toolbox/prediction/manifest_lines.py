"""The recordings that ``rfacenet predict`` is asked for, those of manifests among them, and their ground truths."""

import math
import os
from pathlib import Path
from typing import List, NamedTuple, Optional, Tuple

import numpy as np
from numpy.typing import NDArray

from ..datasets.manifest import Manifest
from ..datasets.manifest_file import Line, manifest_path, read_manifest, subject_number
from ..datasets.manifest_plausible import apart, other_kind
from ..datasets.manifest_samples import truth
from ..datasets.recording import Recording
from ..errors import ConfigError
from . import waveform
from .result import Prediction

Truth = Tuple[NDArray[np.float64], NDArray[np.float64]]
_FS_HZ = 30.0  # to which a ground truth is resampled


class Part(NamedTuple):
    """One recording to predict, or a part of it."""

    video: str
    name: str
    start_s: float
    duration_s: Optional[float]
    fps_hz: Optional[float]
    line: Optional[Line] = None  #: of the manifest that names it


def parts_of(
    videos: List[str], start_s: float = 0.0, duration_s: Optional[float] = None, fps_hz: Optional[float] = None
) -> List[Part]:
    """The :class:`Part` s of videos, in the place of a manifest its lines; no two have one name.

    Raises:
        ConfigError: a manifest, and a part or a frame rate that its columns would say.
        DataError: as of :func:`parts`.
    """
    manifests = [video for video in videos if video.lower().endswith(".csv")]
    if manifests and (start_s, duration_s, fps_hz) != (0.0, None, None):
        raise ConfigError(
            f"--start, --duration and --fps are columns of {manifests[0]}. Leave them out, or set them there."
        )
    found = []
    for video, name in zip(videos, _names(videos)):
        is_manifest = video in manifests
        found += parts(os.path.expanduser(video)) if is_manifest else [Part(video, name, start_s, duration_s, fps_hz)]
    return [part._replace(name=name) for part, name in zip(found, _distinct([part.name for part in found]))]


def _names(videos: List[str]) -> List[str]:
    """What each video's files are called: its name without the ending, after its folder's where several share it."""
    paths = [Path(os.path.abspath(video)) for video in videos]
    plain = [path.stem if path.suffix and not path.is_dir() else path.name for path in paths]
    names = [name if plain.count(name) == 1 else f"{path.parent.name}_{name}" for name, path in zip(plain, paths)]
    return _distinct(names)


def _distinct(names: List[str]) -> List[str]:
    """With their numbers before those that are there more than once."""
    return [name if names.count(name) == 1 else f"{index}_{name}" for index, name in enumerate(names, start=1)]


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


def truth_of(line: Line) -> Optional[Truth]:
    """``(values, their times in s)`` of a line's ground truth between start_s and stop_s; None where it has none.

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
    return values[inside], times_s[inside]


def compare(found: Prediction, kind: str, known: Truth, window_s: float) -> None:
    """Set the ``reference_bpm`` of a prediction: the mean heart rate of the ground truth while its frames last.

    A waveform is read as a predicted one is: sliding windows, and their mean over time. Where the ground truth does not
    cover the frames, a note says so.
    """
    values, times_s = known
    start_s, stop_s = found.start_s, found.start_s + found.duration_s
    wrong = apart(times_s, (start_s, stop_s))
    if wrong:
        found.notes.append(f"There is nothing to compare with: {wrong}.")
        return
    found.notes += [f"Check the manifest: {what}." for what in other_kind(kind, values, times_s).values()]
    inside = (times_s >= start_s) & (times_s <= stop_s)
    if kind == "heart_rate":
        middle_bpm = np.interp((start_s + stop_s) / 2, times_s, values)
        found.reference_bpm = float(np.mean(values[inside]) if inside.any() else middle_bpm)
    else:
        found.reference_bpm = _rate_bpm(values[inside], times_s[inside], window_s)


def _rate_bpm(values: NDArray[np.float64], times_s: NDArray[np.float64], window_s: float) -> Optional[float]:
    even_s = np.arange(times_s[0], times_s[-1], 1 / _FS_HZ)
    bvp = np.interp(even_s, times_s, values)
    known = np.ones(len(bvp), dtype=bool)
    pulse = waveform.filtered(waveform.Waveform(_FS_HZ, float(times_s[0]), bvp, known), is_derivative=False)
    peak = waveform.overall(pulse, window_s)
    rate = waveform.rate_over_time(waveform.windows(pulse, window_s, 1.0, peak and peak[0]))
    return rate and rate.mean
