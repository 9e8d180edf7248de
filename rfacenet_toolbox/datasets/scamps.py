"""SCAMPS (McDuff et al. 2022): 2,800 videos of rendered faces, each a MATLAB file with a PPG sample per frame."""

import contextlib
import os
import re

import numpy as np

from ..errors import ConfigError, DataError
from . import mat_file
from .recording import Dataset, Recording
from .times import RecordedTimes

#: frames per second, by the paper; no file holds it
FPS_HZ = 30.0
_FRAMES, _PPG = "Xsub", "d_ppg"
#: columns of the picture that are read at once
_COLUMNS = 16


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

    def recordings(self, data_path):
        """A :class:`Recording` of each MATLAB file in the folder itself."""
        names = [name for name in sorted(os.listdir(data_path)) if name.endswith(".mat") and not name.startswith(".")]
        found = []
        for name in names:
            path = os.path.join(data_path, name)
            try:
                found.append(Recording(self, name, self.subject_of_clip(name), path, data_path))
            except ValueError as error:
                raise DataError(
                    f"{path!r} cannot be a {self.name} recording: {error}. Expected {self.layout}. Rename the file, or "
                    f"move it out of DATA_PATH."
                )
        if found:
            _check_readable(found[0])
        return found

    def recording_name(self, folder):
        """Names are those of files; see :meth:`recordings`."""
        raise NotImplementedError

    def subject_of_clip(self, name):
        """``"P000012.mat"``, as the toolbox's ``SCAMPSLoader`` names its clips -> 12."""
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


def _check_readable(recording):
    try:
        mat_file.check_readable(recording.path)
    except OSError as error:
        raise recording.error(
            f"it cannot be read ({error.strerror}); expected a MATLAB file. Get it again from the data set, or move it "
            f"out of DATA_PATH"
        ) from error


def _bgr_frames(recording, stored):
    """``(3, W, H, T)`` colours from 0 to 1 -> uint8 BGR (T, H, W, 3), column by column: whole, they take gigabytes."""
    if stored.dtype.kind != "f" or len(stored.shape) != 4 or stored.shape[0] != 3 or 0 in stored.shape:
        raise recording.error(
            f"its {_FRAMES} is {stored.dtype} of shape {tuple(stored.shape)[::-1]}; expected colours from 0 to 1 of "
            f"shape (frames, height, width, 3). Get the file again from the data set"
        )
    _, width, height, count = stored.shape
    frames = np.empty((count, height, width, 3), dtype=np.uint8)
    chunk = (getattr(stored, "chunks", None) or (1, 1))[1]
    columns = -(-_COLUMNS // chunk) * chunk  # so that no part of the file is decompressed twice
    for left in range(0, width, columns):
        part = np.round(np.asarray(stored[:, left : left + columns]) * 255)
        if not (part.min() >= 0 and part.max() <= 255):  # which NaN is not, either
            raise recording.error(
                f"its {_FRAMES} has colours from {part.min() / 255:.3g} to {part.max() / 255:.3g}; expected 0 to 1. "
                f"Get the file again from the data set"
            )
        frames[:, :, left : left + columns] = part.astype(np.uint8).T[..., ::-1]
    return frames
