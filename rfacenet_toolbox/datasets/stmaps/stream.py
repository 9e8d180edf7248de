"""A map of frames that arrive one after the other, of which few are held: the numbers of :class:`.make.MapFeatures`."""

from typing import NamedTuple

import numpy as np

from ..face_boxes import SEARCH_EVERY
from . import landmarks, make

#: frames that are measured at once where nothing needs to be waited for
_BLOCK = 32
#: frames that wait for the next landmarks at most; those beyond are divided by the last, or by the face's box
_LONGEST_WAIT = 1800


class _Crop(NamedTuple):
    frame: np.ndarray
    box: np.ndarray
    coefficient: float


class MapStream:
    """Takes cropped frames, and gives their map when the last has come.

    Landmarks are looked for in every so many frames since the face came into view, and lie on lines in between. Where
    only the first frame is looked at, they keep their places in the crop; where that has none, every 30th is looked at.

    Args:
        map_type: of :data:`~.MAP_TYPES`.
        detector: of :func:`.landmarks.detector_of`.
        every: frames from one look to the next; None looks at the first alone.

    Attributes:
        looks, found: how often landmarks were looked for, and found.
    """

    def __init__(self, map_type, detector=landmarks.BOX, every=None):
        self._map_type, self._detector, self._every = map_type, detector, every
        self._look = None if detector == landmarks.BOX else landmarks.looker(detector)
        self._measures = []
        self.looks = self.found = 0
        self._begin()

    def _begin(self):
        self._waiting, self._number = [], 0  # crops that are not measured yet; the next frame's number
        self._last = None  # (number, points in the frame) of the last look that found any
        self._fixed = None  # points in the crop that hold for good

    def add(self, frame, box, coefficient):
        """Take a frame in which the face is.

        Args:
            frame: uint8 RGB (H, W, 3), cropped.
            box: left, top, right and bottom of the crop in its frame, in pixels.
            coefficient: by which the face's box was enlarged to the crop.
        """
        self._waiting.append(_Crop(frame, np.asarray(box, dtype=np.float64), coefficient))
        number, self._number = self._number, self._number + 1
        if self._look is None or self._fixed is not None:
            if len(self._waiting) == _BLOCK:
                self._measure()
        elif number % (self._every or SEARCH_EVERY) == 0:
            self._look_at(number, self._waiting[-1])
        elif len(self._waiting) == _LONGEST_WAIT:
            self._measure()

    def repeat(self):
        """Take a frame without a face: it has the colours of the one before."""
        if self._waiting:
            self._measure()
        self._begin()
        self._measures.append(self._measures[-1][-1:])

    def values(self, fs_hz):
        """The map so far, float32 (T, rows, channels); None where a region is outside of all frames.

        Args:
            fs_hz: frames per second.
        """
        if self._waiting:
            self._measure()
        return make.finished(self._map_type, np.concatenate(self._measures), fs_hz)

    def _look_at(self, number, crop):
        self.looks += 1
        points = self._look(crop.frame)
        if points is None:
            return
        self.found += 1
        corner, scale = (one[0] for one in landmarks.corners_and_scale(crop.box[None], crop.frame.shape[:2]))
        in_frame = points * scale + corner
        if number == 0 and self._every is None:
            self._fixed = (in_frame - corner) / scale
            return
        before, self._last = self._last, (number, in_frame)
        self._measure([look for look in (before, self._last) if look is not None])

    def _measure(self, looks=None):
        """Measure the crops that wait, by these looks or else by the last."""
        crops, self._waiting = self._waiting, []
        frames = np.stack([crop.frame for crop in crops])
        found = self._placed(crops, frames.shape[1:3], looks or ([self._last] if self._last is not None else []))
        self._measures.append(make.measured(self._map_type, frames, found))

    def _placed(self, crops, size, looks):
        """The :class:`~.landmarks.Landmarks` of crops, the last of which is the newest frame."""
        if self._fixed is not None:
            return landmarks.of_points(np.repeat(self._fixed[None], len(crops), axis=0), self._detector)
        if not looks:
            each = [landmarks.of_box(1, size, crop.coefficient) for crop in crops]
            factor, offset = (np.concatenate([getattr(one, name) for one in each]) for name in ("factor", "offset"))
            return each[0]._replace(factor=factor, offset=offset)
        numbers, points = zip(*looks)
        wanted = np.arange(self._number - len(crops), self._number)
        corners, scale = landmarks.corners_and_scale([crop.box for crop in crops], size)
        in_frames = landmarks.between(np.stack(points), numbers, wanted)
        return landmarks.of_points((in_frames - corners[:, None]) / scale[:, None], self._detector)
