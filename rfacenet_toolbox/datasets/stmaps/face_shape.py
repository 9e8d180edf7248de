"""A face's 68 points in a square, schemes of landmarks against it, and the similarity that brings one to the other.

The points are numbered as iBUG's: 0-16 jaw, 17-26 brows, 27-35 nose, 36-47 eyes, 48-67 mouth, each from the left of the
picture to the right. Their places here are drawn by hand around the five points to which faces are commonly aligned for
recognition (of 112 x 112 pixels); they stand in where a method's regions need points that nobody has found.
"""

import numpy as np

#: (x, y) of the left half, with the middle, as shares of the square that holds the face
_LEFT = {
    **dict(enumerate([
        (0.06, 0.46), (0.07, 0.58), (0.09, 0.69), (0.12, 0.80), (0.17, 0.90), (0.24, 0.98), (0.32, 1.04), (0.41, 1.08),
        (0.50, 1.09),
    ])),
    **dict(enumerate([(0.16, 0.36), (0.22, 0.31), (0.29, 0.30), (0.36, 0.31), (0.43, 0.34)], 17)),
    **dict(enumerate([(0.50, 0.44), (0.50, 0.51), (0.50, 0.58), (0.50, 0.64)], 27)),
    **dict(enumerate([(0.42, 0.69), (0.46, 0.705), (0.50, 0.715)], 31)),
    **dict(enumerate([(0.26, 0.46), (0.31, 0.435), (0.37, 0.435), (0.42, 0.465), (0.37, 0.48), (0.31, 0.48)], 36)),
    48: (0.37, 0.825), 49: (0.42, 0.795), 50: (0.47, 0.78), 51: (0.50, 0.785), 59: (0.42, 0.865), 58: (0.46, 0.885),
    57: (0.50, 0.89), 60: (0.39, 0.825), 61: (0.46, 0.815), 62: (0.50, 0.815), 67: (0.46, 0.84), 66: (0.50, 0.845),
}  # fmt: skip
#: point of the left half -> its mirror image
_MIRRORED = {
    **{left: 16 - left for left in range(8)},
    **{left: 43 - left for left in range(17, 22)},
    31: 35, 32: 34, 36: 45, 37: 44, 38: 43, 39: 42, 40: 47, 41: 46,
    48: 54, 49: 53, 50: 52, 59: 55, 58: 56, 60: 64, 61: 63, 67: 65,
}  # fmt: skip


def _shape():
    points = np.full((68, 2), np.nan)
    for number, (x, y) in _LEFT.items():
        points[number] = x, y
        if number in _MIRRORED:
            points[_MIRRORED[number]] = 1 - x, y
    return points


#: (68, 2): x to the right and y down, as shares of the square
SHAPE_68 = _shape()
#: (5, 2): the eyes' middles, the tip of the nose, the corners of the mouth, in MTCNN's order
SHAPE_5 = np.array(
    [SHAPE_68[36:42].mean(axis=0), SHAPE_68[42:48].mean(axis=0), SHAPE_68[30], SHAPE_68[48], SHAPE_68[54]]
)
#: points of SeetaFace's 81 -> those of the 68 at the same place, as CVD's two lists of regions pair them
SEETA_TO_68 = {
    65: 0, 66: 1, 67: 2, 68: 3, 69: 4, 70: 5, 71: 6, 72: 7, 64: 8, 80: 9, 79: 10, 78: 11, 77: 12, 76: 13, 75: 14,
    74: 15, 73: 16, 38: 31, 39: 35, 46: 48, 47: 54,
}  # fmt: skip
#: points of MediaPipe's mesh that stand for the 68, in their order
MESH_68 = (
    162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389,
    71, 63, 105, 66, 107, 336, 296, 334, 293, 301,
    168, 197, 5, 4, 75, 97, 2, 326, 305,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181,
    78, 82, 13, 312, 308, 317, 14, 87,
)  # fmt: skip
#: numbers of points that landmarks may have
COUNTS = (5, 68, 81)


def five_of(points):
    """The five points (T, 5, 2) of 68 (T, 68, 2)."""
    eyes = points[:, 36:42].mean(axis=1), points[:, 42:48].mean(axis=1)
    return np.stack([*eyes, points[:, 30], points[:, 48], points[:, 54]], axis=1)


def similarity(points):
    """The similarity of each frame that brings the square's points closest to a face's.

    Args:
        points: (T, K, 2), K of :data:`COUNTS`.

    Returns:
        ``(factor, offset)``: complex (T,) each; a place ``x + iy`` of the square is at ``factor * place + offset`` of
        the frame. The factor's size is the square's side in the frame's units.
    """
    if points.shape[1] == 68:
        points = five_of(points)
    shape = SHAPE_5
    if points.shape[1] == 81:
        points, shape = points[:, list(SEETA_TO_68)], SHAPE_68[list(SEETA_TO_68.values())]
    found, wanted = points[..., 0] + 1j * points[..., 1], shape[:, 0] + 1j * shape[:, 1]
    middle = found.mean(axis=1)
    wanted_middle = wanted.mean()
    deviations = wanted - wanted_middle
    factor = (found - middle[:, None]) @ deviations.conj() / np.sum(np.abs(deviations) ** 2)
    return factor, middle - factor * wanted_middle


def placed(shape, factor, offset):
    """Points (K, 2) of the square in every frame, (T, K, 2)."""
    places = factor[:, None] * (shape[:, 0] + 1j * shape[:, 1]) + offset[:, None]
    return np.stack([places.real, places.imag], axis=-1)
