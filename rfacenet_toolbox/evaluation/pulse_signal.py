"""From a waveform to heart rate, SNR and MACC: the steps of the toolbox's ``evaluation/post_process.py``.

Signals are 1-D, one value per frame. Every function returns finite numbers, or None where the quantity does not exist.
SciPy is imported where it is used: ``scipy.signal`` takes longer to load than all else that ``rfacenet predict`` needs.
"""

from functools import lru_cache
from typing import Any, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import EvaluationError

#: Shortest signal that :func:`prepare` takes. ``filtfilt`` pads 9 samples for its filter and needs more than that;
#: the toolbox lets windows of exactly 9 through, and SciPy's error then ends its run.
MIN_SAMPLES = 10
#: The toolbox's smoothing parameter of :func:`detrend`, which counts in samples.
DETREND_LAMBDA = 100
#: The frame rate of its data sets, and the share by which a rate may differ from it and count as it.
TOOLBOX_HZ, NEAR_TOOLBOX = 30.0, 0.05
#: Half-width of the SNR's windows around a harmonic: 6 bpm.
SNR_HALF_WIDTH_HZ = 6 / 60
#: How many times finer the grid is that an interpolated peak is read from: 0.05 bpm at 2,000 samples and 30 Hz.
FINER = 16


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


@lru_cache(maxsize=32)
def _bandpass_filter(
    fs_hz: float, band_hz: Tuple[float, ...], order: int
) -> Tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The filter's coefficients ``(b, a)``."""
    import scipy.signal

    low, high = band_hz
    if not 0 < low < high < fs_hz / 2:
        raise EvaluationError(
            f"The band {low:g}-{high:g} Hz does not fit a sampling rate of {fs_hz:g} Hz: it must be in order and below "
            f"half the rate, {fs_hz / 2:g} Hz. Check fs_hz, or choose a protocol with another band."
        )
    return scipy.signal.butter(order, [low / fs_hz * 2, high / fs_hz * 2], btype="bandpass")


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
    import scipy.signal

    b, a = _bandpass_filter(fs_hz, tuple(band_hz), order)
    signal = np.asarray(signal, dtype=np.float64)
    count, least = signal.shape[-1], 3 * len(a) + 1  # filtfilt pads 3 * len(a)
    if count < least:
        raise EvaluationError(
            f"The bandpass filter got {count} samples and needs at least {least}. Pass a longer signal."
        )
    return scipy.signal.filtfilt(b, a, signal)


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


@lru_cache(maxsize=64)
def _frequencies_hz(samples: int, fs_hz: float, finer: int = 1) -> NDArray[np.float64]:
    """Frequencies of a spectrum zero-padded to the next power of two, or to ``finer`` times as many samples."""
    return np.fft.rfftfreq(finer * 2 ** (samples - 1).bit_length(), 1 / fs_hz)


def _periodogram(signal: NDArray[Any], fs_hz: float, finer: int = 1) -> Tuple[NDArray[Any], NDArray[Any]]:
    """Frequencies in Hz and one-sided power in any unit: only ratios and maxima are taken of it."""
    frequencies = _frequencies_hz(len(signal), fs_hz, finer)
    power = np.abs(np.fft.rfft(signal, 2 * (len(frequencies) - 1))) ** 2
    power[1:-1] *= 2  # zero and half the sampling rate have no mirror image
    return frequencies, power


def _within(frequencies_hz: NDArray[Any], low_hz: float, high_hz: float) -> NDArray[np.bool_]:
    return (frequencies_hz >= low_hz) & (frequencies_hz <= high_hz)


def has_bin_in_band(samples: int, fs_hz: float, band_hz: Tuple[float, float]) -> bool:
    """Whether the spectrum of so many samples has a frequency inside ``band_hz``, so that an FFT heart rate exists."""
    return bool(_within(_frequencies_hz(samples, fs_hz), *band_hz).any())


def fft_grid_bpm(samples: int, fs_hz: float) -> float:
    """Distance of the heart rates that an FFT of so many samples can tell apart: ``fs_hz * 60 / nfft`` bpm.

    nfft is the next power of two, as in the toolbox: 0.88 bpm at 2,000 samples and 30 Hz, 7 bpm at 250.
    """
    return float(_frequencies_hz(samples, fs_hz)[1] * 60)


