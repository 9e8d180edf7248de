"""Heart rate and signal quality of a stretch of BVP, from its power spectrum.

**Signal quality** is the share of the power in the band that lies at the heart rate and at its double: within 6 bpm, or
1.5 spectral lines of a short stretch, of either. With r the ratio of the power at the pulse to the rest of the band,
that is the SNR of De Haan and Jeanne (2013) without its logarithm, quality is r / (1 + r). 1 is a pure pulse. Noise has
a largest peak too, so its quality is not 0: see :func:`doubtful_below`.
"""

from typing import Any, Iterable, NamedTuple, Optional, Tuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..evaluation import get_protocol

#: of filter, heart-rate search and quality: 36 to 198 bpm
BAND_HZ = get_protocol("toolbox2025").band_hz
_HALF_WIDTH_HZ = 6 / 60
_HALF_WIDTH_LINES = 1.5
_GRID_BPM = 0.25
_NOISE = (5, 10, 20, 30), (0.77, 0.51, 0.36, 0.32)  # seconds, 95th percentile of the quality; measured
_MEDIAN_OF_NOISE = 0.65  # of that percentile, at 5 to 30 s; measured
#: The least power at half the largest peak's frequency, relative to the peak's, with which the half is the heart rate,
#: by that rate in bpm. The filters weaken a slow heart's first harmonic (POS passes 6 % of it at 45 bpm), and so the
#: second can be the largest. The share rises with what they pass; faster hearts are not doubled.
_SLOW_BPM, _SLOW_SHARE = (36, 40, 45, 50, 60, 65), (0.02, 0.025, 0.04, 0.12, 0.3, 0.4)
#: ... and how far it must rise above what lies between the harmonics
_SLOW_RISE = 6.0
#: a heart rate changes by no more than this share within a recording when it is told from its half and its double
_NEAR_RATE = 0.15

Spectrum = Tuple[NDArray[Any], NDArray[Any]]  # frequencies in Hz, power


class Reading(NamedTuple):
    """``heart_rate_bpm`` and ``quality`` (0 to 1)."""

    heart_rate_bpm: float
    quality: float


def doubtful_below(seconds: float) -> float:
    """The quality that 19 of 20 stretches of filtered white noise of this length stay below: 0.51 for 10 s."""
    return float(np.interp(seconds, *_NOISE))


def median_of_noise(seconds: float) -> float:
    """The median quality of stretches of filtered white noise of this length: 0.32 for 10 s."""
    return _MEDIAN_OF_NOISE * doubtful_below(seconds)


def spectrum(bvp: ArrayLike, fs_hz: float) -> Spectrum:
    """Power spectrum of a stretch of BVP (N,) under a Hann window.

    Returns:
        ``(frequencies_hz, power)`` on a grid of 0.25 bpm or finer, power in any unit.
    """
    bvp = np.asarray(bvp, dtype=np.float64)
    wanted = max(len(bvp), 60.0 * fs_hz / _GRID_BPM)
    points = 2 ** int(np.ceil(np.log2(wanted)))
    power = np.abs(np.fft.rfft((bvp - bvp.mean()) * np.hanning(len(bvp)), points)) ** 2
    return np.fft.rfftfreq(points, 1.0 / fs_hz), power


def mean_spectrum(stretches: Iterable[ArrayLike], fs_hz: float) -> Spectrum:
    """The average of :func:`spectrum` over stretches of one length."""
    both = [spectrum(stretch, fs_hz) for stretch in stretches]
    return both[0][0], np.mean([power for _, power in both], axis=0)


