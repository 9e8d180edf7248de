"""Drawing with implicit shapes: a shape is a function that is negative inside; its edge is a pixel wide."""

import cv2
import numpy as np


def bump(u, v, u0, v0, width, height):
    """A Gaussian hill of height 1 at (u0, v0)."""
    return np.exp(-0.5 * (((u - u0) / width) ** 2 + ((v - v0) / height) ** 2))


def ellipse(u, v, u0, v0, a, b, power=2.0):
    """Negative inside an ellipse with half axes ``a`` and ``b``; powers above 2 make it squarer."""
    return np.abs((u - u0) / a) ** power + np.abs((v - v0) / b) ** power - 1.0


def smooth_noise(shape, grain, rng):
    """(H, W) float32 noise of unit standard deviation, in blobs about ``grain`` pixels wide."""
    height, width = shape
    coarse = rng.standard_normal((max(2, int(height / grain) + 2), max(2, int(width / grain) + 2)), dtype=np.float32)
    noise = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return noise / max(float(noise.std()), 1e-6)


class Canvas:
    """An RGB picture with face coordinates: u to the right, v down, in half face widths.

    Attributes:
        rgb: (H, W, 3) float32, 0..255.
        u, v: (H, W) float32.
    """

    def __init__(self, rgb, u, v):
        self.rgb, self.u, self.v = rgb, u, v

    def window(self, left, top, right, bottom):
        """A box in face coordinates as slices ``(rows, columns)``."""
        columns = np.searchsorted(self.u[0], (left, right))
        rows = np.searchsorted(self.v[:, 0], (top, bottom))
        return slice(*rows), slice(*columns)

    def part(self, window):
        """The part of the canvas in a window; what is drawn on it is drawn on this canvas."""
        return Canvas(self.rgb[window], self.u[window], self.v[window])

    def copy(self):
        return Canvas(self.rgb.copy(), self.u, self.v)

    def inside(self, shape, softness=1.0, where=None):
        """Coverage (H, W), 0..1, of ``shape`` (negative inside); its edge is ``softness`` pixels wide.

        ``where`` (H, W) bool: the part of the picture in which the shape's formula holds; the rest is not covered.
        """
        down, right = np.gradient(shape)
        distance = shape / np.maximum(np.hypot(down, right), 1e-6)
        coverage = np.clip(0.5 - distance / softness, 0.0, 1.0)
        return coverage if where is None else coverage * where

    def paint(self, coverage, colour):
        """Cover with ``colour`` (3,) or (H, W, 3)."""
        self.rgb += coverage[..., None] * (np.asarray(colour, np.float32) - self.rgb)

    def shade(self, amount):
        """Multiply by 1 + ``amount`` (H, W)."""
        self.rgb *= (1.0 + amount)[..., None]
