"""The data sets: where their recordings lie, and how to read one.

A third data set is one more :class:`DatasetFormat` in :data:`DATASETS`.
"""

import os
from dataclasses import dataclass
from typing import Callable

import cv2
import numpy as np

from ..errors import ConfigError, DataError, unknown
from . import pure, ubfc_rppg
from .recording import Recording


@dataclass(frozen=True)
class DatasetFormat:
    """What the rest of the package needs to know about a data set.

    Attributes:
        layout: the folders and files expected, in words, for error messages.
        identify: folder name -> ``(recording name, subject)``, None for a folder that is none of the data set's
            own, ValueError for one that claims to be and cannot be read.
        split_by_subject: whether BEGIN and END count subjects (all their recordings together) or recordings.
        frames: ``(recording, every=1)`` -> iterator of uint8 BGR frames (H, W, 3), as OpenCV decodes them.
        ppg: ``(recording)`` -> 1-D float64 array as recorded.
        label: ``(recording, ppg, frame_count, fs_hz)`` -> the PPG that goes with the frames, as the toolbox pairs them.
        sources: ``(recording)`` -> the files and folders that the recording consists of.
    """

    layout: str
    identify: Callable
    split_by_subject: bool
    frames: Callable
    ppg: Callable
    label: Callable
    sources: Callable


DATASETS = {
    "PURE": DatasetFormat(pure.LAYOUT, pure.identify, True, pure.frames, pure.ppg, pure.label, pure.sources),
    "UBFC-rPPG": DatasetFormat(
        ubfc_rppg.LAYOUT, ubfc_rppg.identify, False, ubfc_rppg.frames, ubfc_rppg.ppg, ubfc_rppg.label, ubfc_rppg.sources
    ),
}


def dataset_format(dataset):
    """The :class:`DatasetFormat` of ``dataset``.

    Raises:
        ConfigError: no such data set; the message lists what there is.
    """
    if dataset in DATASETS:
        return DATASETS[dataset]
    raise ConfigError(f"{unknown('DATASET', dataset, DATASETS)} Other data sets run inside an rPPG-Toolbox checkout.")


def find_recordings(dataset, data_path):
    """The recordings of ``dataset`` under ``data_path``, in numerical order of subject, then of name.

    Agrees with the toolbox's ``get_raw_data``, whose order is the file system's.

    Raises:
        ConfigError: unknown data set.
        DataError: no such folder, no recordings in it, or folders whose names cannot be told apart or read.
    """
    described = dataset_format(dataset)
    if not os.path.isdir(data_path):
        raise DataError(
            f"DATA_PATH {data_path!r} is no folder, so there are no {dataset} recordings to read. Expected "
            f"{described.layout}. Set DATA_PATH to the folder that holds them."
        )
    recordings = []
    for folder in sorted(os.listdir(data_path)):
        path = os.path.join(data_path, folder)
        if not os.path.isdir(path):
            continue
        try:
            identity = described.identify(folder)
        except ValueError as error:
            raise DataError(
                f"{path!r} looks like a {dataset} recording, but {error}. Expected {described.layout}. Rename the "
                f"folder, or move it out of DATA_PATH."
            )
        if identity is not None:
            recordings.append(Recording(dataset, identity[0], identity[1], path))
    if not recordings:
        found = sorted(os.listdir(data_path))
        shown = ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "") or "nothing"
        raise DataError(
            f"DATA_PATH {data_path!r} holds no {dataset} recordings. Found: {shown}. Expected {described.layout}. "
            f"Set DATA_PATH to the folder that holds them, or DATASET to the data set that is there."
        )
    _refuse_shared_names(recordings)
    return sorted(recordings, key=lambda recording: (recording.subject, recording.name))


def _refuse_shared_names(recordings):
    first = {}
    for recording in recordings:
        other = first.setdefault(recording.name, recording)
        if other is not recording:
            raise DataError(
                f"{other.path!r} and {recording.path!r} would both be cached as {recording.name!r}. Every recording "
                f"needs a name of its own: rename one of the folders, or move it out of DATA_PATH."
            )


def split_recordings(dataset, recordings, begin, end):
    """The recordings from share ``begin`` to share ``end`` of the data set.

    PURE is divided by subject, UBFC-rPPG by position, with the rounding of the toolbox's ``split_raw_data``.

    Raises:
        ConfigError: not ``0 <= begin < end <= 1``.
        DataError: nothing is left of so few recordings.
    """
    if not 0 <= begin < end <= 1:
        raise ConfigError(f"BEGIN is {begin} and END is {end}; expected 0 <= BEGIN < END <= 1. Correct them.")
    if begin == 0 and end == 1:
        return list(recordings)
    by_subject = dataset_format(dataset).split_by_subject
    units = sorted({recording.subject for recording in recordings}) if by_subject else list(recordings)
    chosen = units[int(begin * len(units)) : int(end * len(units))]
    if not chosen:
        raise DataError(
            f"The split {begin}-{end} of {len(units)} {dataset} {'subjects' if by_subject else 'recordings'} is empty. "
            f"Widen BEGIN and END, or add recordings."
        )
    if not by_subject:
        return chosen
    return [recording for subject in chosen for recording in recordings if recording.subject == subject]


def frames(recording, every=1, bgr=False):
    """Iterate over the recording's frames: uint8 RGB (H, W, 3), one at a time.

    Args:
        recording: from :func:`find_recordings`.
        every: give only frames 0, every, 2 * every, ...
        bgr: give them as OpenCV decodes them, for who converts them when they are smaller.

    Raises:
        DataError: missing or undecodable frames.
    """
    decoded = dataset_format(recording.dataset).frames(recording, every)
    return decoded if bgr else (cv2.cvtColor(frame, cv2.COLOR_BGR2RGB) for frame in decoded)


def ppg(recording):
    """The recording's ground-truth PPG as recorded: 1-D float64, at the data set's own rate.

    Raises:
        DataError: missing, empty, malformed, not finite or constant ground truth.
    """
    signal = dataset_format(recording.dataset).ppg(recording)
    if len(signal) < 2:
        raise recording.error(
            f"its ground truth holds {len(signal)} PPG sample(s), expected one for every moment of the video. "
            f"Get the file again from the data set"
        )
    bad = np.flatnonzero(~np.isfinite(signal))
    if len(bad):
        raise recording.error(
            f"its PPG has {len(bad)} of {len(signal)} samples that are not finite, the first at {bad[0]}; expected "
            f"numbers. Repair the ground truth, or move the recording out of DATA_PATH"
        )
    if np.ptp(signal) == 0:
        raise recording.error(
            f"its PPG is constant ({signal[0]:g} in all {len(signal)} samples), so there is no pulse in it. Repair "
            f"the ground truth, or move the recording out of DATA_PATH"
        )
    return signal


def label(recording, signal, frame_count, fs_hz):
    """The PPG that goes with ``frame_count`` frames at ``fs_hz``, paired as the toolbox's loaders pair them.

    Raises:
        DataError: video and ground truth differ by more than a second.
    """
    return dataset_format(recording.dataset).label(recording, signal, frame_count, fs_hz)


def sources(recording):
    """Paths of the files and folders that the recording consists of."""
    return dataset_format(recording.dataset).sources(recording)
