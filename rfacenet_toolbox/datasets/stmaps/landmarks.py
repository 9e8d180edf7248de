"""The landmarks by which a recording's face is divided into regions, and where they come from.

In this order: a file of the user's beside the recording, what the face backend finds (MTCNN five points, MediaPipe's
mesh 68), or else none. Without landmarks regions lie at fixed shares of the face's box, which is coarse, and said so.
"""

import os
from typing import NamedTuple, Optional

import numpy as np

from .. import face_mesh, mtcnn
from ..face_boxes import SEARCH_EVERY
from .face_shape import COUNTS, MESH_68, SHAPE_68, placed, similarity

#: what finds landmarks, and where there are none
DETECTORS, BOX = ("MP", "MTCNN"), "box"
#: names of a user's file of landmarks in a recording's folder
FILES = ("landmarks.npy", "landmarks.csv")
#: how a Haar cascade's box lies in the square of :mod:`.face_shape`: the size of the square in sides of the box, and
#: where the square's point (0.5, 0.46), between the eyes, is in the box
_SQUARE_IN_BOX, _EYES, _EYES_IN_BOX = 1.08, 0.5 + 0.46j, 0.5 + 0.39j


class Landmarks(NamedTuple):
    """A face's points in every frame.

    Attributes:
        points: (T, K, 2) in pixels of the cropped frames, x and y; K is 5, 68 or 81. None where there are none.
        factor, offset: of :func:`~.face_shape.similarity`, complex (T,).
        source: where they come from, in words.
    """

    points: Optional[np.ndarray]
    factor: np.ndarray
    offset: np.ndarray
    source: str

    def points_68(self):
        """(T, 68, 2): as they were found, or those of the square, placed by the similarity."""
        if self.points is not None and self.points.shape[1] == 68:
            return self.points
        return placed(SHAPE_68, self.factor, self.offset)


def user_file(recording):
    """Path of the recording's own file of landmarks, or None."""
    paths = (os.path.join(recording.path, name) for name in FILES)
    return next((path for path in paths if os.path.isfile(path)), None)


def find(video, settings, recording):
    """The :class:`Landmarks` of a recording's cropped frames.

    Args:
        video: :class:`~.face_boxes.FaceVideo` with its boxes.
        settings: :class:`~.settings.PreprocessSettings`.
        recording: for its file of landmarks; None looks for none.

    Raises:
        DataError: the file cannot be used.
    """
    path = None if recording is None else user_file(recording)
    if path is not None:
        points = _into_crops(_of_frames(read(path, recording), len(video.frames), recording), video)
        return Landmarks(points, *similarity(points), f"{os.path.basename(path)}, {points.shape[1]} points")
    detector = detector_of(settings.backend if settings.crop_face else None)
    if detector != BOX:
        points = _looked_for(looker(detector), video, settings)
        if points is not None:
            return of_points(points, detector)
    coefficient = (settings.large_box_coef or 1.0) if settings.crop_face else 1.0
    return of_box(len(video.frames), video.frames.shape[1:3], coefficient)


def detector_of(backend):
    """What finds landmarks where a face backend finds the face: one of :data:`DETECTORS`, or :data:`BOX`."""
    name = (backend or "").partition("_")[0]
    return name if name in DETECTORS else BOX


def check_available(detector):
    """Raise ConfigError, which says what to install, where a detector of :func:`detector_of` is not installed."""
    checks = {"MP": face_mesh.check_available, "MTCNN": mtcnn.check_available}
    if detector in checks:
        checks[detector]()


def looker(detector):
    """The function of one of :data:`DETECTORS`: a frame, uint8 RGB (H, W, 3) -> points (K, 2) in pixels, or None."""
    return {"MP": _mesh_68, "MTCNN": mtcnn.landmarks}[detector]


def of_points(points, detector):
    """:class:`Landmarks` of points (T, K, 2) that one of :data:`DETECTORS` has found."""
    source = {"MP": "MediaPipe's mesh, 68 points", "MTCNN": "MTCNN's five points"}[detector]
    return Landmarks(points, *similarity(points), source)


