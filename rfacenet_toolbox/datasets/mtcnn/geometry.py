"""The arithmetic of boxes that the cascade does between its networks.

A box is ``left, top, right, bottom`` in pixels, measured from the frame's left and upper edges: its width is
``right - left``. Boxes are float64 (N, 4).
"""

import cv2
import numpy as np


def pyramid_scales(height, width, window, smallest, factor):
    """The sizes, as shares of the frame's, at which a window of ``window`` pixels is moved over it.

    The first makes a face of ``smallest`` pixels fill the window; each one after is ``factor`` of the one before; in
    the last the frame is still as large as the window.
    """
    scales, scale = [], window / smallest
    while min(height, width) * scale >= window:
        scales.append(scale)
        scale *= factor
    return scales


def moved(boxes, offsets):
    """Boxes whose edges are moved by ``offsets`` (N, 4), shares of their width and height."""
    size = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    return boxes + offsets * size


def squares(boxes):
    """The squares around the same middles, as wide as the longer edges."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.hstack([middle - half, middle + half])


def strongest(boxes, scores, threshold, of_smaller=False):
    """Non-maximum suppression.

    Args:
        boxes, scores: (N, 4) and (N,).
        threshold: a box goes where its overlap with one of a higher score is larger.
        of_smaller: overlap is the intersection over the area of the smaller box; otherwise over that of the union.

    Returns:
        The numbers of the boxes that stay, the highest score first.
    """
    order = np.argsort(-scores, kind="stable")
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    kept = []
    while len(order):
        best, others = order[0], order[1:]
        kept.append(best)
        shared = np.minimum(boxes[best, 2:], boxes[others, 2:]) - np.maximum(boxes[best, :2], boxes[others, :2])
        shared = np.prod(np.maximum(shared, 0.0), axis=1)
        if of_smaller:
            overlap = shared / np.minimum(area[best], area[others])
        else:
            overlap = shared / (area[best] + area[others] - shared)
        order = others[overlap <= threshold]
    return np.array(kept, dtype=int)


def cut_out(frame, box, side):
    """The part of a frame inside a box of whole pixels, black where it reaches beyond, at side x side pixels."""
    left, top, right, bottom = (int(edge) for edge in box)
    height, width = frame.shape[:2]
    part = frame[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if left < 0 or top < 0 or right > width or bottom > height:
        whole = np.zeros((bottom - top, right - left, 3), np.uint8)
        whole[max(-top, 0) : max(-top, 0) + part.shape[0], max(-left, 0) : max(-left, 0) + part.shape[1]] = part
        part = whole
    return cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA)
