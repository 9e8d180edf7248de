"""What speaks for a heart rate, and what against it: other methods, regions of the face, neighbours, motion."""

from typing import List, NamedTuple, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import RFaceNetError
from ..methods.signal import METHODS
from . import quality, waveform
from .face_signals import EvenSignals
from .signal_estimator import signal_bvp
from .waveform import Waveform, Window

#: that are asked for their opinion, less the one that is judged
_OTHERS = ("POS", "CHROM", "GREEN")
_REGIONS_METHOD = "POS"
#: two rates this near are one, bpm
SAME_RATE_BPM = 5.0
#: windows that start within so many seconds are neighbours
_NEAR_S = 10.0
#: rhythmic swing of the head at the heart rate that speaks half against it, face widths; the heartbeat's own is below a
#: tenth
_HALF_SWING = 0.005
#: of the methods in the agreement; the regions, which one method reads, have the rest
_METHODS_SHARE = 2 / 3
#: power to which the agreement is raised: by chance a few agree with any rate, but seldom nearly all
_NEARLY_ALL = 3
_LEAST_POINTS = 1024  # of a spectrum


class Evidence(NamedTuple):
    """For a heart rate, each from 0 (against it) to 1. Two rates are the same if they differ by 5 bpm or less."""

    purity: float  #: signal quality, from the median of noise on
    methods: float  #: share of other methods that see the same rate in the same frames
    regions: float  #: share of forehead, left and right cheek in which POS sees the same rate
    neighbours: float  #: share of the windows within 10 s that have the same rate, 0.5 where there are none
    stillness: float  #: 1 where the head has no rhythm at the rate, 0.5 where it swings so by 0.005 face widths

    @property
    def agreement(self) -> float:
        """Mean of methods and regions, weighted 2 : 1."""
        return _METHODS_SHARE * self.methods + (1 - _METHODS_SHARE) * self.regions

    @property
    def support(self) -> float:
        """1 where the signal is pure or where all others agree: either is enough by itself.

        Agreement means the same in any video. Purity does not: it is lower in real video than in the drawn recordings
        of the calibration, and so its absence must not outweigh agreement.
        """
        return 1 - (1 - self.purity) * (1 - self.agreement**_NEARLY_ALL)


#: of a value that there is nothing to judge by
NONE = Evidence(*[0.0] * len(Evidence._fields))


def of_windows(windows: Sequence[Window], signals: EvenSignals, method: str) -> List[Optional[Evidence]]:
    """The :class:`Evidence` for each window's heart rate; None for a window without one.

    Args:
        windows: of the method's waveform.
        signals: of the same frames.
        method: that the windows were read with.
    """
    return _of_rates(windows, [window.heart_rate_bpm for window in windows], signals, method)


def of_whole(windows: Sequence[Window], signals: EvenSignals, method: str) -> Evidence:
    """The :class:`Evidence` for the mean heart rate: the mean of that for the rates of which it is the mean."""
    rates_bpm = waveform.smooth_rates(windows)
    told = [found for found in _of_rates(windows, rates_bpm, signals, method) if found is not None]
    return Evidence(*(float(value) for value in np.mean(told, axis=0))) if told else NONE


def _of_rates(
    windows: Sequence[Window],
    rates_bpm: Sequence[Optional[float]],
    signals: EvenSignals,
    method: str,
) -> List[Optional[Evidence]]:
    others, regions, place = _others(signals, method), _regions(signals), _place(signals)
    found: List[Optional[Evidence]] = []
    for window, rate_bpm in zip(windows, rates_bpm):
        part = _part(signals, window)
        if rate_bpm is None or window.quality is None or part.stop - part.start < 2:
            found.append(None)
            continue
        noise = quality.median_of_noise(window.seconds)
        found.append(
            Evidence(
                purity=float(np.clip((window.quality - noise) / (1 - noise), 0, 1)),
                methods=float(_at_rate(rate_bpm, others[part], signals.fs_hz).has_peak.mean()),
                regions=float(_at_rate(rate_bpm, regions[part], signals.fs_hz).has_peak.mean()),
                neighbours=_agreement_of_neighbours(window, rate_bpm, windows),
                stillness=_stillness(rate_bpm, place[part], signals.fs_hz),
            )
        )
    return found


