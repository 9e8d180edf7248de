"""One recording of a data set: a video with its ground truth."""

import os
from dataclasses import dataclass, field
from typing import Any, Optional

import cv2
import numpy as np

from ..errors import DataError
from .dataset import Dataset


@dataclass(frozen=True)
class Recording:
    """A video with its ground truth.

    Attributes:
        dataset: the :class:`~.dataset.Dataset` that it belongs to.
        name: with which the names of its clips begin, e.g. ``"102"`` or ``"subject7"``.
        subject: number of the person.
        path: the recording's folder, or the file that it is.
        root: DATA_PATH, in which it was found; None for the folder above ``path``.
        entry: which of the data set's :meth:`~.dataset.Dataset.entries` it is.
    """

    dataset: Dataset
    name: str
    subject: int
    path: str
    root: Optional[str] = None
    entry: Any = field(default=None, compare=False)

    def frames(self, every=1, bgr=False):
        """Iterate over the frames: uint8 RGB (H, W, 3), one at a time.

        Args:
            every: give only frames 0, every, 2 * every, ...
            bgr: give them as OpenCV decodes them; converting a frame is cheaper once it is small.

        Raises:
            DataError: frames are missing or cannot be decoded.
        """
        decoded = self.dataset.frames(self, every)
        return decoded if bgr else (cv2.cvtColor(frame, cv2.COLOR_BGR2RGB) for frame in decoded)

    def ppg(self):
        """The ground-truth PPG as recorded: 1-D float64, at the data set's own rate.

        Raises:
            DataError: it is missing, empty, malformed, constant, or not finite.
        """
        signal = self.dataset.ppg(self)
        if len(signal) < 2:
            raise self.error(
                f"its ground truth holds {len(signal)} PPG sample(s); expected one for every moment of the video. "
                f"Get the file again from the data set"
            )
        bad = np.flatnonzero(~np.isfinite(signal))
        if len(bad):
            raise self.error(
                f"its PPG has {len(bad)} of {len(signal)} samples that are not finite, the first at {bad[0]}; expected "
                f"numbers. Repair the ground truth, or move the recording out of DATA_PATH"
            )
        if np.ptp(signal) == 0:
            raise self.error(
                f"its PPG is constant ({signal[0]:g} in all {len(signal)} samples), so there is no pulse in it. Repair "
                f"the ground truth, or move the recording out of DATA_PATH"
            )
        return signal

    def label(self, signal, frame_count, fs_hz):
        """The PPG ``signal`` at the times of the frames; see :meth:`.Dataset.label`."""
        return self.dataset.label(self, signal, frame_count, fs_hz)

    def times(self):
        """What the recording's files say about its times; see :meth:`.Dataset.times`."""
        return self.dataset.times(self)

    def measured(self, frame_count):
        """What the recording's clips carry beside frames and label; see :meth:`.Dataset.measured`."""
        return self.dataset.measured(self, frame_count)

    def error(self, what):
        """A :class:`DataError` that names the recording.

        Args:
            what: what was found, what was expected and what to do, without the final full stop.
        """
        return DataError(f"{self.dataset.name} recording {self.name} ({self.path}): {what}.")

    def missing(self, what, path):
        """A :class:`DataError` about a file that is not there.

        Args:
            what: which it is, such as ``"video"``.
            path: where it should be.
        """
        name = os.path.basename(path)
        return self.error(f"its {what} {name} is not there. Expected {self.dataset.layout}. Copy the file there")
