"""From a prepared pulse to heart rate, SNR and MACC: the measures of the toolbox's ``evaluation/post_process.py``.

Signals are 1-D, one value per frame, as :func:`~.filters.prepare` gives them. Every function returns finite numbers, or
None where the quantity does not exist.
"""

from functools import lru_cache
from typing import Any, Optional, Tuple

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError

#: Half-width of the SNR's windows around a harmonic: 6 bpm.
SNR_HALF_WIDTH_HZ = 6 / 60
#: How many times finer the grid is that an interpolated peak is read from: 0.05 bpm at 2,000 samples and 30 Hz.
FINER = 16


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
        signal: (N,) output of :func:`~.filters.prepare`.
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
        signal: (N,) output of :func:`~.filters.prepare`.

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
        prediction: (N,) output of :func:`~.filters.prepare`.
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
        prediction, label: (N,) outputs of :func:`~.filters.prepare`.

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
