"""A box that moves with the face from frame to frame, for methods that average what is in it."""

import cv2
import numpy as np

_FACE_WIDTH = 64  # to which the face is reduced
_AROUND = 1.5  # width of the part of the frame in which points are followed, in face widths
_OFF_MIDDLE = 0.12  # of that part, in face widths: then it is chosen anew
_INNER = 0.7, 0.9  # part of the face box, across and down, in which there are points
_MOST_POINTS, _LEAST_POINTS = 30, 8
_LONGEST_STEP = 0.2  # face widths between two frames: more is a cut, or another person
_FARTHEST = 0.25  # face widths between this box and the tracker's


class FollowedFace:
    """A face box that keeps its place on the face, to a fraction of a pixel.

    The tracker's box stays where it is while the face moves a little, so that other skin, hair and background move
    through it. This one moves with points on the face, by optical flow (Lucas and Kanade 1981, in Bouguet's pyramids):
    with the median of their steps, so that neither blinking nor talking decides it. It starts anew where the two boxes
    have come far apart.
    """

    def __init__(self):
        self._box = self._area = self._last = self._points = None
        self._scale = 1.0

    def follow(self, image, tracked):
        """The :class:`~.box.Box` of the face in this frame.

        Args:
            image: uint8 (H, W, 3), BGR.
            tracked: the tracker's box in this frame.
        """
        if self._box is not None:
            x, y = np.add(self._box.middle, self._step(image))
            self._box = tracked.moved(x - tracked.middle[0], y - tracked.middle[1])
        if self._box is None or _apart(self._box, tracked) > _FARTHEST:
            self._box, self._points = tracked, None
        if self._points is None or len(self._points) < _LEAST_POINTS or self._is_at_edge():
            self._choose_points(image)
        return self._box

    def _step(self, image):
        """(right, down) pixels since the frame before; (0, 0) where that cannot be told."""
        if self._points is None or len(self._points) < _LEAST_POINTS:
            return 0.0, 0.0
        now = self._reduced(image)
        points, found, _ = cv2.calcOpticalFlowPyrLK(self._last, now, self._points, None, winSize=(11, 11), maxLevel=2)
        found = found.ravel() == 1
        steps = (points - self._points)[found].reshape(-1, 2)
        self._last, self._points = now, points[found]
        if len(steps) < _LEAST_POINTS:
            return 0.0, 0.0
        step = np.median(steps, axis=0) / self._scale
        return step if np.abs(step).max() <= _LONGEST_STEP * self._box.width else (0.0, 0.0)

    def _is_at_edge(self):
        return _apart(self._box, self._area.scaled(1 / _AROUND)) > _OFF_MIDDLE

    def _choose_points(self, image):
        self._area, self._scale = self._box.scaled(_AROUND), min(1.0, _FACE_WIDTH / self._box.width)
        self._last = self._reduced(image)
        inner, mask = self._box.scaled(*_INNER), np.zeros(self._last.shape, np.uint8)
        left, top = max(0.0, round(self._area.x)), max(0.0, round(self._area.y))
        edges = inner.x - left, inner.y - top, inner.x + inner.width - left, inner.y + inner.height - top
        x0, y0, x1, y1 = (max(0, int(edge * self._scale)) for edge in edges)
        mask[y0:y1, x0:x1] = 255
        self._points = cv2.goodFeaturesToTrack(self._last, _MOST_POINTS, 0.01, 3, mask=mask)

    def _reduced(self, image):
        part = self._area.cut(image)
        if self._scale < 1:
            part = cv2.resize(part, None, fx=self._scale, fy=self._scale, interpolation=cv2.INTER_AREA)
        return cv2.cvtColor(part, cv2.COLOR_BGR2GRAY)


def _apart(one, other):
    """How far apart the middles of two boxes are, in widths of the second; or how much their widths differ, if more."""
    return max(*np.abs(np.subtract(one.middle, other.middle)) / other.width, abs(one.width / other.width - 1))
