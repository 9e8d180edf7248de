"""The mean colour of a face's skin in one frame, or of its regions."""

import functools

import cv2
import numpy as np

#: the part of the face box that is looked at: skin, with little hair and background
_ACROSS, _DOWN = 0.6, 0.8
#: the mouth, which opens and closes when its owner talks: middle and half axes of an ellipse, in shares of the face box
_MOUTH, _MOUTH_HALF = (0.5, 0.78), (0.27, 0.15)
_MOUTH_EDGE = 12.0  # steepness
#: the part's middle, where the skin's colour is learned
_SURELY_ACROSS, _SURELY_DOWN = 0.5, 0.6
_CELLS = 48  # the part is reduced to so many cells across and down
#: how far skin is from its usual colour: grey levels of Cr and Cb, natural logarithm of the brightness
_COLOUR_SPREAD, _BRIGHTNESS_SPREAD = 6.0, 0.35
_LEARNING = 0.02  # share that each frame has in the usual colour
_SETTLING = 30  # repetitions after which the first frame's skin does not change its usual colour any more
_LEAST_SKIN = 0.02  # share of the part; with less, all of it counts


class SkinColour:
    """Weighs what is in the face box by how much it looks like skin: eyes, brows, hair and background count for little.

    The mouth counts for nothing: lips and teeth come and go in speech, several times per second, as a pulse does.
    Weights change smoothly with colour and place, so that a pixel that is nearly skin does not come and go.
    """

    def __init__(self):
        self._usual = None  # Y, Cr, Cb

    def mean(self, image, box):
        """Mean (B, G, R) of the skin; arguments as of :meth:`weighed`."""
        cells, weights = self.weighed(image, box)
        return weights.ravel() @ cells.reshape(-1, 3) / weights.sum()

    def weighed(self, image, box):
        """The inner part of the face and how much each cell of it looks like skin.

        Args:
            image: uint8 (H, W, 3), BGR.
            box: of the face, :class:`~.box.Box`.

        Returns:
            ``(cells (h, w, 3) float32, weights (h, w))``.
        """
        cells = _cells(image, box.scaled(_ACROSS, _DOWN))
        colours = cv2.cvtColor(cv2.blur(cells, (3, 3)), cv2.COLOR_BGR2YCrCb).reshape(-1, 3)
        place = _not_mouth(*cells.shape[:2])
        if self._usual is None:
            middle = _cells(image, box.scaled(_SURELY_ACROSS, _SURELY_DOWN))
            self._usual = np.median(cv2.cvtColor(middle, cv2.COLOR_BGR2YCrCb).reshape(-1, 3), axis=0)
            for _ in range(_SETTLING):  # so that it does not drift through the first seconds
                self._learn(colours, place * self._weights(colours), 1.0)
        weights = place * self._weights(colours)
        self._learn(colours, weights, _LEARNING)
        return cells, weights.reshape(cells.shape[:2])

    def _weights(self, colours):
        """(N,) of N colours (Y, Cr, Cb); all alike where there is hardly any skin."""
        away = (colours[:, 1:] - self._usual[1:]) / _COLOUR_SPREAD
        brighter = np.log((colours[:, 0] + 1) / (self._usual[0] + 1)) / _BRIGHTNESS_SPREAD
        weights = np.exp(-0.5 * ((away**2).sum(axis=1) + brighter**2))
        return weights if weights.mean() > _LEAST_SKIN else np.ones(len(colours))

    def _learn(self, colours, weights, share):
        self._usual = (1 - share) * self._usual + share * (weights @ colours) / weights.sum()


@functools.lru_cache(maxsize=64)
def _not_mouth(height, width):
    """(height * width,) of the cells of the part: 0 on the mouth, 1 away from it."""
    across, down = (
        (0.5 + share * ((np.arange(cells) + 0.5) / cells - 0.5) - middle) / half
        for share, cells, middle, half in zip((_ACROSS, _DOWN), (width, height), _MOUTH, _MOUTH_HALF)
    )
    distance = across**2 + down[:, None] ** 2
    return (1 / (1 + np.exp(-_MOUTH_EDGE * (distance - 1)))).ravel()


def region_means(image, box, grid):
    """Mean (B, G, R) of the regions of a face, (R, 3), row by row.

    Args:
        image, box: as in :meth:`SkinColour.mean`.
        grid: (rows, columns) into which the part of the box that is mostly skin is divided.
    """
    rows, columns = grid
    cells = _cells(image, box.scaled(_ACROSS, _DOWN))
    return cv2.resize(cells, (columns, rows), interpolation=cv2.INTER_AREA).reshape(-1, 3)


def _cells(image, box):
    """The box reduced to few cells: float32 (h, w, 3). Its place counts to a fraction of a pixel."""
    size = max(1, round(box.width)), max(1, round(box.height))
    part = cv2.getRectSubPix(image, size, tuple(np.subtract(box.middle, 0.5)), patchType=cv2.CV_32F)
    smaller = min(_CELLS, size[0]), min(_CELLS, size[1])
    return part if smaller == size else cv2.resize(part, smaller, interpolation=cv2.INTER_AREA)
