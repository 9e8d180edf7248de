"""Frames in, a map of skin colour out, which networks of maps look at: a few numbers are kept of each frame."""

from collections import deque

import numpy as np

from ..datasets.stmaps.landmarks import BOX
from ..datasets.stmaps.stream import MapStream
from ..errors import DataError
from .base import NetworkEstimator
from .faces import LARGE_BOX_COEF
from .resample import OverlapAdd, stretches
from .waveform import Waveform

#: crops that are remembered until the even grid has passed them
_RECENT = 64
#: frames that neighbouring maps share at least
_SHARED = 16


class MapEstimator(NetworkEstimator):
    """Cuts the face out of each frame as in the training of the networks, and makes the map of it.

    The map is that of the data sets (``datasets/stmaps``), of this estimator's own boxes. The ``model`` is a
    :class:`~.learner_model.LearnerModel`.
    """

    runs_live = False

    def __init__(self, name, model):
        super().__init__(name, model)
        self._stream = MapStream(model.map_type, model.landmarks, model.landmarks_every)
        self._crops = deque(maxlen=_RECENT)  # time, left, top, right, bottom, coefficient

    @property
    def notes(self):
        if self._model.landmarks == BOX or self._stream.found:
            return []
        return [
            f"{self._model.landmarks} found no landmarks in the face ({self._stream.looks} looks), so the regions of "
            f"the map lie at fixed shares of the face's box, which is coarse."
        ]

    def add(self, time_s, image, box):
        """Take a frame and its face; gives the small picture of the face."""
        if box is not None:
            crop = box.scaled(LARGE_BOX_COEF).inside(image)
            self._crops.append((time_s, *crop, _coefficient(crop, image, box)))
        small = self._small(image, box)
        self._take_small(time_s, small)
        return small

    def _take(self, grid_frames):
        for frame in grid_frames:
            if frame.known:
                time_s = self._resampler.start_s + len(self._known) / self._resampler.rate_hz
                times_s, *columns = np.transpose(self._crops)
                *crop, coefficient = (np.interp(time_s, times_s, column) for column in columns)
                self._stream.add(frame.image, crop, coefficient)
            else:
                self._stream.repeat()
            self._known.append(frame.known)

    def whole_map(self):
        """``(colours (T, rows, channels), known (T,))`` of the whole recording.

        Raises:
            DataError: the face is there too briefly, or a region of it never.
        """
        self._take(self._resampler.flush())
        self._check_length()
        colours = self._stream.values(self._resampler.rate_hz)
        if colours is None:
            raise DataError(
                f"A region of the face that {self.name} looks at is outside of the picture throughout. The whole face "
                f"should be in the picture: record it again, or take another method."
            )
        return colours, np.array(self._known, dtype=bool)


class MapWaveformEstimator(MapEstimator):
    """A network that gives the waveform of a map."""

    def add(self, time_s, image, box):
        self._add_signals(time_s, super().add(time_s, image, box), box)

    def finish(self):
        colours, known = self.whole_map()
        joined = OverlapAdd(self._model.frames)
        for first, last in stretches(len(colours), self._model.frames, _SHARED):
            if known[first:last].any():
                joined.add(first, self._model.waveform_of_map(colours[first:last]))
        return Waveform(self._resampler.rate_hz, self._resampler.start_s, joined.signal(len(colours)), known)


def _coefficient(crop, image, box):
    """By how much the face's box is enlarged to the crop; less where the crop is the whole picture."""
    height, width = image.shape[:2]
    if crop != (0, 0, width, height):
        return LARGE_BOX_COEF
    return max(1.0, min(LARGE_BOX_COEF, min(width / box.width, height / box.height)))
