"""Which part of each frame is the face: searched for now and then on a reduced frame, and followed smoothly between."""

from typing import NamedTuple

import cv2
import numpy as np

from ..datasets import mtcnn
from ..datasets.face_detectors import MeshDetector, haar_cascade
from ..errors import ConfigError, unknown

#: the face box is made this much larger for the networks, as in the configs that they are trained with
LARGE_BOX_COEF = 1.5
_DETECT_EVERY_S = 0.5
_SEARCH_ALL_EVERY_S = 5.0  # the whole frame; in between only the surroundings of the face
_RETRY_EVERY_S = 0.2
_PATIENCE_S = 1.0  # a turned head is missed for a moment and is still there
_FRAME_HEIGHT = 240  # to which a whole frame is reduced
_FACE_WIDTH = 48  # to which a known face is reduced
_SMALLEST_FACE = 1 / 8  # of the frame's height
_DEAD_ZONE, _SIZE_DEAD_ZONE = 0.12, 0.2  # of the width: smaller moves leave the box where it is
_GLIDE_S = 0.3


class Box(NamedTuple):
    """A box in pixels of the frame, also in fractions of them; it may reach beyond the frame."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self):
        """(x, y)."""
        return self.x + self.width / 2, self.y + self.height / 2

    def scaled(self, across, down=None):
        """The box with its width times ``across`` and its height times ``down``, around the same middle."""
        x, y = self.middle
        width, height = self.width * across, self.height * (across if down is None else down)
        return Box(x - width / 2, y - height / 2, width, height)

    def moved(self, right, down):
        """The box so many pixels farther to the right and down."""
        return self._replace(x=self.x + right, y=self.y + down)

    def overlap(self, other):
        """Intersection over union, 0 to 1."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        shared = max(0.0, width) * max(0.0, height)
        return shared / (self.width * self.height + other.width * other.height - shared)

    def cut(self, image):
        """The part of ``image`` (H, W, ...) inside the box, at least one pixel of it."""
        height, width = image.shape[:2]
        left, top = min(max(int(round(self.x)), 0), width - 1), min(max(int(round(self.y)), 0), height - 1)
        right, bottom = int(round(self.x + self.width)), int(round(self.y + self.height))
        return image[top : max(bottom, top + 1), left : max(right, left + 1)]


class HaarFaces:
    """OpenCV's frontal-face Haar cascade, the toolbox's backend ``HC``, at a reduced size."""

    def __init__(self):
        self._cascade = haar_cascade()

    def find(self, image, near=None):
        """Faces as :class:`Box`, the largest first.

        Args:
            image: uint8 (H, W, 3), BGR.
            near: look around this box only, for a face of about its size; None looks everywhere.
        """
        if near is None:
            scale = min(1.0, _FRAME_HEIGHT / image.shape[0])
            sizes = {"minSize": (int(image.shape[0] * scale * _SMALLEST_FACE),) * 2}
        else:
            scale = min(1.0, _FACE_WIDTH / near.width)
            width = near.width * scale
            sizes = {"minSize": (int(0.7 * width),) * 2, "maxSize": (int(1.5 * width),) * 2}
        left, top, part = _searched(image, near)
        reduced = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else part
        found = self._cascade.detectMultiScale(cv2.cvtColor(reduced, cv2.COLOR_BGR2GRAY), minNeighbors=5, **sizes)
        across, down = part.shape[1] / reduced.shape[1], part.shape[0] / reduced.shape[0]
        boxes = [Box(left + x * across, top + y * down, w * across, h * down) for x, y, w, h in found]
        return sorted(boxes, key=lambda box: -box.width)


class MeshFaces:
    """The square around MediaPipe's face oval, the backend ``MP``, which is an optional extra.

    It finds tilted and dark faces that the cascade misses, but no small ones, and never more than one.

    Raises:
        ConfigError: MediaPipe is not installed.
    """

    def __init__(self):
        self._detector = MeshDetector()

    def find(self, image, near=None):
        """The face, as a list of one :class:`Box` or none; arguments as of :meth:`HaarFaces.find`."""
        left, top, part = _searched(image, near)
        (x, y, width, height), found = self._detector.box(part, bgr=True)
        return [Box(left + x, top + y, width, height)] if found else []