def read_spectrum(
    frequencies_hz: NDArray[np.float64], power: NDArray[np.float64], seconds: float, rate_bpm: Optional[float] = None
) -> Optional[Reading]:
    """The :class:`Reading` of a spectrum of ``seconds`` of BVP; None where there is no power in the band.

    The heart rate is the largest peak, or half of it where a slow heart's second harmonic is the largest. With the
    ``rate_bpm`` of the whole recording, a peak at its half or double gives way to the largest one near the rate.
    """
    inside = (frequencies_hz >= BAND_HZ[0]) & (frequencies_hz <= BAND_HZ[1])
    frequencies_hz, power = frequencies_hz[inside], power[inside]
    total = power.sum()
    if not total > 0:
        return None
    half_width_hz = _half_width_hz(seconds)
    pulse_hz = frequencies_hz[np.argmax(power)]
    if rate_bpm is None:
        if _is_second_harmonic(frequencies_hz, power, pulse_hz, half_width_hz):
            pulse_hz /= 2
    elif any(_is_near(60 * pulse_hz, rate_bpm * times) for times in (0.5, 2)):
        near = np.flatnonzero(_is_near(60 * frequencies_hz, rate_bpm))
        pulse_hz = frequencies_hz[near[np.argmax(power[near])]]
    return Reading(float(60.0 * pulse_hz), float(power[_at_pulse(frequencies_hz, pulse_hz, seconds)].sum() / total))


def at_rate(
    frequencies_hz: NDArray[np.float64], rate_bpm: float, seconds: float
) -> Tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which frequencies of a spectrum of ``seconds`` are counted as a heart rate's, and which lie in the band."""
    inside = (frequencies_hz >= BAND_HZ[0]) & (frequencies_hz <= BAND_HZ[1])
    return inside & _at_pulse(frequencies_hz, rate_bpm / 60, seconds), inside


def _at_pulse(frequencies_hz: NDArray[np.float64], pulse_hz: float, seconds: float) -> NDArray[np.bool_]:
    half_width_hz = _half_width_hz(seconds)
    at_pulse = np.abs(frequencies_hz - pulse_hz) <= half_width_hz
    return np.asarray(at_pulse | (np.abs(frequencies_hz - 2 * pulse_hz) <= half_width_hz))


def _half_width_hz(seconds: float) -> float:
    return max(_HALF_WIDTH_HZ, _HALF_WIDTH_LINES / seconds)


def _is_near(rates_bpm: Any, rate_bpm: float) -> Any:
    return np.abs(rates_bpm / rate_bpm - 1) <= _NEAR_RATE


def _is_second_harmonic(
    frequencies_hz: NDArray[np.float64], power: NDArray[np.float64], peak_hz: float, half_width_hz: float
) -> bool:
    """Whether the largest peak, at ``peak_hz``, is a slow pulse's second harmonic: there is a peak at its half, too."""
    half_hz = peak_hz / 2
    near = np.flatnonzero(np.abs(frequencies_hz - half_hz) <= 0.6 * half_width_hz)
    if 60 * half_hz < _SLOW_BPM[0] or 60 * half_hz > _SLOW_BPM[-1] or len(near) < 3:
        return False
    top = near[np.argmax(power[near])]
    if top in (near[0], near[-1]):  # no peak, but the slope of one
        return False
    harmonics = half_hz * np.arange(1, 1 + int(frequencies_hz[-1] / half_hz + 1))
    between = (np.abs(frequencies_hz[:, None] - harmonics) > half_width_hz).all(axis=1)
    floor = np.median(power[between]) if between.any() else 0.0
    share = power[top] / power.max()
    return bool(share >= np.interp(60 * half_hz, _SLOW_BPM, _SLOW_SHARE) and power[top] >= _SLOW_RISE * floor)


def read_pulse(bvp: ArrayLike, fs_hz: float, rate_bpm: Optional[float] = None) -> Optional[Reading]:
    """The :class:`Reading` of one stretch of BVP (N,); None where it does not vary. See :func:`read_spectrum`."""
    bvp = np.asarray(bvp, dtype=np.float64)
    if np.ptp(bvp) == 0:
        return None
    return read_spectrum(*spectrum(bvp, fs_hz), len(bvp) / fs_hz, rate_bpm)
