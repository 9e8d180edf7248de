"""The respiratory rate, from what breathing does to the pulse.

Breathing changes the pulse's rate (respiratory sinus arrhythmia) and its strength. Each gives a respiratory rate, and
as in the smart fusion of Karlen et al. (2013, "Multiparameter respiratory rate estimation from the
photoplethysmogram"), a rate is given only where they agree. Their third signal, the baseline, is filtered out of the
waveforms here.
"""

from typing import Dict, Optional, Tuple

import numpy as np
from numpy.typing import NDArray

from . import waveform as waveforms
from .beats import fundamental
from .stretch import longest_stretch

#: shortest stretch with a face, without a break
SHORTEST_S = 45.0
#: lowest median quality of its windows
LOWEST_QUALITY = 0.6
#: breaths per second that are looked for, 6 to 30 per minute
BAND_HZ = (0.1, 0.5)
#: by which the two rates may differ, in breaths per minute, and the least share of power that is at the rate, in the
#: mean of both; chosen on computed pulses
MOST_APART, LEAST_SHARE = 2.0, 0.5
_NEAR_HZ = 0.03
_EDGE_S = 2.0  # where the filters have seen one side only
_BINS = 2**14


def breathing(
    waveform: waveforms.Waveform, rate_bpm: Optional[float] = None
) -> Tuple[Optional[Dict[str, float]], Optional[str]]:
    """The respiratory rate of the longest stretch of the filtered :class:`~.waveform.Waveform` that has a face.

    Args:
        rate_bpm: heart rate of the whole.

    Returns:
        ``(found, None)`` with {"rate_per_min", "confidence", "seconds"}; the confidence is the share of the modulation
        that is at the rate, 0 to 1. Or ``(None, reason)`` in words.
    """
    stretch, reason = longest_stretch(waveform, rate_bpm, SHORTEST_S, LOWEST_QUALITY)
    if stretch is None:
        return None, reason
    pulse = fundamental(stretch.waveform, stretch.readings)
    edge = int(_EDGE_S * stretch.waveform.fs_hz)
    modulations = np.gradient(pulse.phase), pulse.strength / np.median(pulse.strength)
    (by_rate, its_share), (by_strength, other_share) = (
        _peak(one[edge:-edge], stretch.waveform.fs_hz) for one in modulations
    )
    share = (its_share + other_share) / 2
    if abs(by_rate - by_strength) > MOST_APART:
        return None, (
            f"the pulse's rate and its strength change {by_rate:.0f} and {by_strength:.0f} times per minute, and "
            f"breathing would change both alike."
        )
    if share < LEAST_SHARE:
        return None, f"only {share:.0%} of what changes in the pulse has one rate, and {LEAST_SHARE:.0%} are needed."
    rate = (by_rate * its_share + by_strength * other_share) / (its_share + other_share)
    return {"rate_per_min": rate, "confidence": share, "seconds": stretch.seconds}, None


def _peak(signal: NDArray[np.float64], fs_hz: float) -> Tuple[float, float]:
    """Breaths per minute at the spectrum's peak within the band, and the share of the band's power near it."""
    samples = np.arange(len(signal))
    signal = (signal - np.polyval(np.polyfit(samples, signal, 1), samples)) * np.hanning(len(signal))
    frequencies_hz, power = np.fft.rfftfreq(_BINS, 1 / fs_hz), np.abs(np.fft.rfft(signal, _BINS)) ** 2
    inside = (frequencies_hz >= BAND_HZ[0]) & (frequencies_hz <= BAND_HZ[1])
    peak_hz = frequencies_hz[inside][np.argmax(power[inside])]
    near = inside & (np.abs(frequencies_hz - peak_hz) <= max(_NEAR_HZ, 2 * fs_hz / len(signal)))
    return 60 * peak_hz, float(power[near].sum() / power[inside].sum())
