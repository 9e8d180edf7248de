"""Mean colours of a face's regions in every frame, and the regions of CVD and of NAS-HR."""

from typing import List, NamedTuple, Sequence, Tuple

import cv2
import numpy as np

from .face_shape import five_of, placed

#: R, G, B -> Y, U, V of full range (ITU-R BT.601), without the offsets of U and V
YUV = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]]
)  # fmt: skip
#: bits behind the point of a polygon's corners
_FRACTION_BITS = 4


class Regions(NamedTuple):
    """Polygons by the numbers of their corners, after which a lifted forehead may follow.

    Attributes:
        polygons: of the points of 68 or of 81.
        forehead: the lower edge of the forehead, from left to right, on the brows.
    """

    polygons: Sequence[Tuple[int, ...]]
    forehead: Tuple[int, ...]


#: CVD: two parts of either cheek, and the mouth with the chin; of 68 points and of SeetaFace's 81
CVD = {
    68: Regions(
        [
            (0, 1, 2, 31, 41),
            (2, 3, 4, 5, 48, 31),
            (16, 15, 14, 35, 46),
            (14, 13, 12, 11, 54, 35),
            (5, 6, 7, 8, 9, 10, 11, 54, 55, 56, 57, 58, 59, 48),
        ],
        (17, 18, 19, 20, 21, 22, 23, 24, 25, 26),
    ),
    81: Regions(
        [
            (65, 66, 67, 38, 36),
            (67, 68, 69, 70, 46, 40, 38),
            (73, 74, 75, 39, 37),
            (75, 76, 77, 78, 47, 41, 39),
            (70, 71, 72, 64, 80, 79, 78, 47, 59, 55, 58, 46),
        ],
        (18, 22, 20, 24, 19, 26, 30, 28, 32, 27),
    ),
}
#: NAS-HR: 14 triangles. The list of the 81 is the authors'; that of the 68 is ours, points at the same places
NAS_HR = {
    68: Regions(
        [
            (36, 60, 0), (45, 64, 16), (31, 0, 1), (31, 1, 2), (31, 2, 3), (31, 3, 4),
            (35, 16, 15), (35, 15, 14), (35, 14, 13), (35, 13, 12), (48, 4, 6), (54, 12, 10), (57, 8, 6), (57, 8, 10),
        ],
        (19, 24),
    ),
    81: Regions(
        [
            (1, 60, 65), (11, 61, 73), (40, 65, 66), (40, 66, 67), (40, 67, 68), (40, 68, 69),
            (41, 73, 74), (41, 74, 75), (41, 75, 76), (41, 76, 77), (46, 69, 71), (47, 77, 79), (55, 64, 71),
            (55, 64, 79),
        ],
        (24, 30),
    ),
}  # fmt: skip


def polygons(landmarks, regions, lift):
    """The corners of each region in every frame: a list of (T, N, 2), the forehead last.

    Args:
        landmarks: :class:`~.landmarks.Landmarks`.
        regions: {68: :class:`Regions`, 81: :class:`Regions`}.
        lift: ``"eyes"``: the forehead reaches as far above the brows as 0.6 of the distance of the eyes (CVD);
            ``"brows"``: as half of the lower edge's length (NAS-HR).
    """
    is_81 = landmarks.points is not None and landmarks.points.shape[1] == 81
    points = landmarks.points if is_81 else landmarks.points_68()
    chosen = regions[81 if is_81 else 68]
    found = [points[:, list(corners)] for corners in chosen.polygons]
    edge = points[:, list(chosen.forehead)]
    # up is the square's own, turned as the face is
    up = placed(np.array([[0.0, -1.0]]), landmarks.factor, np.zeros_like(landmarks.offset))[:, 0]
    up = up / np.linalg.norm(up, axis=1, keepdims=True)
    if lift == "eyes":
        eyes = placed(_EYES, landmarks.factor, landmarks.offset) if is_81 else five_of(points)[:, :2]
        height = 0.6 * np.linalg.norm(eyes[:, 1] - eyes[:, 0], axis=1)
    else:
        height = 0.5 * np.linalg.norm(edge[:, -1] - edge[:, 0], axis=1)
    lifted = edge[:, ::-1] + (height[:, None] * up)[:, None]
    return [*found, np.concatenate([edge, lifted], axis=1)]


def sums(frames, shapes: List[np.ndarray]):
    """Sums of the colours, and numbers of pixels, in every region of every frame.

    Args:
        frames: uint8 RGB (T, H, W, 3).
        shapes: of :func:`polygons`, R of them. Pixels of two belong to the later one.

    Returns:
        ``(sums (T, R, 3), counts (T, R))``, float64. A region outside of the frame has no pixels.
    """
    count, regions = len(frames), len(shapes)
    totals, pixels = np.zeros((count, regions, 3)), np.zeros((count, regions))
    # OpenCV takes fixed-point numbers here, and counts from the middle of the first pixel
    fixed = [np.ascontiguousarray(np.round((one - 0.5) * 2**_FRACTION_BITS), dtype=np.int32) for one in shapes]
    for index, frame in enumerate(frames):
        marks = np.zeros(frame.shape[:2], dtype=np.uint8)
        for number, corners in enumerate(fixed, 1):
            cv2.fillPoly(marks, [corners[index]], number, shift=_FRACTION_BITS)
        inside = marks > 0
        labels, colours = marks[inside], frame[inside]
        pixels[index] = np.bincount(labels, minlength=regions + 1)[1:]
        for channel in range(3):
            totals[index, :, channel] = np.bincount(labels, colours[:, channel], minlength=regions + 1)[1:]
    return totals, pixels


def means(totals, pixels):
    """Mean colours (T, R, 3). A region without a pixel has the colour of the next frame in time in which it has some.

    None where a region has none in any frame.
    """
    there = pixels > 0
    if not there.any(axis=0).all():
        return None
    colours = totals / np.maximum(pixels, 1)[..., None]
    every = np.arange(len(totals))
    for region in np.flatnonzero(~there.all(axis=0)):
        known = np.flatnonzero(there[:, region])
        nearest = known[np.abs(every[:, None] - known).argmin(axis=1)]
        colours[:, region] = colours[nearest, region]
    return colours


_EYES = np.array([(0.34, 0.46), (0.66, 0.46)])
