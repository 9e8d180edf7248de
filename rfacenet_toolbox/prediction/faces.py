"""What finds the faces in a frame, which is reduced for it."""

import cv2
import numpy as np

from ..datasets import mtcnn
from ..datasets.face_detectors import MeshDetector, haar_cascade
from ..errors import ConfigError, unknown
from .box import Box, searched

#: the face box is made this much larger for the networks, as in the configs that they are trained with
LARGE_BOX_COEF = 1.5
_FRAME_HEIGHT = 240  # to which a whole frame is reduced
_FACE_WIDTH = 48  # to which a known face is reduced
_SMALLEST_FACE = 1 / 8  # of the frame's height
_CLIP_LIMIT, _TILES = 3.0, (4, 4)  # of CLAHE
_CONFIRMED = 0.3  # overlap with the same face in another look
_FURTHER_DEGREES = (10, -10)  # by which the picture is turned for another look, to either side


class Finder:
    """Finds faces.

    Attributes:
        found_by: what found the last faces, in words, where it took a thorough search; None where it did not.
    """

    found_by = None

    def find(self, image, near=None, thorough=False):
        """Faces as :class:`Box`, the largest first.

        Args:
            image: uint8 (H, W, 3), BGR.
            near: look around this box only, for a face of about its size; None looks everywhere.
            thorough: search also in ways that take longer, where the finder has any.
        """
        raise NotImplementedError

    def confirms(self, image, face):
        """Whether a second look finds the face, too; True where the finder has no second look."""
        return True


class HaarFaces(Finder):
    """OpenCV's frontal-face Haar cascade, the toolbox's backend ``HC``, at a reduced size.

    Args:
        degrees: by which the picture is turned first, counterclockwise, to find a face that is tilted clockwise.
        evens: even out the picture's light first (CLAHE), to find a face that is dark or lit from the side.
        height: pixels to which a whole frame is reduced.
        smallest: side of the smallest face that is looked for in it, as a share of its height.
    """

    def __init__(self, degrees=0, evens=False, height=_FRAME_HEIGHT, smallest=_SMALLEST_FACE):
        self._cascade = haar_cascade()
        self._degrees, self._height, self._smallest = degrees, height, smallest
        self._evening = cv2.createCLAHE(_CLIP_LIMIT, _TILES) if evens else None

    def find(self, image, near=None, thorough=False):
        return self._find(image, near, self._degrees)

    def confirms(self, image, face):
        """Whether the face is found in the mirrored picture, too, and in one that is turned a little further.

        What merely resembles a face seldom does so in all of them. With the light evened out the mirror is enough: a
        face that is hard to see is lost in the turned picture, and nothing else was taken for one.
        """
        left, top, part = searched(image, face)
        mirrored = face._replace(x=part.shape[1] - (face.x - left) - face.width, y=face.y - top)
        if not _has(self._find(np.ascontiguousarray(part[:, ::-1]), mirrored, -self._degrees), mirrored):
            return False
        turned = (self._find(image, face, self._degrees + more) for more in _FURTHER_DEGREES)
        return self._evening is not None or any(_has(found, face) for found in turned)

    def _find(self, image, near, degrees):
        if near is None:
            scale = min(1.0, self._height / image.shape[0])
            sizes = {"minSize": (int(image.shape[0] * scale * self._smallest),) * 2}
        else:
            scale = min(1.0, _FACE_WIDTH / near.width)
            width = near.width * scale
            sizes = {"minSize": (int(0.7 * width),) * 2, "maxSize": (int(1.5 * width),) * 2}
        left, top, part = searched(image, near)
        reduced = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else part
        grey = cv2.cvtColor(reduced, cv2.COLOR_BGR2GRAY)
        if self._evening is not None:
            grey = self._evening.apply(grey)
        across, down = part.shape[1] / reduced.shape[1], part.shape[0] / reduced.shape[0]
        boxes = [
            Box(left + x * across, top + y * down, w * across, h * down)
            for x, y, w, h in self._squares(grey, degrees, sizes)
        ]
        return sorted(boxes, key=lambda box: -box.width)

    def _squares(self, grey, degrees, sizes):
        """Squares (x, y, width, height) around the faces of a small grey picture."""
        if not degrees:
            return self._cascade.detectMultiScale(grey, minNeighbors=5, **sizes)
        height, width = grey.shape
        turn, size = _turn(width, height, degrees)
        turned = cv2.warpAffine(grey, turn, size, borderValue=int(np.median(grey)))
        found = self._cascade.detectMultiScale(turned, minNeighbors=5, **sizes)
        back = cv2.invertAffineTransform(turn)
        upright = []
        for x, y, side, _ in found:
            middle_x, middle_y = back @ (x + side / 2, y + side / 2, 1.0)
            if 0 <= middle_x < width and 0 <= middle_y < height:
                upright.append((middle_x - side / 2, middle_y - side / 2, side, side))
        return upright


