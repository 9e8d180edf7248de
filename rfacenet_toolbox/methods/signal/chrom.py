"""CHROM: De Haan and Jeanne 2013."""

import math

import numpy as np

from ...errors import DataError
from ...evaluation import bandpass
from .colour import as_rgb, combine, normalised_windows, overlap_add

WINDOW_S = 1.6
BAND_HZ = (0.7, 2.5)
FILTER_ORDER = 3
LEAST_WINDOW = 22  # frames; the filter's


def chrom(rgb, fs_hz):
    """The difference of two chrominance signals in which specular reflection cancels, window by window.

    Args:
        rgb: (T, 3) mean colours, T at least 1.6 s.
        fs_hz: frames per second, at least 13.

    Returns:
        (T,) float64, without unit. The last frames, fewer than half a window, that no window covers are 0.

    Raises:
        DataError: see :func:`~.colour.as_rgb` and :func:`~.colour.normalised_windows`; a frame rate too low.

    Source: G. de Haan, V. Jeanne, "Robust pulse rate from chrominance-based rPPG", IEEE Transactions on Biomedical
    Engineering 60(10), 2013, Eq. 8 to 10 and 14. Agrees with the toolbox's ``CHROME_DEHAAN``, whose output ends with
    the last whole window: zeros follow here, to keep it as long as the video. It departs from the paper in the band,
    0.7-2.5 Hz in place of 40-240 beats per minute, and in Hann windows that add up to 1 only nearly.
    """
    half = math.ceil(math.ceil(WINDOW_S * fs_hz) / 2)
    if 2 * half < LEAST_WINDOW:
        raise DataError(
            f"CHROM filters windows of {WINDOW_S:g} s, {2 * half} frames at {fs_hz:g} Hz, and needs {LEAST_WINDOW}. "
            f"Use a video of 13 frames per second or more, or another method."
        )
    rgb = as_rgb(rgb, "CHROM", least_frames=2 * half)
    red, green, blue = normalised_windows(rgb, 2 * half, hop=half).astype(np.float64).transpose(2, 0, 1)
    x, y = 3 * red - 2 * green, 1.5 * red + green - 1.5 * blue
    x, y = (bandpass(signal, fs_hz, BAND_HZ, order=FILTER_ORDER) for signal in (x, y))
    return overlap_add(combine(x, y, sign=-1) * np.hanning(2 * half), half, len(rgb))