def fft_heart_rate_bpm(
    signal: NDArray[Any], fs_hz: float, band_hz: Tuple[float, float], interpolate: bool = False
) -> float:
    """Heart rate in beats per minute: the frequency of the largest power inside ``band_hz``, both ends included.

    Its grid is :func:`fft_grid_bpm`.

    Args:
        signal: (N,) output of :func:`prepare`.
        interpolate: read the peak off between the grid's lines: the largest power between the neighbours of the
            largest line, on a grid :data:`FINER` times as fine (the signal zero-padded). Off by default, because the
            toolbox does not interpolate and its numbers differ.

    Raises:
        EvaluationError: the signal is too short for any frequency of its spectrum to fall inside the band.

    Source: agrees with the toolbox's ``_calculate_fft_hr`` unless ``interpolate`` is on.
    """
    frequencies, power = _periodogram(signal, fs_hz)
    inside = np.flatnonzero(_within(frequencies, *band_hz))
    if not len(inside):
        raise EvaluationError(
            f"{len(signal)} samples at {fs_hz:g} Hz have spectral lines {frequencies[1]:g} Hz apart, none of them "
            f"inside {band_hz[0]:g}-{band_hz[1]:g} Hz. Pass a longer signal."
        )
    largest = frequencies[inside[np.argmax(power[inside])]]
    if interpolate:
        line = frequencies[1]
        frequencies, power = _periodogram(signal, fs_hz, FINER)
        low_hz, high_hz = max(band_hz[0], largest - line), min(band_hz[1], largest + line)
        around = np.flatnonzero(_within(frequencies, low_hz, high_hz))
        largest = frequencies[around[np.argmax(power[around])]]
    return float(largest * 60)


def peak_heart_rate_bpm(signal: NDArray[Any], fs_hz: float) -> Optional[float]:
    """Heart rate in beats per minute from the mean distance of peaks; None with fewer than two peaks.

    Args:
        signal: (N,) output of :func:`prepare`.

    Source: agrees with the toolbox's ``_calculate_peak_hr`` (NaN and a warning there where it is None here).
    """
    import scipy.signal

    peaks, _ = scipy.signal.find_peaks(signal)
    if len(peaks) < 2:
        return None
    return float(60 / (np.mean(np.diff(peaks)) / fs_hz))


def snr_db(
    prediction: NDArray[Any],
    label_heart_rate_bpm: Optional[float],
    fs_hz: float,
    band_hz: Tuple[float, float],
) -> Optional[float]:
    """Power within 6 bpm of the true heart rate and of its double, over the rest of the band, in dB.

    Args:
        prediction: (N,) output of :func:`prepare`.
        label_heart_rate_bpm: the true heart rate, or None.

    Returns:
        10 log10 of the ratio; 0.0 where the rest of the band holds no power at all (the toolbox's rule); None
        without a true heart rate or without any power near it.

    Source: De Haan and Jeanne 2013, as the toolbox's ``_calculate_SNR`` has it since 2024-12-30.
    """
    if label_heart_rate_bpm is None:
        return None
    frequencies, power = _periodogram(prediction, fs_hz)
    pulse_hz = label_heart_rate_bpm / 60
    centres = (pulse_hz, 2 * pulse_hz)
    first, second = (_within(frequencies, hz - SNR_HALF_WIDTH_HZ, hz + SNR_HALF_WIDTH_HZ) for hz in centres)
    harmonics = np.sum(power[first]) + np.sum(power[second])
    rest = np.sum(power[_within(frequencies, *band_hz) & ~first & ~second])
    if rest == 0:
        return 0.0
    return float(10 * np.log10(harmonics / rest)) if harmonics > 0 else None


def macc(prediction: NDArray[Any], label: NDArray[Any]) -> Optional[float]:
    """Maximum amplitude of cross-correlation, 0 to 1: the largest ``|Pearson r|`` over circular shifts of ``label``.

    Args:
        prediction, label: (N,) outputs of :func:`prepare`.

    Returns:
        The maximum over shifts 0 to N - 2 (the toolbox leaves the last one out); None if either is constant.

    Raises:
        EvaluationError: lengths that differ.

    Source: agrees with the toolbox's ``_compute_macc``, by one FFT in place of N correlations.
    """
    prediction, label = np.asarray(prediction, dtype=np.float64), np.asarray(label, dtype=np.float64)
    if len(prediction) != len(label):
        counts = f"{len(prediction)} predicted and {len(label)} true samples"
        raise EvaluationError(f"MACC got {counts}, and needs equal numbers. Cut both to the same frames.")
    if np.ptp(prediction) == 0 or np.ptp(label) == 0:
        return None
    prediction, label = prediction - prediction.mean(), label - label.mean()
    spectrum = np.fft.rfft(prediction) * np.conj(np.fft.rfft(label))
    covariances = np.fft.irfft(spectrum, len(label))[:-1]
    norm = np.sqrt(np.dot(prediction, prediction) * np.dot(label, label))
    return float(min(np.max(np.abs(covariances)) / norm, 1.0))