class MtcnnFaces:
    """The squares around the faces that MTCNN finds, the backend ``MTCNN``, whose weights are an optional extra.

    It finds tilted faces that the cascade misses, and can miss a face that fills the picture.

    Raises:
        ConfigError: the weights are not installed.
    """

    def __init__(self):
        mtcnn.check_available()

    def find(self, image, near=None):
        """Faces, the largest first; arguments as of :meth:`HaarFaces.find`."""
        left, top, part = _searched(image, near)
        smallest = None if near is None else max(0.5 * near.width, mtcnn.SMALLEST_PIXELS)
        found = mtcnn.faces(cv2.cvtColor(part, cv2.COLOR_BGR2RGB), smallest)
        return [Box(left + x, top + y, width, height) for x, y, width, height in found.squares]


_BACKENDS = {"HC": HaarFaces, "MP": MeshFaces, "MTCNN": MtcnnFaces}


def detector(backend):
    """The detector of a face backend: ``"HC"``, ``"MP"`` or ``"MTCNN"``.

    Raises:
        ConfigError: no such backend, or what it needs is not installed.
    """
    name = str(backend).upper()
    if name not in _BACKENDS:
        raise ConfigError(
            f"{unknown('The face backend', backend, _BACKENDS)} HC is OpenCV's Haar cascade; MP (MediaPipe) and "
            f"MTCNN are optional extras."
        )
    return _BACKENDS[name]()


def _searched(image, near):
    """``(left, top, part)``: the part of an image around a box, or all of it."""
    if near is None:
        return 0, 0, image
    area = near.scaled(2.0)
    return max(0, int(round(area.x))), max(0, int(round(area.y))), area.cut(image)


class FaceTracker:
    """The face's box in frame after frame.

    The box stays where it is while the face moves little, because a box that jitters with the detector would carry its
    jitter into the signal; beyond that it glides after the face. Of several faces the largest is taken, and kept.

    Args:
        detector: with a method ``find(image, near)`` as :class:`HaarFaces` has.

    Attributes:
        frames: how many.
        most_faces: the largest number of faces seen in one frame.
    """

    def __init__(self, detector):
        self._detector = detector
        self.frames = self.most_faces = 0
        self._box = self._target = None
        self._gliding = False
        self._frame_s = self._seen_s = self._searched_all_s = -np.inf
        self._next_s = -np.inf

    def track(self, time_s, image):
        """The :class:`Box` of the face in this frame, None where there is none."""
        if time_s >= self._next_s:
            self._look(time_s, image)
        if self._box is not None and self._gliding:
            self._glide(time_s - self._frame_s)
        self._frame_s = time_s
        self.frames += 1
        return self._box

    def _look(self, time_s, image):
        everywhere = self._box is None or time_s - self._searched_all_s >= _SEARCH_ALL_EVERY_S
        faces = [] if everywhere else self._detector.find(image, self._target)
        if not faces:
            faces = self._detector.find(image)
            self._searched_all_s = time_s
            self.most_faces = max(self.most_faces, len(faces))
        if faces:
            self._seen_s = time_s
            self._aim(self._same_face(faces))
        elif time_s - self._seen_s > _PATIENCE_S:
            self._box = self._target = None
        self._next_s = time_s + (_DETECT_EVERY_S if faces or self._box is None else _RETRY_EVERY_S)

    def _same_face(self, faces):
        if self._target is None:
            return faces[0]
        best = max(faces, key=self._target.overlap)
        return best if self._target.overlap(best) > 0.2 else faces[0]

    def _aim(self, face):
        if self._box is None:
            self._box = self._target = face
            return
        moved = np.hypot(face.middle[0] - self._target.middle[0], face.middle[1] - self._target.middle[1])
        grown = abs(face.width / self._target.width - 1.0)
        if moved > _DEAD_ZONE * self._target.width or grown > _SIZE_DEAD_ZONE:
            self._target, self._gliding = face, True

    def _glide(self, seconds):
        share = 1.0 - np.exp(-seconds / _GLIDE_S)
        self._box = Box(*(old + share * (new - old) for old, new in zip(self._box, self._target)))
        far = max(abs(old - new) for old, new in zip(self._box, self._target))
        self._gliding = far > 0.01 * self._target.width
