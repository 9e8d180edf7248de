"""What finds the face in a frame: the backends of ``PREPROCESS.CROP_FACE.BACKEND``.

The arithmetic of :class:`FaceDetector` is that of the toolbox's ``face_detection``, quirks included, so that the clips
are the same: frames reach OpenCV's Haar cascade as RGB, boxes are truncated to whole pixels, and a frame without a face
gets the box ``[0, 0, height, width]``, with the last two in that order.
"""

import os

import cv2
import numpy as np

from ..errors import ConfigError
from . import face_mesh, mtcnn


def check_backend(name):
    """Check, before anything is preprocessed, that a face detector can be had.

    Raises:
        ConfigError: there is no such backend, or what it needs is not installed.
    """
    if name not in DETECTORS:
        raise ConfigError(
            f"PREPROCESS.CROP_FACE.BACKEND is {name!r}, which the standalone host does not have. It has HC (OpenCV's "
            f"Haar cascade) and, with what docs/faces.md tells you to install, MP (MediaPipe), MTCNN and MTCNN_SMOOTH. "
            f"Use one of these, or run inside an rPPG-Toolbox checkout that has {name!r}."
        )
    try:
        DETECTORS[name].check_available()
    except ConfigError as error:
        raise ConfigError(f"PREPROCESS.CROP_FACE.BACKEND is {name!r}. {error}")


class FaceDetector:
    """Gives face boxes as the toolbox's ``face_detection`` does; a subclass finds the face.

    Args:
        large_box_coef: factor by which a face box is enlarged around its middle; None leaves it as it is.

    Attributes:
        keeps_face: a frame without a face is cropped as the frames are in which one was found. The toolbox's backends
            crop it to a substitute of its own.
        smooths: boxes are averaged over time.

    Raises:
        ConfigError: what the detector needs is not installed.
    """

    keeps_face = smooths = False

    def __init__(self, large_box_coef=None):
        self.check_available()
        self._coef = large_box_coef

    def box(self, frame, bgr=False):
        """The face's box in a uint8 frame, RGB or (``bgr``) BGR.

        Returns:
            ``([x, y, width, height], found)`` in whole pixels. Where ``found`` is False, the box is the toolbox's
            substitute: the frame with width and height exchanged. A box may reach beyond the frame.
        """
        face = self._find(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB) if bgr else frame)
        x, y, width, height = (0, 0, frame.shape[0], frame.shape[1]) if face is None else face
        if self._coef is not None:
            margin = (self._coef - 1.0) / 2
            x, y = int(max(0, x - margin * width)), int(max(0, y - margin * height))
            width, height = int(self._coef * width), int(self._coef * height)
        return [x, y, width, height], face is not None


def haar_cascade():
    """OpenCV's frontal-face Haar cascade, the file that the toolbox comes with.

    Raises:
        ConfigError: this OpenCV has no cascades.
    """
    HaarDetector.check_available()
    return cv2.CascadeClassifier(os.path.join(cv2.data.haarcascades, "haarcascade_frontalface_default.xml"))


class HaarDetector(FaceDetector):
    """OpenCV's frontal-face Haar cascade with its default parameters: the toolbox's backend ``HC``."""

    def __init__(self, large_box_coef=None):
        super().__init__(large_box_coef)
        self._cascade = haar_cascade()

    @staticmethod
    def check_available():
        if not hasattr(cv2, "CascadeClassifier"):
            raise ConfigError(
                f"OpenCV {cv2.__version__} has no CascadeClassifier; OpenCV 4 has. Install it with: "
                f"pip install 'opencv-python-headless<5'"
            )

    def _find(self, frame):
        faces = self._cascade.detectMultiScale(frame)
        return [int(value) for value in faces[np.argmax(faces[:, 2])]] if len(faces) else None


class MeshDetector(FaceDetector):
    """The square around MediaPipe's face oval: the backend ``MP``, which the toolbox does not have.

    Like the Haar cascade's, the box is square, so that resizing does not stretch the face, and it holds forehead and
    chin.
    """

    check_available = staticmethod(face_mesh.check_available)

    def _find(self, frame):
        contour = face_mesh.outline(frame)
        if contour is None:
            return None
        low, high = contour.min(axis=0), contour.max(axis=0)
        side = (high - low).max()
        return [int(value) for value in (*((low + high - side) / 2), side, side)]


class MtcnnDetector(FaceDetector):
    """The square around the largest face that MTCNN finds: the backend ``MTCNN``, which the toolbox does not have.

    The side of the square is the longer edge of MTCNN's box, which goes from forehead to chin. Where there is no face,
    the box is the whole frame.
    """

    keeps_face = True
    check_available = staticmethod(mtcnn.check_available)

    def box(self, frame, bgr=False):
        box, found = super().box(frame, bgr)
        return (box if found else [0, 0, frame.shape[1], frame.shape[0]]), found

    def _find(self, frame):
        squares = mtcnn.faces(frame).squares
        return [int(value) for value in squares[0]] if len(squares) else None


class SmoothMtcnnDetector(MtcnnDetector):
    """The same, for boxes that are averaged over time: the backend ``MTCNN_SMOOTH``."""

    smooths = True


#: PREPROCESS.CROP_FACE.BACKEND -> detector
DETECTORS = {"HC": HaarDetector, "MP": MeshDetector, "MTCNN": MtcnnDetector, "MTCNN_SMOOTH": SmoothMtcnnDetector}


def face_detector(settings):
    """The :class:`FaceDetector` of :class:`~.settings.PreprocessSettings`.

    Raises:
        ConfigError: the standalone host does not have it, or what it needs is not installed.
    """
    check_backend(settings.backend)
    return DETECTORS[settings.backend](settings.large_box_coef)
