"""Where the face is in every frame of a synthetic recording: known, because it was drawn there."""

from pathlib import Path

import numpy as np

from ..errors import DataError
from .dataset import MANIFEST, read_specs
from .face import Subject
from .kinds import KINDS
from .look import head_shape
from .motion import Motion
from .render import affine

_FARTHEST = 3.0  # in half face widths; no head reaches so far


def face_outlines(folder, name, points=72):
    """The face's outline in every frame of a recording: chin, cheeks and forehead up to the hairline.

    Args:
        folder: where :func:`~.dataset.write_dataset` wrote the data set.
        name: of the recording's folder or file in it, such as ``"01-03"`` or ``"data/p1/v1/source1"``.
        points: number of corners of the outline.

    Returns:
        (T, points, 2) float64, x and y in pixels from the frame's left and upper edges.

    Raises:
        DataError: the recording is not one of the folder's synthetic ones, or of a kind whose outlines are not known.
    """
    specs = read_specs(folder)
    if name not in specs:
        raise DataError(
            f"{Path(folder) / MANIFEST} knows no recording {name!r}, so its face is not known. It knows: "
            f"{', '.join(specs) or 'none'}."
        )
    spec = specs[name]
    kind = KINDS[spec.dataset]
    if kind.motion is None:
        known = ", ".join(other for other, kind in KINDS.items() if kind.motion)
        raise DataError(f"{name} is a recording of {spec.dataset}, and outlines are known of {known} only. Use those.")
    subject = Subject(spec.subject)
    face = subject.draw(tuple(spec.size))
    rest = np.array(face.middle) + face.half_width * _outline(subject.look, points)
    motion = kind.motion(spec)
    moved = np.empty((len(motion[0]), points, 2))
    for index in range(len(moved)):
        matrix = affine(face, Motion(*(float(course[index]) for course in motion)))
        moved[index] = rest @ matrix[:, :2].T + matrix[:, 2]
    return moved + 0.5  # in the drawing, whole numbers are the middles of pixels


def _outline(look, points):
    """(points, 2) in half face widths from the middle: from the top down the right, and up the left."""
    angles = np.linspace(-np.pi / 2, 1.5 * np.pi, points, endpoint=False)
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    inside, outside = np.zeros(points), np.full(points, _FARTHEST)
    for _ in range(40):
        radius = (inside + outside) / 2
        within = head_shape(look, *(radius[:, None] * directions).T) < 0
        inside, outside = np.where(within, radius, inside), np.where(within, outside, radius)
    outline = inside[:, None] * directions
    if look.style != "bald":
        outline[:, 1] = np.maximum(outline[:, 1], -look.hairline)
    return outline
