"""POS: Wang, den Brinker, Stuijk and de Haan 2017."""

import math

import numpy as np

from ...evaluation import bandpass, detrend
from .colour import as_rgb, combine, normalised_windows, overlap_add

WINDOW_S = 1.6
BAND_HZ = (0.75, 3.0)
#: the plane orthogonal to skin tone (Eq. 6): G - B and G + B - 2R
PLANE = np.array([[0.0, 1.0, -1.0], [-2.0, 1.0, 1.0]])


def pos(rgb, fs_hz):
    """Projection on the plane orthogonal to the skin tone, tuned window by window.

    Args:
        rgb: (T, 3) mean colours, T more than 1.6 s.
        fs_hz: frames per second, more than 6.

    Returns:
        (T,) float64, without unit.

    Raises:
        DataError: see :func:`~.colour.as_rgb` and :func:`~.colour.normalised_windows`.
        EvaluationError: a frame rate too low for the band.

    Source: W. Wang, A. C. den Brinker, S. Stuijk, G. de Haan, "Algorithmic principles of remote PPG", IEEE Transactions
    on Biomedical Engineering 64(7), 2017, Algorithm 1. Agrees with the toolbox's ``POS_WANG``, which departs from it:
    the window that ends with the last frame is left out, and the sum of the windows is detrended (lambda 100,
    at any frame rate: above 30 frames per second, slow pulses go with the trend) and filtered to 0.75-3 Hz.
    """
    length = math.ceil(WINDOW_S * fs_hz)
    rgb = as_rgb(rgb, "POS", least_frames=length + 1)
    projected = normalised_windows(rgb[:-1], length, hop=1) @ PLANE.T
    pulses = combine(projected[..., 0], projected[..., 1], sign=+1)
    pulses -= pulses.mean(axis=1, keepdims=True)
    return bandpass(detrend(overlap_add(pulses, 1, len(rgb))), fs_hz, BAND_HZ)
