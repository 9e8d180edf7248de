"""Find the face, crop to it and resize, frame by frame as a video is decoded.

The arithmetic is that of the toolbox's ``face_detection`` and ``crop_face_resize``, its quirks included, because the
clips are to be the same: frames reach OpenCV's Haar cascade as RGB, boxes are truncated to whole pixels, and a frame
without a face is cropped to the box ``[0, 0, height, width]``, whose last two are in that order.
"""

import os
from dataclasses import dataclass

import cv2
import numpy as np

from ..errors import ConfigError
from . import face_mesh

#: frames by which a recording's array grows
GROWTH = 256
CASCADE = "haarcascade_frontalface_default.xml"


def check_backend(name):
    """Refuse a face detector that is not there, before anything is preprocessed.

    Raises:
        ConfigError: unknown or unavailable backend.
    """
    if name not in DETECTORS:
        raise ConfigError(
            f"PREPROCESS.CROP_FACE.BACKEND is {name!r}, which the standalone host does not have. It has: "
            f"HC (OpenCV's Haar cascade) and MP (MediaPipe, an optional extra). Use one of these, or run inside an "
            f"rPPG-Toolbox checkout that has {name!r}."
        )
    try:
        DETECTORS[name].check_available()
    except ConfigError as error:
        raise ConfigError(f"PREPROCESS.CROP_FACE.BACKEND is {name!r}. {error}")


class FaceDetector:
    """Gives face boxes as the toolbox's ``face_detection`` does; how a face is found is a subclass's.

    Args:
        large_box_coef: factor by which a face box is enlarged around its middle; None leaves it.

    Raises:
        ConfigError: what the detector needs is not there.
    """

    def __init__(self, large_box_coef=None):
        self.check_available()
        self._coef = large_box_coef

    def box(self, frame, bgr=False):
        """The face's box in a uint8 RGB frame, or a BGR one if ``bgr`` says so.

        Returns:
            ``([x, y, width, height], found)`` in whole pixels; where ``found`` is False the box is the toolbox's
            substitute, the frame with width and height exchanged. The box may reach beyond the frame.
        """
        face = self._find(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB) if bgr else frame)
        x, y, width, height = (0, 0, frame.shape[0], frame.shape[1]) if face is None else face
        if self._coef is not None:
            margin = (self._coef - 1.0) / 2
            x, y = int(max(0, x - margin * width)), int(max(0, y - margin * height))
            width, height = int(self._coef * width), int(self._coef * height)
        return [x, y, width, height], face is not None


class HaarDetector(FaceDetector):
    """OpenCV's frontal-face Haar cascade with its default parameters: the toolbox's backend ``HC``."""

    def __init__(self, large_box_coef=None):
        super().__init__(large_box_coef)
        self._cascade = cv2.CascadeClassifier(os.path.join(cv2.data.haarcascades, CASCADE))

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
    """The square round MediaPipe's face oval: the backend ``MP``, which the toolbox does not have.

    Like the Haar cascade's, the box is square, so that resizing does not stretch the face, and holds forehead and chin.
    """

    check_available = staticmethod(face_mesh.check_available)

    def _find(self, frame):
        contour = face_mesh.outline(frame)
        if contour is None:
            return None
        low, high = contour.min(axis=0), contour.max(axis=0)
        side = (high - low).max()
        return [int(value) for value in (*((low + high - side) / 2), side, side)]


#: PREPROCESS.CROP_FACE.BACKEND -> detector
DETECTORS = {"HC": HaarDetector, "MP": MeshDetector}


def face_detector(settings):
    """The :class:`FaceDetector` of :class:`~.settings.PreprocessSettings`."""
    return DETECTORS[settings.backend](settings.large_box_coef)


@dataclass
class FaceVideo:
    """A recording cut down to what the clips are made of.

    Attributes:
        frames: uint8 RGB (T, height, width, 3).
        detections: number of frames in which the face was looked for.
        faces_not_found: number of those without one.
    """

    frames: np.ndarray
    detections: int = 0
    faces_not_found: int = 0


def face_video(open_frames, settings, bgr=False):
    """Decode, crop and resize a recording; only resized frames are kept.

    Args:
        open_frames: ``open_frames(every=1)`` -> iterator of every so many uint8 RGB frames, from the beginning.
        settings: :class:`~.settings.PreprocessSettings`.
        bgr: the frames are BGR. They are turned to RGB where a face is looked for, and once they are small, which gives
            the same for less work.

    Returns:
        :class:`FaceVideo`. A median box needs all boxes before the first crop, so the file is then read twice.
    """
    found = []
    boxed = _boxed(open_frames, settings, bgr, found) if settings.crop_face else ((f, None) for f in open_frames())
    frames = _stack(_resize(frame, box, settings, bgr) for frame, box in boxed)
    return FaceVideo(frames, len(found), sum(not face for _, face in found))


def _boxed(open_frames, settings, bgr, found):
    """``(frame, box to crop it to)`` of all frames; what the detector gave is appended to ``found``."""
    detector = face_detector(settings)
    every = settings.detect_every
    if settings.median_box and every is not None:
        found += [detector.box(frame, bgr) for frame in open_frames(every)]
        median = np.median([box for box, _ in found], axis=0).astype(int)
        for frame in open_frames():
            yield frame, median
    else:
        for index, frame in enumerate(open_frames()):
            if index == 0 or (every is not None and index % every == 0):
                found.append(detector.box(frame, bgr))
            yield frame, found[-1][0]


def _resize(frame, box, settings, bgr):
    if box is not None:
        x, y, width, height = box
        frame = frame[max(y, 0) : min(y + height, frame.shape[0]), max(x, 0) : min(x + width, frame.shape[1])]
    resized = cv2.resize(frame, (settings.width, settings.height), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(resized, cv2.COLOR_BGR2RGB) if bgr else resized


def _stack(resized):
    """One array of the frames, which grows in place: a list of them would be a second copy while it is stacked."""
    stacked, count = None, 0
    for frame in resized:
        if stacked is None:
            stacked = np.empty((GROWTH,) + frame.shape, dtype=np.uint8)
        elif count == len(stacked):
            stacked.resize((count + GROWTH,) + frame.shape, refcheck=False)
        stacked[count] = frame
        count += 1
    stacked.resize((count,) + stacked.shape[1:], refcheck=False)
    return stacked
