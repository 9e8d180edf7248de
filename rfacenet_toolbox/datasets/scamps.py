"""SCAMPS (McDuff et al. 2022): 2,800 videos of rendered faces, each a MATLAB file with a PPG sample per frame."""

import contextlib
import math
import os
import re

import numpy as np

from ..errors import ConfigError, DataError
from . import mat_file
from .dataset import Dataset, files_ending
from .times import RecordedTimes

#: frames per second, by the paper; no file holds it
FPS_HZ = 30.0
_FRAMES, _PPG = "Xsub", "d_ppg"
#: columns, or frames, that are read at once: so many, or as many as a chunk of the file has
_AT_ONCE = 16
_COLUMN_AXIS, _FRAME_AXIS = 1, 3


class Scamps(Dataset):
    """Recording ``P000001.mat``: the file of this name, with the frames as ``Xsub`` and the PPG as ``d_ppg``.

    ``Xsub`` holds colours from 0 to 1, 240x240 pixels around the face. Which videos show the same avatar is not stored,
    so each video counts as a subject of its own, and the toolbox divides them in their order.
    """

    name = "SCAMPS"
    layout = (
        f"files P000001.mat ... directly in DATA_PATH, each with frames ({_FRAMES}) and a PPG ({_PPG}), as in "
        f"scamps_videos.tar.gz"
    )
    split_by_subject = False

    def entries(self, data_path):
        """``P000001.mat``, ..., after looking whether the first can be read here."""
        found = files_ending(".mat", data_path)
        for first in found[:1]:
            _check_readable(os.path.join(data_path, first))
        return found

    def recording_name(self, entry):
        """``"P000012.mat"``, as the toolbox's ``SCAMPSLoader`` names its clips."""
        return entry

    def subject_of_clip(self, name):
        """``"P000012.mat"`` -> 12."""
        match = re.match(r"^P(\d+)\.mat$", name)
        if match is None:
            raise ValueError("expected P<number>.mat, such as P000012.mat")
        return int(match.group(1))

    def times(self, recording):
        """The one frame rate of the data set; the files hold none."""
        return RecordedTimes(rates_hz=((f"the documentation of {self.name}", FPS_HZ),))

    def frames(self, recording, every=1):
        """The frames, rounded to whole numbers as the toolbox's loader does."""
        with self._variable(recording, _FRAMES) as stored:
            frames = _bgr_frames(recording, stored)
        yield from frames[::every]

    def ppg(self, recording):
        """``d_ppg``; agrees with the toolbox's ``read_wave``."""
        with self._variable(recording, _PPG) as stored:
            if sum(side > 1 for side in stored.shape) > 1 or stored.dtype.kind not in "fiu":
                raise recording.error(
                    f"its {_PPG} is {stored.dtype} of shape {tuple(stored.shape)}; expected one number per frame. Get "
                    f"the file again from the data set"
                )
            mat_file.check_bytes(8 * math.prod(stored.shape))
            return np.asarray(stored[()], dtype=np.float64).ravel()

    def label(self, recording, signal, frame_count, fs_hz):
        """The PPG as it is, which has a sample for every frame; ``fs_hz`` is not needed."""
        if len(signal) != frame_count:
            raise recording.error(
                f"it has {frame_count} frames and {len(signal)} samples of {_PPG}; expected one per frame. Get the "
                f"file again from the data set"
            )
        return signal

    @contextlib.contextmanager
    def _variable(self, recording, name):
        """The array of that name in the recording's file; what cannot be read is an error of ours."""
        try:
            with mat_file.variables(recording.path) as variables:
                there = variables.names()
                if name not in there:
                    raise recording.error(
                        f"it has no variable {name}; it has {', '.join(sorted(there)[:12]) or 'none'}. Expected "
                        f"{self.layout}. Take the file with the frames, not the one with labels alone"
                    )
                yield variables[name]
        except (DataError, ConfigError, MemoryError):
            raise
        except Exception as error:  # h5py and SciPy raise many kinds, depending on where the damage is
            raise recording.error(
                f"its {name} cannot be read ({type(error).__name__}: {str(error)[:200]}; the file has "
                f"{os.path.getsize(recording.path)} bytes). Get the file again from the data set"
            ) from error


def _check_readable(path):
    try:
        mat_file.check_readable(path)
    except OSError as error:
        raise DataError(
            f"{path!r} cannot be read ({error.strerror}); expected a MATLAB file. Get it again from the data set, or "
            f"move it out of DATA_PATH."
        ) from error


def _bgr_frames(recording, stored):
    """``(3, W, H, T)`` colours from 0 to 1 -> uint8 BGR (T, H, W, 3), part by part: whole, they take gigabytes."""
    if stored.dtype.kind != "f" or len(stored.shape) != 4 or stored.shape[0] != 3 or 0 in stored.shape:
        raise recording.error(
            f"its {_FRAMES} is {stored.dtype} of shape {tuple(stored.shape)[::-1]}; expected colours from 0 to 1 of "
            f"shape (frames, height, width, 3). Get the file again from the data set"
        )
    frames = np.empty(stored.shape[:0:-1] + (3,), dtype=np.uint8)
    as_stored = frames[..., ::-1].T
    for part in _parts(stored):
        levels = np.round(np.asarray(stored[part]) * 255)
        if not (levels.min() >= 0 and levels.max() <= 255):  # which NaN is not, either
            raise recording.error(
                f"its {_FRAMES} has colours from {levels.min() / 255:.3g} to {levels.max() / 255:.3g}; expected 0 to "
                f"1. Get the file again from the data set"
            )
        as_stored[part] = levels.astype(np.uint8)
    return frames


def _parts(stored):
    """Indices of the parts that are read at once: so many columns or frames that no chunk is decompressed twice.

    Raises:
        ValueError: the chunks are so large that a part cannot be held.
    """
    chunks = getattr(stored, "chunks", None) or (1, 1, *stored.shape[2:])  # without chunks, columns lie together
    steps = {axis: -(-_AT_ONCE // chunks[axis]) * chunks[axis] for axis in (_COLUMN_AXIS, _FRAME_AXIS)}
    shares = {axis: min(1, step / stored.shape[axis]) for axis, step in steps.items()}
    axis = min(shares, key=shares.get)
    mat_file.check_bytes(shares[axis] * math.prod(stored.shape) * stored.dtype.itemsize)
    for first in range(0, stored.shape[axis], steps[axis]):
        yield (*[slice(None)] * axis, slice(first, first + steps[axis]))
