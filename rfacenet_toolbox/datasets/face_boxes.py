"""Find the face, crop to it and resize, frame by frame while a video is decoded.

The arithmetic is that of the toolbox's ``face_detection`` and ``crop_face_resize``, quirks included, so that the clips
are the same: frames reach OpenCV's Haar cascade as RGB, boxes are truncated to whole pixels, and a frame without a face
is cropped to the box ``[0, 0, height, width]``, with the last two in that order.
"""

import os
from dataclasses import dataclass

import cv2
import numpy as np

from ..errors import ConfigError
from . import face_mesh

#: frames by which the array of a recording's frames grows
GROWTH = 256


def check_backend(name):
    """Check, before anything is preprocessed, that a face detector can be had.

    Raises:
        ConfigError: there is no such backend, or what it needs is not installed.
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
    """Gives face boxes as the toolbox's ``face_detection`` does; a subclass finds the face.

    Args:
        large_box_coef: factor by which a face box is enlarged around its middle; None leaves it as it is.

    Raises:
        ConfigError: what the detector needs is not installed.
    """

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
        open_frames: ``open_frames(every=1)`` -> iterator over frames 0, every, 2 * every, ...: uint8 (H, W, 3).
        settings: :class:`~.settings.PreprocessSettings`.
        bgr: the frames are BGR, not RGB. They are converted where a face is looked for, and when they are small, which
            gives the same frames for less work.

    Returns:
        :class:`FaceVideo`. A median box needs all boxes before the first crop, so the file is then read twice.
    """
    looks = []
    frames = _stack(
        crop_and_resize(frame, box, settings, bgr) for frame, box in boxes_of(open_frames, settings, bgr, looks)
    )
    return FaceVideo(frames, len(looks), sum(not found for _, found in looks))


def boxes_of(open_frames, settings, bgr=False, looks=None):
    """Iterate over ``(frame, box)`` of a recording: every frame, and the box that preprocessing crops it to.

    Args:
        open_frames, settings, bgr: as of :func:`face_video`.
        looks: list to which what the detector gave is appended, ``(box, found)`` each time it looked.

    Yields:
        The frame as it was read, and (x, y, width, height) in whole pixels; the box may reach beyond the frame.
    """
    looks = [] if looks is None else looks
    every = settings.detect_every
    detector = face_detector(settings) if settings.crop_face else None
    median = None
    if detector is not None and settings.median_box and every is not None:
        looks += [detector.box(frame, bgr) for frame in open_frames(every)]
        median = np.median([box for box, _ in looks], axis=0).astype(int)
    for index, frame in enumerate(open_frames()):
        if detector is None:
            yield frame, (0, 0, frame.shape[1], frame.shape[0])
        elif median is not None:
            yield frame, median
        else:
            if index == 0 or (every is not None and index % every == 0):
                looks.append(detector.box(frame, bgr))
            yield frame, looks[-1][0]


def inside_frame(box, frame):
    """The part of a box that lies inside the frame: ``(left, top, right, bottom)``."""
    x, y, width, height = box
    return max(x, 0), max(y, 0), min(x + width, frame.shape[1]), min(y + height, frame.shape[0])


def crop_and_resize(frame, box, settings, bgr=False):
    """The part of a frame inside ``box``, at the size of ``settings``: uint8 RGB (height, width, 3).

    Args:
        bgr: the frame is BGR, not RGB.
    """
    left, top, right, bottom = inside_frame(box, frame)
    size = settings.width, settings.height
    resized = cv2.resize(frame[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(resized, cv2.COLOR_BGR2RGB) if bgr else resized


def _stack(resized):
    """One array of the frames. It grows in place, because stacking a list of them would hold them twice."""
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
