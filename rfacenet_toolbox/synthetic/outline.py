"""Where the face is on every frame of a synthetic recording: known, because it was drawn there."""

from pathlib import Path

import numpy as np

from ..errors import DataError
from .dataset import MANIFEST, Recording, _generator, _read_note
from .face import Subject, _head
from .motion import Motion, head_motion
from .render import _affine

_FARTHEST = 3.0  # in half face widths; every head ends before


def is_synthetic(folder):
    """Whether ``folder`` holds recordings that :func:`~.dataset.write_dataset` wrote."""
    return (Path(folder) / MANIFEST).is_file()


def face_outlines(folder, name, points=72):
    """The face's outline on every frame of a recording: chin, cheeks and forehead up to the hairline.

    Args:
        folder: where :func:`~.dataset.write_dataset` wrote the data set.
        name: the recording's folder in it, such as ``"01-03"`` or ``"subject7"``.
        points: corners of the outline.

    Returns:
        (T, points, 2) float64, x and y in pixels of the whole frame, 0 being its left or upper edge.

    Raises:
        DataError: no such note or recording, or a varied one.
    """
    note = Path(folder) / MANIFEST
    specs = _read_note(note)["recordings"] if note.is_file() else {}
    if name not in specs:
        raise DataError(f"{note} knows no recording {name!r}, so its face is not known. It knows: {', '.join(specs)}.")
    if specs[name]["dataset"] == "varied":
        raise DataError(f"{name} is a varied recording, and the outline is known of the plain ones only. Use those.")
    recording = Recording(name=name, **specs[name])
    subject = Subject(recording.subject)
    face = subject.draw(tuple(recording.size))
    rest = np.array(face.middle) + face.half_width * _outline(subject.look, points)
    frames = int(round(recording.seconds * recording.fps))
    motion = head_motion(recording.scenario, frames, recording.fps, _generator(recording, 1))
    moved = np.empty((frames, points, 2))
    for index in range(frames):
        matrix = _affine(face, Motion(*(float(course[index]) for course in motion)))
        moved[index] = rest @ matrix[:, :2].T + matrix[:, 2]
    return moved + 0.5  # where it is drawn, whole numbers are the pixels' middles


def _outline(look, points):
    """(points, 2) in half face widths from the middle, down the right, up the left."""
    angles = np.linspace(-np.pi / 2, 1.5 * np.pi, points, endpoint=False)
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    inside, outside = np.zeros(points), np.full(points, _FARTHEST)
    for _ in range(40):
        radius = (inside + outside) / 2
        within = _head(look, *(radius[:, None] * directions).T) < 0
        inside, outside = np.where(within, radius, inside), np.where(within, outside, radius)
    outline = inside[:, None] * directions
    if look.style != "bald":
        outline[:, 1] = np.maximum(outline[:, 1], -look.hairline)
    return outline
