"""Joint face detection and alignment in three stages (Zhang et al. 2016, section II).

P-Net proposes boxes on a pyramid of reduced frames; R-Net rejects most of them and corrects the rest; O-Net does so
once more, and gives five landmarks.
"""

from typing import NamedTuple

import cv2
import numpy as np
import torch

from . import geometry, networks

#: smallest probability of a face after each stage, of the authors' own implementation
THRESHOLDS = 0.6, 0.7, 0.7
#: largest overlap of two boxes: within a level of the pyramid, and from there on
OVERLAP_OF_LEVEL, OVERLAP = 0.5, 0.7
#: from one level of the pyramid to the next: half the area
PYRAMID_FACTOR = 0.709


class Faces(NamedTuple):
    """Faces of a frame, the largest first.

    Attributes:
        boxes: (N, 4), left, top, right, bottom in pixels; a box may reach beyond the frame.
        probabilities: (N,).
        landmarks: (N, 5, 2), x and y in pixels of the eye on the picture's left, the other eye, the tip of the nose,
            and the two corners of the mouth in the same order.
    """

    boxes: np.ndarray
    probabilities: np.ndarray
    landmarks: np.ndarray

    @property
    def squares(self):
        """(N, 4): x, y, width, height of the squares around the boxes' middles, as wide as the longer edges."""
        corners = geometry.squares(self.boxes)
        return np.hstack([corners[:, :2], corners[:, 2:] - corners[:, :2]])


class Cascade:
    """Finds faces with three networks of :func:`~.networks.load`."""

    def __init__(self, loaded):
        self._propose, self._refine, self._output = loaded

    @torch.inference_mode()
    def faces(self, frame, smallest):
        """The :class:`Faces` of a frame.

        Args:
            frame: uint8 RGB (H, W, 3).
            smallest: side in pixels of the smallest face that is looked for, 12 or more. The time goes with the square
                of the frame's size over this.
        """
        boxes = self._proposals(frame, smallest)
        boxes, probabilities, offsets, _ = self._look(self._refine, networks.REFINE_SIDE, frame, boxes, THRESHOLDS[1])
        kept = geometry.strongest(boxes, probabilities, OVERLAP)
        boxes = geometry.moved(boxes[kept], offsets[kept])
        boxes, probabilities, offsets, points = self._look(
            self._output, networks.OUTPUT_SIDE, frame, boxes, THRESHOLDS[2]
        )
        landmarks = boxes[:, None, :2] + points * (boxes[:, None, 2:] - boxes[:, None, :2])
        boxes = geometry.moved(boxes, offsets)
        kept = geometry.strongest(boxes, probabilities, OVERLAP, of_smaller=True)
        largest_first = kept[np.argsort(-np.prod(boxes[kept, 2:] - boxes[kept, :2], axis=1), kind="stable")]
        return Faces(*(values[largest_first] for values in (boxes, probabilities, landmarks)))

    def _proposals(self, frame, smallest):
        """(N, 4): boxes in which P-Net sees a face."""
        height, width = frame.shape[:2]
        window = networks.PROPOSAL_SIDE
        levels = [np.empty((0, 5))]
        for scale in geometry.pyramid_scales(height, width, window, smallest, PYRAMID_FACTOR):
            size = int(np.ceil(width * scale)), int(np.ceil(height * scale))
            reduced = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
            levels.append(self._proposals_of_level(reduced, (width / size[0], height / size[1])))
        found = np.concatenate(levels)
        return found[geometry.strongest(found[:, :4], found[:, 4], OVERLAP), :4]

    def _proposals_of_level(self, reduced, enlargement):
        face, offsets = (output[0].double().numpy() for output in self._propose(_normalised([reduced])))
        rows, columns = np.nonzero(face >= THRESHOLDS[0])
        corners = np.stack([columns, rows], axis=1) * networks.PROPOSAL_STRIDE
        boxes = np.hstack([corners, corners + networks.PROPOSAL_SIDE]) * np.tile(enlargement, 2)
        scores = face[rows, columns]
        kept = geometry.strongest(boxes, scores, OVERLAP_OF_LEVEL)
        moved = geometry.moved(boxes[kept], offsets[:, rows, columns].T[kept])
        return np.hstack([moved, scores[kept, None]])

    def _look(self, network, side, frame, boxes, threshold):
        """Boxes made square, and what a network says of those in which it sees a face.

        Returns:
            ``(boxes, probabilities, offsets, points)``; points (N, 5, 2) as shares of the box, None from R-Net.
        """
        boxes = np.round(geometry.squares(boxes))
        boxes = boxes[_visible(boxes, frame)]
        if not len(boxes):
            return boxes, np.empty(0), np.empty((0, 4)), np.empty((0, 5, 2))
        pictures = [geometry.cut_out(frame, box, side) for box in boxes]
        face, offsets, *points = (output.double().numpy() for output in network(_normalised(pictures)))
        seen = face >= threshold
        points = points[0][seen].reshape(-1, 2, 5).transpose(0, 2, 1) if points else None
        return boxes[seen], face[seen], offsets[seen], points


def _visible(boxes, frame):
    """Which boxes have at least a pixel inside the frame."""
    inside = np.minimum(boxes[:, 2:], frame.shape[1::-1]) - np.maximum(boxes[:, :2], 0)
    return (inside >= 1).all(axis=1)


def _normalised(pictures):
    """uint8 (H, W, 3) each -> float32 (N, 3, H, W), -1 to 1."""
    values = torch.from_numpy(np.stack(pictures).transpose(0, 3, 1, 2).astype(np.float32))
    return (values - 127.5) / 128.0