class MeshFaces(Finder):
    """The square around MediaPipe's face oval, the backend ``MP``, which is an optional extra.

    It finds tilted and dark faces that the cascade misses, but no small ones, and never more than one.

    Raises:
        ConfigError: MediaPipe is not installed.
    """

    def __init__(self):
        self._detector = MeshDetector()

    def find(self, image, near=None, thorough=False):
        left, top, part = searched(image, near)
        (x, y, width, height), found = self._detector.box(part, bgr=True)
        return [Box(left + x, top + y, width, height)] if found else []


class MtcnnFaces(Finder):
    """The squares around the faces that MTCNN finds, the backend ``MTCNN``, whose weights are an optional extra.

    It finds tilted faces that the cascade misses, and can miss a face that fills the picture.

    Raises:
        ConfigError: the weights are not installed.
    """

    def __init__(self):
        mtcnn.check_available()

    def find(self, image, near=None, thorough=False):
        left, top, part = searched(image, near)
        smallest = None if near is None else max(0.5 * near.width, mtcnn.SMALLEST_PIXELS)
        found = mtcnn.faces(cv2.cvtColor(part, cv2.COLOR_BGR2RGB), smallest)
        return [Box(left + x, top + y, width, height) for x, y, width, height in found.squares]


class WholePicture(Finder):
    """The whole picture is the face, as in recordings of which only the face was kept."""

    def find(self, image, near=None, thorough=False):
        return [Box(0, 0, image.shape[1], image.shape[0])]


class AnyFaces(Finder):
    """The cascade, and a thorough search where it finds no face; ``benchmarks/face_detectors.py`` measures both.

    Args:
        with_mtcnn: the thorough search begins with MTCNN, where its weights are installed.
    """

    def __init__(self, with_mtcnn=True):
        self._first, self._others, self._with_mtcnn = HaarFaces(), None, with_mtcnn

    def find(self, image, near=None, thorough=False):
        self.found_by = None
        faces = self._first.find(image, near)
        if faces or not thorough:
            return faces
        if self._others is None:
            self._others = _thorough(self._with_mtcnn)
        for name, finder in self._others.items():
            faces = finder.find(image, near)
            if near is None:
                faces = [face for face in faces if finder.confirms(image, face)]
            if faces:
                self.found_by = name
                return faces
        return []


def _thorough(with_mtcnn):
    """What a thorough search tries, one after the other: in words, and the :class:`Finder`."""
    others = {}
    if with_mtcnn and mtcnn.is_available():
        others["MTCNN"] = MtcnnFaces()
    for degrees in (30, -30):
        side = "right" if degrees > 0 else "left"
        others[f"the cascade, for a face tilted to the {side}"] = HaarFaces(degrees)
    others["the cascade, with the picture's light evened out"] = HaarFaces(evens=True)
    others["the cascade, for a small face"] = HaarFaces(height=2 * _FRAME_HEIGHT, smallest=_SMALLEST_FACE / 2)
    return others


_BACKENDS = {"AUTO": AnyFaces, "HC": HaarFaces, "MP": MeshFaces, "MTCNN": MtcnnFaces, "WHOLE": WholePicture}


def detector(backend):
    """The :class:`Finder` of a face backend: ``"auto"``, ``"HC"``, ``"MP"``, ``"MTCNN"`` or ``"whole"``.

    Raises:
        ConfigError: no such backend, or what it needs is not installed.
    """
    check_backend(backend)
    return _BACKENDS[str(backend).upper()]()


def check_backend(backend):
    """Refuse a name that is no face backend's.

    Raises:
        ConfigError: with those that there are.
    """
    if str(backend).upper() not in _BACKENDS:
        raise ConfigError(
            f"{unknown('The face backend', backend, ['auto', 'HC', 'MP', 'MTCNN', 'whole'])} auto and HC are OpenCV's "
            f"Haar cascade, MP (MediaPipe) and MTCNN are optional extras, and whole takes the whole picture."
        )


def _has(faces, face):
    """Whether a face is among faces."""
    return any(face.overlap(other) > _CONFIRMED for other in faces)


def _turn(width, height, degrees):
    """``(matrix, (width, height))``: turns a picture about its middle, and the size that then holds all of it."""
    side = int(np.ceil(np.hypot(width, height)))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    return matrix, (side, side)
