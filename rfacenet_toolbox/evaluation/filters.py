"""From a waveform to the pulse that is measured: integrated if need be, detrended, filtered to the band.

The steps are those of the toolbox's ``evaluation/post_process.py``. Signals are 1-D, one value per frame.
"""

from functools import lru_cache
from typing import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import EvaluationError
from . import butterworth

#: Shortest signal that :func:`prepare` takes. ``filtfilt`` pads 9 samples for its filter and needs more than that;
#: the toolbox lets windows of exactly 9 through, and SciPy's error then ends its run.
MIN_SAMPLES = 10
#: The toolbox's smoothing parameter of :func:`detrend`, which counts in samples.
DETREND_LAMBDA = 100
#: The frame rate of its data sets, and the share by which a rate may differ from it and count as it.
TOOLBOX_HZ, NEAR_TOOLBOX = 30.0, 0.05


@lru_cache(maxsize=64)
def _detrend_factor(samples: int, lambda_: float) -> NDArray[np.float64]:
    """Cholesky factor of I + lambda^2 D'D, D the second difference: five diagonals, in lower banded form."""
    import scipy.linalg

    bands = np.zeros((3, samples))
    for row, weight in enumerate((1.0, -2.0, 1.0)):
        bands[0, row : samples - 2 + row] += weight**2
    bands[1, : samples - 2] += -2.0
    bands[1, 1 : samples - 1] += -2.0
    bands[2, : samples - 2] = 1.0
    bands *= float(lambda_) ** 2
    bands[0] += 1.0
    return scipy.linalg.cholesky_banded(bands, lower=True, check_finite=False)


def detrend(signal: ArrayLike, lambda_: float = DETREND_LAMBDA) -> NDArray[np.float64]:
    """``signal`` less its smooth trend, (I - (I + lambda^2 D'D)^-1) signal, by a banded solve.

    Args:
        signal: (N,) samples, N at least 3, or (N, K) for K signals side by side.
        lambda_: the larger, the smoother the trend.

    Returns:
        float64 of the same shape.

    Raises:
        EvaluationError: fewer than 3 samples, which have no second difference.

    Source: smoothness priors (Tarvainen 2002); agrees with the toolbox's ``_detrend``.
    """
    import scipy.linalg.lapack

    signal = np.asarray(signal, dtype=np.float64)
    if len(signal) < 3:
        raise EvaluationError(f"Detrending got {len(signal)} samples and needs at least 3. Pass a longer signal.")
    # What scipy.linalg.cho_solve_banded calls; its checks take longer than to solve for a window of some seconds.
    trend, _ = scipy.linalg.lapack.dpbtrs(_detrend_factor(len(signal), lambda_), signal, lower=True)
    return signal - trend.reshape(signal.shape)


def detrend_lambda(fs_hz: float) -> float:
    """The ``lambda_`` with which :func:`detrend` removes at ``fs_hz`` what the toolbox's removes at 30 Hz.

    Its cut-off, ``fs_hz / (2 pi sqrt(lambda_))``, is 0.48 Hz there. With the toolbox's value it would be 1.9 Hz, 115
    beats per minute, at 120 Hz, and slower pulses would be read at their double. Within 5 % of 30 Hz it is the
    toolbox's.
    """
    share = fs_hz / TOOLBOX_HZ
    return DETREND_LAMBDA if abs(share - 1) < NEAR_TOOLBOX else DETREND_LAMBDA * share**2


def bandpass(signal: ArrayLike, fs_hz: float, band_hz: Sequence[float], order: int = 1) -> NDArray[np.float64]:
    """Butterworth bandpass along the last axis, forwards and backwards (no delay).

    Args:
        signal: (..., N) samples, N at least ``6 * order + 4``: :data:`MIN_SAMPLES` for the first order.
        fs_hz: samples per second.
        band_hz: (low, high).
        order: of the filter.

    Returns:
        float64 of the same shape.

    Raises:
        EvaluationError: too few samples, or a band that does not lie below half of ``fs_hz``.

    Source: agrees with the filter in the toolbox's ``calculate_metric_per_video``.
    """
    low, high = band_hz
    if not 0 < low < high < fs_hz / 2:
        raise EvaluationError(
            f"The band {low:g}-{high:g} Hz does not fit a sampling rate of {fs_hz:g} Hz: it must be in order and below "
            f"half the rate, {fs_hz / 2:g} Hz. Check fs_hz, or choose a protocol with another band."
        )
    signal = np.asarray(signal, dtype=np.float64)
    coefficients = butterworth.bandpass(order, low, high, fs_hz)
    count, least = signal.shape[-1], 3 * len(coefficients[1]) + 1  # both_ways adds 3 * len(a) at either end
    if count < least:
        raise EvaluationError(
            f"The bandpass filter got {count} samples and needs at least {least}. Pass a longer signal."
        )
    return butterworth.both_ways(coefficients, signal)


def prepare(
    signal: ArrayLike,
    fs_hz: float,
    band_hz: Sequence[float],
    is_derivative: bool,
    lambda_: float = DETREND_LAMBDA,
) -> NDArray[np.float64]:
    """The signal that heart rate, SNR and MACC are measured on: integrated if need be, detrended, filtered.

    Args:
        signal: (N,) predicted or true pulse, N at least :data:`MIN_SAMPLES`.
        fs_hz, band_hz: as in :func:`bandpass`.
        is_derivative: True for labels of type DiffNormalized, whose running sum is the pulse.
        lambda_: of :func:`detrend`; the toolbox's, whatever ``fs_hz`` is. See :func:`detrend_lambda`.

    Returns:
        (N,) float64; exact zeros for a constant signal, of which the steps would leave nothing but rounding errors.

    Raises:
        EvaluationError: as :func:`bandpass`.

    Source: agrees with the toolbox's ``calculate_metric_per_video``. Like the toolbox, it sums in the signal's own
    precision: summing float32 outputs in float64 would move the SNR of a video by up to 2e-5 dB.
    """
    signal = np.asarray(signal)
    pulse = np.cumsum(signal) if is_derivative else signal
    filtered = bandpass(detrend(pulse, lambda_), fs_hz, band_hz)
    return np.zeros_like(filtered) if np.ptp(signal) == 0 else filtered
