"""The face on cached clips: its contour comes from their recordings, as it was drawn in a synthetic one, by MediaPipe's
face mesh in any other."""

import itertools
import os
from typing import NamedTuple

import numpy as np

from ..datasets.face_boxes import boxes_of, crop_and_resize, inside_frame
from ..datasets.face_mesh import check_available, contour_mask, outline
from ..synthetic import is_synthetic
from ..synthetic.outline import face_outlines

#: Frames between two looks at the contour; a head moves little in a quarter of a second.
_EVERY = 8
#: Folders between a synthetic data set's own and a recording: VIPL-HR's ``data/p1/v1``.
_DEEPEST = 3


class ClipFace(NamedTuple):
    """The face on one clip."""

    picture: np.ndarray  #: (H, W, 3) uint8 RGB, the clip's middle frame
    inside: np.ndarray  #: (H, W) float64, the share of the clip's frames in which a pixel is inside the contour
    outline: np.ndarray  #: (N, 2) the contour on that frame, x and y in pixels from the upper left corner


def contours(recording):
    """A function that gives the face's contour on the frames of a recording.

    Args:
        recording: :class:`~rfacenet_toolbox.datasets.recording.Recording`.

    Returns:
        ``function(frame number, frame) -> (N, 2)`` in pixels from the frame's upper left corner, or None where no face
        was found: what the renderer drew for a synthetic recording, MediaPipe's face mesh for any other.

    Raises:
        ConfigError: not synthetic, and the face mesh is not installed.
        DataError: synthetic, and the face is not known.
    """
    folder, name = os.path.split(os.path.abspath(recording.path))
    for _ in range(_DEEPEST):
        if is_synthetic(folder):
            break
        folder, above = os.path.split(folder)
        name = f"{above}/{name}"
    if is_synthetic(folder):
        outlines = face_outlines(folder, name)
        return lambda number, frame: outlines[number]
    check_available()
    return lambda number, frame: outline(frame)


def clip_faces(recording, settings, numbers):
    """The faces on some clips of a recording.

    Args:
        recording: as for :func:`contours`.
        settings: the :class:`~rfacenet_toolbox.datasets.settings.PreprocessSettings` that the clips were made with.
        numbers: which clips.

    Returns:
        {number: :class:`ClipFace`}; clips on which no contour was found are left out.

    Raises:
        ConfigError, DataError: the recording cannot be read, or its contour is not known; see :func:`contours`.
    """
    contour = contours(recording)
    length = settings.chunk_length
    wanted = {number * length + step: number for number in numbers for step in range(0, length, _EVERY)}
    middles = {number * length + (length // 2 // _EVERY) * _EVERY for number in numbers}
    inside, faces = {number: [] for number in numbers}, {}
    until_last = itertools.islice(boxes_of(recording.frames, settings), max(wanted) + 1)
    for index, (frame, box) in enumerate(until_last):
        if index not in wanted:
            continue
        found = contour(index, frame)
        if found is None:
            continue
        placed = _on_clip(found, box, frame, settings)
        inside[wanted[index]].append(contour_mask(placed, settings.height, settings.width))
        if index in middles:
            faces[wanted[index]] = crop_and_resize(frame, box, settings), placed
    return {
        number: ClipFace(picture, np.mean(inside[number], axis=0), placed)
        for number, (picture, placed) in faces.items()
    }


def _on_clip(outline, box, frame, settings):
    """An outline in pixels of the frame -> in pixels of the clip."""
    left, top, right, bottom = inside_frame(box, frame)
    scale = np.array([settings.width / (right - left), settings.height / (bottom - top)])
    return (np.asarray(outline, float) - (left, top)) * scale
