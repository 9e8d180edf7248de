"""A video's heart rate as the mean over segments of about 8 s, each read off by Eq. 3: how the paper tests on VIPL-HR.

Section 4.2: "the frames are divided into 3-4 segments of approximately 8 seconds each for testing, averaging the
segment heart rates for the video-level heart rate".
"""

from typing import Any, List, Optional, Tuple

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError

#: The grid on which Eq. 3 looks for its peak is this fine or finer.
RESOLUTION_BPM = 1.0
#: Shortest signal that Eq. 3 is applied to.
MIN_EQ3_SAMPLES = 16


def segment_bounds(samples: int, fs_hz: float, segment_s: float) -> List[Tuple[int, int]]:
    """``[(start, stop), ...]``: the whole video in equal parts, as many as bring them closest to ``segment_s``.

    Parts differ by one sample at most, and no sample is left out. A video of 20 to 36 s gives three or four parts
    of 8 s, as the paper has them; a longer one gives more, a short one a single part.
    """
    count = max(1, int(samples / fs_hz / segment_s + 0.5))
    ends = [samples * part // count for part in range(count + 1)]
    return list(zip(ends[:-1], ends[1:]))


def eq3_heart_rate_bpm(
    signal: NDArray[Any], fs_hz: float, band_hz: Tuple[float, float], is_derivative: bool
) -> Optional[float]:
    """Eq. 3: the frequency of the largest power strictly inside ``band_hz``, in beats per minute; None of a constant.

    The mean is removed, a derivative integrated and its straight line removed, and the signal zero-padded under a Hann
    window to a grid of :data:`RESOLUTION_BPM` or finer.

    Args:
        signal: (N,), N at least :data:`MIN_EQ3_SAMPLES`.
        fs_hz: frames per second.

    Raises:
        EvaluationError: no frequency of the band lies below half of ``fs_hz``.

    Source: the same numbers as ``methods.rfacenet.heart_rate.heart_rate_bpm``, in NumPy and float64.
    """
    if np.ptp(signal) == 0:
        return None
    values = np.asarray(signal, dtype=np.float64)
    values = values - values.mean()
    if is_derivative:
        values = np.cumsum(values)
        time = np.linspace(-1.0, 1.0, len(values))
        values = values - values.mean() - time * (values @ time) / (time @ time)
    points = 2 ** int(np.ceil(np.log2(max(len(values), 60 * fs_hz / RESOLUTION_BPM))))
    power = np.abs(np.fft.rfft(values * np.hanning(len(values)), points)) ** 2
    grid_hz = np.fft.rfftfreq(points, 1 / fs_hz)
    inside = np.flatnonzero((grid_hz > band_hz[0]) & (grid_hz < band_hz[1]))
    if not len(inside):
        raise EvaluationError(
            f"No frequency lies between {band_hz[0]:g} and {band_hz[1]:g} Hz at {fs_hz:g} frames per second. Check the "
            f"frame rate."
        )
    return float(grid_hz[inside[np.argmax(power[inside])]] * 60)


def mean_heart_rate_bpm(
    signal: NDArray[Any], fs_hz: float, band_hz: Tuple[float, float], is_derivative: bool, segment_s: float
) -> Optional[float]:
    """The mean of :func:`eq3_heart_rate_bpm` over :func:`segment_bounds`; None where a segment is constant."""
    rates = [
        eq3_heart_rate_bpm(signal[start:stop], fs_hz, band_hz, is_derivative)
        for start, stop in segment_bounds(len(signal), fs_hz, segment_s)
    ]
    return None if None in rates else float(np.mean([rate for rate in rates if rate is not None]))
