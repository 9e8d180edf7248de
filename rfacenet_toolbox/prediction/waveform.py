"""The pulse waveform on an even grid, and what is read from it: heart rate, quality, sliding windows."""

from typing import List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

from .. import evaluation
from . import quality
from .resample import stretches

#: length of sliding windows, where nobody says otherwise
WINDOW_S = 10.0
#: share of a stretch in which the face must have been seen for its heart rate to be given
ENOUGH_FACE = 0.8
#: longest stretch whose spectrum is taken at once; longer recordings average several
_LONGEST_STRETCH_S = 30.0
#: time around each window whose median stands for it, chosen on drawn traces
_SMOOTHED_S = 20.0


class Waveform(NamedTuple):
    """(N,) samples at ``start_s + n / fs_hz``; ``known`` (N,) is False where no face was seen."""

    fs_hz: float
    start_s: float
    bvp: NDArray[np.float64]
    known: NDArray[np.bool_]

    def has_face(self, part: slice) -> bool:
        """Whether the face was seen in enough of a part, a slice of the samples."""
        return bool(self.known[part].mean() >= ENOUGH_FACE)

    @property
    def times_s(self) -> NDArray[np.float64]:
        """(N,) seconds."""
        return self.start_s + np.arange(len(self.bvp)) / self.fs_hz


class Window(NamedTuple):
    """A stretch of the recording; what follows its times is None where the face was not there for most of it."""

    start_s: float
    stop_s: float
    heart_rate_bpm: Optional[float]
    quality: Optional[float]
    expected_error_bpm: Optional[float] = None  #: see :mod:`.confidence`

    @property
    def seconds(self) -> float:
        """The window's length."""
        return self.stop_s - self.start_s


def filtered(waveform: Waveform, is_derivative: bool) -> Waveform:
    """The waveform integrated if it is a derivative, detrended, and filtered to the band, as the evaluation does it."""
    lambda_ = evaluation.detrend_lambda(waveform.fs_hz)
    prepared = evaluation.prepare(waveform.bvp, waveform.fs_hz, quality.BAND_HZ, is_derivative, lambda_)
    return waveform._replace(bvp=prepared)


def windows(waveform: Waveform, window_s: float, step_s: float, rate_bpm: Optional[float] = None) -> List[Window]:
    """A :class:`Window` every ``step_s``; one of the whole waveform if that is shorter than a window.

    The waveform's heart rate ``rate_bpm`` tells a window's rate from its half and its double.
    """
    total, length = len(waveform.bvp), _samples(waveform, window_s)
    firsts = range(0, total - length + 1, max(1, int(round(step_s * waveform.fs_hz))))
    return [_window(waveform, first, first + length, rate_bpm) for first in firsts]


class RateOverTime(NamedTuple):
    """Beats per minute: the ``mean`` over time, and the ``lowest`` and ``highest`` of what it is the mean of."""

    mean: float
    lowest: float
    highest: float


def rate_over_time(windows: Sequence[Window]) -> Optional[RateOverTime]:
    """The heart rate of sliding windows, each replaced by the median of those within 10 s; None where none has one.

    The median leaves out windows that were misread, and follows a rate that changes.
    """
    smooth = [rate_bpm for rate_bpm in smooth_rates(windows) if rate_bpm is not None]
    return RateOverTime(float(np.mean(smooth)), float(np.min(smooth)), float(np.max(smooth))) if smooth else None


def smooth_rates(windows: Sequence[Window]) -> List[Optional[float]]:
    """For each window the median heart rate of those within 10 s of it; None where it has none itself."""
    given = [(window.start_s, window.heart_rate_bpm) for window in windows if window.heart_rate_bpm is not None]
    if not given:
        return [None] * len(windows)
    starts_s, rates_bpm = np.transpose(given)
    near = np.abs(starts_s[:, None] - starts_s) <= _SMOOTHED_S / 2 + 1e-6
    smooth = iter([float(np.median(rates_bpm[chosen])) for chosen in near])
    return [None if window.heart_rate_bpm is None else next(smooth) for window in windows]


def overall(waveform: Waveform, window_s: float) -> Optional[Tuple[float, quality.Spectrum]]:
    """Where the whole waveform's spectrum, averaged over stretches of up to 30 s, has its peak.

    That is the heart rate where it is steady, and tells the windows' rates from their halves and doubles. Where the
    rate moves, it is the one that was kept longest; :func:`rate_over_time` gives the mean.

    Returns:
        ``(peak_bpm, (frequencies_hz, power))``, or None where no stretch with a face varies.
    """
    for length_s in (_LONGEST_STRETCH_S, window_s):
        length = _samples(waveform, length_s)
        usable = [
            waveform.bvp[first:last]
            for first, last in stretches(len(waveform.bvp), length, length // 2)
            if waveform.has_face(slice(first, last)) and np.ptp(waveform.bvp[first:last]) > 0
        ]
        if usable:
            frequencies_hz, power = quality.mean_spectrum(usable, waveform.fs_hz)
            reading = quality.read_spectrum(frequencies_hz, power, length / waveform.fs_hz)
            return reading and (reading.heart_rate_bpm, (frequencies_hz, power))
    return None


def _samples(waveform: Waveform, seconds: float) -> int:
    return min(len(waveform.bvp), int(round(seconds * waveform.fs_hz)))


def _window(waveform: Waveform, first: int, last: int, rate_bpm: Optional[float]) -> Window:
    reading = None
    if waveform.has_face(slice(first, last)):
        reading = quality.read_pulse(waveform.bvp[first:last], waveform.fs_hz, rate_bpm)
    start_s = waveform.start_s
    return Window(start_s + first / waveform.fs_hz, start_s + last / waveform.fs_hz, *(reading or (None, None)))