def _others(signals: EvenSignals, method: str) -> NDArray[np.float64]:
    names = [name for name in _OTHERS if name != method.upper()]
    return np.stack([_pulse(name, signals.rgb, signals) for name in names], axis=1)


def _regions(signals: EvenSignals) -> NDArray[np.float64]:
    colours = signals.regions.transpose(1, 0, 2)
    return np.stack([_pulse(_REGIONS_METHOD, rgb, signals) for rgb in colours], axis=1)


def _place(signals: EvenSignals) -> NDArray[np.float64]:
    return np.stack([_filtered(course, signals) for course in signals.place.T], axis=1)


def _pulse(name: str, rgb: NDArray[np.float64], signals: EvenSignals) -> NDArray[np.float64]:
    """A signal method's filtered BVP (N,); zeros where it has none to give, as of a black region."""
    try:
        return _filtered(signal_bvp(METHODS[name], rgb, signals.fs_hz), signals)
    except RFaceNetError:
        return np.zeros(len(rgb))


def _filtered(values: NDArray[np.float64], signals: EvenSignals) -> NDArray[np.float64]:
    return waveform.filtered(Waveform(signals.fs_hz, signals.start_s, values, signals.known), is_derivative=False).bvp


def _part(signals: EvenSignals, window: Window) -> slice:
    """The samples of a window, which lies on the grid of another waveform."""
    edges = [round((edge_s - signals.start_s) * signals.fs_hz) for edge_s in (window.start_s, window.stop_s)]
    return slice(max(0, edges[0]), min(len(signals.known), edges[1]))


class _AtRate(NamedTuple):
    share: NDArray[np.float64]  # (K,) of the power in the band, at the rate and its double
    share_of_noise: float  # the same of a flat spectrum
    has_peak: NDArray[np.bool_]  # (K,) whether the largest peak is at the rate


def _at_rate(rate_bpm: float, values: NDArray[np.float64], fs_hz: float) -> _AtRate:
    """What each column of (N, K) has at a heart rate."""
    points = 2 ** int(np.ceil(np.log2(max(len(values), _LEAST_POINTS))))
    hann = np.hanning(len(values))[:, None]
    power = np.abs(np.fft.rfft((values - values.mean(axis=0)) * hann, points, axis=0)) ** 2
    frequencies_hz = np.fft.rfftfreq(points, 1 / fs_hz)
    at_rate, inside = quality.at_rate(frequencies_hz, rate_bpm, len(values) / fs_hz)
    total = power[inside].sum(axis=0)
    share = np.divide(power[at_rate].sum(axis=0), total, out=np.zeros(len(total)), where=total > 0)
    peaks_bpm = 60 * frequencies_hz[inside][power[inside].argmax(axis=0)]
    has_peak = (np.abs(peaks_bpm - rate_bpm) <= SAME_RATE_BPM) & (total > 0)
    return _AtRate(share, float(at_rate.sum() / inside.sum()), has_peak)


def _stillness(rate_bpm: float, place: NDArray[np.float64], fs_hz: float) -> float:
    """How little the head's place (N, 2) has a rhythm at the rate.

    A head that moves without a rhythm, as real ones do all the time, swings a little at every rate: its swing counts
    only as far as the rate's share of the motion is larger than that of noise.
    """
    found, power = _at_rate(rate_bpm, place, fs_hz), place.var(axis=0)
    at_rate, total = float(found.share @ power), float(power.sum())
    if total == 0:
        return 1.0
    rhythmic = max(0.0, (at_rate / total - found.share_of_noise) / (1 - found.share_of_noise))
    return float(1 / (1 + rhythmic * np.sqrt(2 * at_rate) / _HALF_SWING))


def _agreement_of_neighbours(window: Window, rate_bpm: float, windows: Sequence[Window]) -> float:
    """A neighbour counts as far as it does not overlap the window; as one more, which is undecided, counts 0.5."""
    agreeing, count = 0.5, 1.0
    for other in windows:
        apart_s = abs(other.start_s - window.start_s)
        if other.heart_rate_bpm is not None and 0 < apart_s <= _NEAR_S:
            weight = min(1.0, apart_s / window.seconds)
            agreeing += weight * (abs(other.heart_rate_bpm - rate_bpm) <= SAME_RATE_BPM)
            count += weight
    return agreeing / count
