"""The times of single beats in a pulse waveform.

A camera tells the time of a beat to about one frame, 33 ms at 30 fps, and noise blurs it further. So it is not read
from the waveform's peaks, which noise doubles and hides, but from the phase of its fundamental: the waveform is shifted
down by the heart rate, which the windows follow, and what lies within half a hertz is kept. That keeps the variability
that comes from breathing (up to 0.4 Hz) and little of the noise, and no harmonic can be taken for a beat.
"""

from typing import NamedTuple, Sequence

import numpy as np
from numpy.typing import NDArray

from ..evaluation import butterworth
from .waveform import Waveform, Window

_EITHER_SIDE_HZ = 0.5
_SMOOTHED = 5  # windows whose median is the rate in the middle one: one that was misread does not count
#: a pulse whose strength falls below this share of its median within 10 s is lost in noise for a moment, and with it
#: the phase; chosen on drawn pulses
_FAINT, _AROUND_S = 0.3, 10.0


class Beats(NamedTuple):
    """``times_s`` (N,) from the waveform's start; ``faint`` (N,) where the pulse was lost on the way to the beat.

    All times are early or late by the same part of a beat, which intervals do not show.
    """

    times_s: NDArray[np.float64]
    faint: NDArray[np.bool_]


class Fundamental(NamedTuple):
    """The pulse's fundamental at each sample, (N,): its ``phase`` in radians, and its ``strength``."""

    phase: NDArray[np.float64]
    strength: NDArray[np.float64]


def fundamental(waveform: Waveform, windows: Sequence[Window]) -> Fundamental:
    """The :class:`Fundamental` of a filtered :class:`~.waveform.Waveform` without a break.

    Args:
        waveform: half a minute of it or more, with a face throughout.
        windows: its sliding windows that have a heart rate, one or more.
    """
    times_s = np.arange(len(waveform.bvp)) / waveform.fs_hz
    carrier = 2 * np.pi * np.cumsum(_rates_hz(waveform, windows, times_s)) / waveform.fs_hz
    lowpass = butterworth.lowpass(2, _EITHER_SIDE_HZ, waveform.fs_hz)
    shifted = waveform.bvp * np.exp(-1j * carrier)
    real, imaginary = butterworth.both_ways(lowpass, np.stack([shifted.real, shifted.imag]))
    return Fundamental(carrier + np.unwrap(np.arctan2(imaginary, real)), np.hypot(real, imaginary))


def find_beats(waveform: Waveform, windows: Sequence[Window]) -> Beats:
    """The :class:`Beats` of a waveform; arguments as of :func:`fundamental`."""
    times_s = np.arange(len(waveform.bvp)) / waveform.fs_hz
    phase, strength = fundamental(waveform, windows)
    # Where noise turns the phase back, the beat is the first moment at which it was reached.
    turns = np.maximum.accumulate(phase) / (2 * np.pi)
    beats_s = np.interp(np.arange(np.ceil(turns[0]), turns[-1]), turns, times_s)
    return Beats(beats_s, _faint(strength, waveform.fs_hz, beats_s))


def _faint(strength, fs_hz, beats_s):
    import scipy.ndimage

    usual = scipy.ndimage.median_filter(strength, int(_AROUND_S * fs_hz), mode="nearest")
    lost = np.concatenate([[0], np.cumsum(strength < _FAINT * usual)])
    last = np.ceil(beats_s * fs_hz).astype(int)
    first = np.concatenate([[0], last[:-1]])
    return lost[last] > lost[first]


def _rates_hz(waveform, windows, times_s):
    """The heart rate at each time, a running median of the windows' rates."""
    middles_s = [(window.start_s + window.stop_s) / 2 - waveform.start_s for window in windows]
    rates_hz = np.pad([window.heart_rate_bpm / 60 for window in windows], _SMOOTHED // 2, mode="edge")
    smooth = [np.median(rates_hz[first : first + _SMOOTHED]) for first in range(len(windows))]
    return np.interp(times_s, middles_s, smooth)