def of_box(count, size, coefficient):
    """:class:`Landmarks` where nothing but the crop is known: the face's box is its middle, less what enlarges it.

    Args:
        count: T.
        size: (height, width) of the cropped frames.
        coefficient: by which the box was enlarged.
    """
    height, width = size
    side = min(height, width) / coefficient
    corner = complex(width - side, height - side) / 2
    factor = _SQUARE_IN_BOX * side
    offset = corner + side * _EYES_IN_BOX - factor * _EYES
    every = np.full(count, factor, dtype=complex), np.full(count, offset, dtype=complex)
    return Landmarks(None, *every, "no landmarks: fixed shares of the face's box")


def read(path, recording):
    """Landmarks (T, K, 2) of a file: an array of that shape in NPY, or a CSV file of a line per frame, x0,y0,x1,y1,...

    Units are pixels of the recording's own frames. A frame without a face has NaN, in CSV empty fields.

    Raises:
        DataError: the file holds something else; the message says what.
    """
    try:
        if path.endswith(".npy"):
            points = np.load(path, allow_pickle=False)
        else:
            points = np.atleast_2d(np.genfromtxt(path, delimiter=","))
            points = points.reshape(len(points), -1, 2)
    except (OSError, ValueError) as error:
        raise recording.error(f"its landmarks {path} cannot be read ({error}). {_EXPECTED}") from error
    if points.ndim != 3 or points.shape[2] != 2 or points.shape[1] not in COUNTS or points.dtype.kind not in "fiu":
        raise recording.error(f"its landmarks {path} have shape {points.shape} and type {points.dtype}. {_EXPECTED}")
    return points.astype(np.float64)


_EXPECTED = (
    f"Expected x and y of {', '.join(map(str, COUNTS[:-1]))} or {COUNTS[-1]} points in every frame. Correct the file, "
    f"or remove it to take what the face backend finds"
)


def _of_frames(points, frame_count, recording):
    """Points of every frame, those of frames without a face drawn between their neighbours'."""
    if len(points) != frame_count:
        raise recording.error(
            f"its landmarks are of {len(points)} frames, and the video has {frame_count}. {_EXPECTED}"
        )
    there = np.flatnonzero(np.isfinite(points).all(axis=(1, 2)))
    if not len(there):
        raise recording.error(f"its landmarks have no frame with a face. {_EXPECTED}")
    return between(points[there], there, np.arange(frame_count))


def between(points, frames, wanted):
    """(N, K, 2) found in the ``frames`` -> (M, K, 2) in those ``wanted``, linear in between and constant beyond."""
    flat = points.reshape(len(points), -1)
    columns = [np.interp(wanted, frames, column) for column in flat.T]
    return np.stack(columns, axis=1).reshape(len(wanted), -1, 2)


def _looked_for(look, video, settings):
    """What ``look`` finds in the cropped frames that the detector looks at; None where it finds nothing in any."""
    count = len(video.frames)
    numbers = range(0, count, settings.detect_every) if settings.detect_every is not None else [0]
    found = _found(look, video.frames, numbers)
    if not found and settings.detect_every is None:
        found = _found(look, video.frames, range(SEARCH_EVERY, count, SEARCH_EVERY))
    if not found:
        return None
    frames = np.array(sorted(found))
    points = np.stack([found[number] for number in frames])
    corners, scale = _corners_and_scale(video)
    in_frames = between(points * scale[frames, None] + corners[frames, None], frames, np.arange(count))
    return _into_crops(in_frames, video)


def _found(look, frames, numbers):
    looks = ((number, look(frames[number])) for number in numbers)
    return {number: points for number, points in looks if points is not None}


def _mesh_68(frame):
    points = face_mesh.points(frame)
    return None if points is None else points[list(MESH_68)]


def corners_and_scale(boxes, size):
    """Of every frame's crop: its left upper corner, and how many pixels of the frame one of its own is; (T, 2) each.

    Args:
        boxes: (T, 4), left, top, right and bottom of the crops in the frames.
        size: (height, width) of the cropped frames.
    """
    boxes = np.asarray(boxes, dtype=np.float64)
    height, width = size
    return boxes[:, :2], (boxes[:, 2:] - boxes[:, :2]) / (width, height)


def _corners_and_scale(video):
    return corners_and_scale(video.boxes, video.frames.shape[1:3])


def _into_crops(points, video):
    """Points (T, K, 2) of the frames, in pixels of the cropped ones."""
    corners, scale = _corners_and_scale(video)
    return (points - corners[:, None]) / scale[:, None]
