"""Cached clips as torch data sets: what the toolbox's ``BaseLoader.__getitem__`` yields, or its mean colours."""

import os

import numpy as np
from torch.utils.data import Dataset

from ..errors import ConfigError, DataError
from ..methods.signal import colours
from .clip_cache import label_path
from .stmaps import clip_size

#: DATA_FORMAT -> order of a cached clip's axes (T, H, W, C).
AXES = {"NDCHW": (0, 3, 1, 2), "NCDHW": (3, 0, 1, 2), "NDHWC": (0, 1, 2, 3)}


def check_data_format(data_format):
    """Check that DATA_FORMAT is one of :data:`AXES`.

    Raises:
        ConfigError: it is not.
    """
    if data_format not in AXES:
        raise ConfigError(f"DATA_FORMAT is {data_format!r}; expected one of {', '.join(AXES)}. Correct it.")


def check_files(inputs, data_node):
    """Open every clip without reading its frames, so that one that cannot be used is found before a long run begins.

    Args:
        inputs: input files; each has its label file beside it.
        data_node: ``config.<SPLIT>.DATA``, which says how long and how large the clips are.

    Raises:
        DataError: a file is damaged, or holds another shape or kind of number.
    """
    preprocess = data_node.PREPROCESS
    length = preprocess.CHUNK_LENGTH if preprocess.DO_CHUNK else None
    size = clip_size(preprocess)
    for path in inputs:
        frames = _load(path, dimensions=4, mmap_mode="r")
        label = _load(label_path(path), dimensions=1, mmap_mode="r")
        frame_count = len(frames) if length is None else length
        for file, array, expected in ((path, frames, (frame_count, *size)), (label_path(path), label, (frame_count,))):
            if array.shape != expected or array.dtype.kind not in "fiu":
                raise _other_than_expected(file, array, f"{expected} of real numbers")
        if not np.isfinite(label).all():
            raise _other_than_expected(label_path(path), label, "numbers that are finite")


class ClipDataset(Dataset):
    """The clips of a file list.

    Args:
        inputs: input files; each has its label file beside it.
        data_format: ``"NCDHW"``, ``"NDCHW"`` or ``"NDHWC"`` (D is time).

    Attributes:
        inputs, labels: paths, sorted as the toolbox sorts them (as text).
        recordings: names of the recordings that the clips come from, sorted.

    Item ``i`` is ``(clip, label, filename, chunk_id)``: float32 frames in ``data_format`` without its N, float32 label
    (T,), recording name (``"102"``) and number of the clip in it (``"0"``), both text.

    Raises:
        DataError: a file is damaged or missing; the message names it.
    """

    def __init__(self, inputs, data_format):
        check_data_format(data_format)
        self.inputs = sorted(inputs)
        self.labels = [label_path(path) for path in self.inputs]
        self.recordings = sorted(set(map(recording_of, self.inputs)))
        self._axes = AXES[data_format]

    def __len__(self):
        return len(self.inputs)

    def __getitem__(self, index):
        frames = _load(self.inputs[index], dimensions=4)
        label = _load(self.labels[index], dimensions=1)
        clip = np.ascontiguousarray(np.transpose(frames, self._axes), dtype=np.float32)
        return (clip, np.float32(label)) + clip_name(self.inputs[index])


class MeanColours(Dataset):
    """The mean colours of each frame of a data set's clips: all that the signal methods take from them.

    A loader's workers then read and average the frames, and little passes between processes.

    Args:
        clips: :class:`ClipDataset`, or a data set of the toolbox, with ``DATA_FORMAT: NDHWC``.
        grids: of :data:`rfacenet_toolbox.methods.signal.GRIDS`; None stands for the whole frame.

    Item ``i`` is ``(rgb, label, filename, chunk_id)``: {grid: mean colours}, (T, 3) of the whole frame and (R, T, 3)
    of a grid; the rest as in ``clips``.
    """

    def __init__(self, clips, grids=(None,)):
        self.clips = clips
        self.inputs = clips.inputs
        self.grids = list(dict.fromkeys(grids))

    def __len__(self):
        return len(self.clips)

    def __getitem__(self, index):
        frames, *rest = self.clips[index]
        return ({grid: colours(frames, grid) for grid in self.grids}, *rest)


def recording_of(input_file):
    """``".../102_input3.npy"`` -> ``"102"``: the name of the recording that a clip comes from.

    Raises:
        DataError: the file is not named so.
    """
    return clip_name(input_file)[0]


def clip_name(input_file):
    """``".../102_input3.npy"`` -> ``("102", "3")``: the recording's name and the clip's number in it.

    Raises:
        DataError: the file is not named so.
    """
    name, separator, number = os.path.basename(input_file).rpartition("_input")
    if not separator or not number.endswith(".npy"):
        raise DataError(
            f"{input_file!r} is not a clip: expected a file named <recording>_input<number>.npy. Correct the file "
            f"list, or delete it and it will be made again."
        )
    return name, number[: -len(".npy")]


def _load(path, dimensions, mmap_mode=None):
    try:
        array = np.load(path, mmap_mode=mmap_mode)
    except Exception as error:  # numpy raises ValueError, EOFError, OSError, ... depending on where the damage is
        raise DataError(
            f"The cached file {path} cannot be read ({type(error).__name__}: {error}). Delete it and run again with "
            f"DO_PREPROCESS True; only its recording is then done again."
        )
    if array.ndim != dimensions:
        raise _other_than_expected(path, array, f"{dimensions} axes")
    return array


def _other_than_expected(path, array, expected):
    return DataError(
        f"The cached file {path} has shape {array.shape} and type {array.dtype}; expected {expected}. "
        f"Delete it and run again with DO_PREPROCESS True; only its recording is then done again."
    )
