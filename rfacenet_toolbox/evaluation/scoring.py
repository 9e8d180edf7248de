"""Scores of one video, window by window: heart rate, its truth, SNR and MACC."""

import math
from typing import Any, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import EvaluationError
from .clip_rates import ClipRates
from .filters import MIN_SAMPLES, prepare
from .inputs import WaveformOrRates, as_pair, check_rate
from .protocols import Protocol, Scheme, get_protocol
from .pulse_signal import fft_grid_bpm, fft_heart_rate_bpm, has_bin_in_band, macc, peak_heart_rate_bpm, snr_db
from .segments import MIN_EQ3_SAMPLES, mean_heart_rate_bpm

#: What :meth:`VideoScore.columns` gives.
SCORE_COLUMNS = ("start_s", "stop_s", "heart_rate_bpm", "label_heart_rate_bpm", "error_bpm", "snr_db", "macc")


class VideoScore(NamedTuple):
    """What one window (a whole video, unless windows were asked for) scored. None: the quantity does not exist."""

    #: First sample of the window in its video, and the one after the last.
    start: int
    stop: int
    heart_rate_bpm: Optional[float]
    label_heart_rate_bpm: Optional[float]
    snr_db: Optional[float]
    macc: Optional[float]
    #: Why the window was left out of every metric; None for a window that counts.
    skipped: Optional[str] = None
    #: Whether there was a waveform to score, not only heart rates.
    has_waveform: bool = True

    @property
    def error_bpm(self) -> Optional[float]:
        """Estimated less true heart rate, or None."""
        if self.heart_rate_bpm is None or self.label_heart_rate_bpm is None:
            return None
        return self.heart_rate_bpm - self.label_heart_rate_bpm

    def columns(self, fs_hz: float) -> Tuple[Optional[float], ...]:
        """The numbers under :data:`SCORE_COLUMNS`, None among them."""
        rates = (self.heart_rate_bpm, self.label_heart_rate_bpm, self.error_bpm)
        return (self.start / fs_hz, self.stop / fs_hz, *rates, self.snr_db, self.macc)


def window_bounds(samples: int, fs_hz: float, window_s: Optional[float] = None) -> List[Tuple[int, int]]:
    """``[(start, stop), ...]``: consecutive windows, the last one keeping what is left; one window if it is None.

    Raises:
        EvaluationError: a window of less than ``MIN_SAMPLES`` samples, or of no length.

    Source: agrees with the toolbox's ``USE_SMALLER_WINDOW`` and ``WINDOW_SIZE`` (seconds).
    """
    if window_s is None:
        return [(0, samples)]
    if not 0 < window_s < math.inf:
        raise EvaluationError(f"The window is {window_s:g} s; expected a finite number of seconds above 0.")
    size = int(round(window_s * fs_hz))
    if size < MIN_SAMPLES:
        raise EvaluationError(
            f"A window of {window_s:g} s is {size} samples at {fs_hz:g} Hz, and scoring needs at least {MIN_SAMPLES}. "
            f"Choose longer windows."
        )
    return [(start, min(start + size, samples)) for start in range(0, samples, size)]


def _why_skipped(samples: int, fs_hz: float, band_hz: Tuple[float, float], method: str) -> Optional[str]:
    if samples < MIN_SAMPLES:
        return f"{samples} samples; the filter needs at least {MIN_SAMPLES}"
    if method == "FFT" and not has_bin_in_band(samples, fs_hz, band_hz):
        return f"{samples} samples; too short for a frequency inside {band_hz[0]:g}-{band_hz[1]:g} Hz"
    return None


def _score_segments(
    prediction: Union[NDArray[Any], ClipRates],
    label: NDArray[Any],
    fs_hz: float,
    protocol: Protocol,
    segment_s: float,
    is_derivative: bool,
    true_bpm: Optional[float],
) -> VideoScore:
    """The score of a whole video under a protocol with segments."""
    stop, band_hz = len(label), protocol.band_hz
    reason = _why_skipped(stop, fs_hz, band_hz, "FFT")
    if stop < MIN_EQ3_SAMPLES:
        reason = f"{stop} samples; Eq. 3 needs at least {MIN_EQ3_SAMPLES}"
    if reason is not None:
        return skip(0, stop, reason)
    from_label = mean_heart_rate_bpm(label, fs_hz, band_hz, is_derivative, segment_s)
    truth = from_label if true_bpm is None else true_bpm
    if isinstance(prediction, ClipRates):
        return VideoScore(0, stop, prediction.mean_bpm, truth, None, None, has_waveform=False)
    estimate = mean_heart_rate_bpm(prediction, fs_hz, band_hz, is_derivative, segment_s)
    prediction, label = (prepare(signal, fs_hz, band_hz, is_derivative) for signal in (prediction, label))
    snr = snr_db(prediction, fft_heart_rate_bpm(label, fs_hz, band_hz), fs_hz, band_hz)
    return VideoScore(0, stop, estimate, truth, snr, macc(prediction, label))


def _score_window(
    window: Tuple[int, int],
    prediction: Union[NDArray[Any], ClipRates],
    label: NDArray[Any],
    fs_hz: float,
    band_hz: Tuple[float, float],
    is_derivative: bool,
    scheme: Scheme,
) -> VideoScore:
    """The score of the samples of a ``window`` (first, one after the last)."""
    start, stop = window
    reason = _why_skipped(stop - start, fs_hz, band_hz, scheme.method)
    if reason is not None:
        return skip(start, stop, reason)

    def heart_rate_bpm(prepared: NDArray[Any]) -> Optional[float]:
        if scheme.method == "FFT":
            return fft_heart_rate_bpm(prepared, fs_hz, band_hz, scheme.interpolate)
        return peak_heart_rate_bpm(prepared, fs_hz)

    label = prepare(label[start:stop], fs_hz, band_hz, is_derivative)
    truth = heart_rate_bpm(label)
    if isinstance(prediction, ClipRates):
        return VideoScore(start, stop, prediction.mean_bpm, truth, None, None, has_waveform=False)
    prediction = prepare(prediction[start:stop], fs_hz, band_hz, is_derivative)
    # The SNR sums lines of the grid, and of a short window none may lie near a rate that is between them.
    on_grid = fft_heart_rate_bpm(label, fs_hz, band_hz) if scheme.interpolate else truth
    snr = snr_db(prediction, on_grid, fs_hz, band_hz)
    return VideoScore(start, stop, heart_rate_bpm(prediction), truth, snr, macc(prediction, label))


def score_video(
    prediction: WaveformOrRates,
    label: ArrayLike,
    fs_hz: float,
    protocol: Union[str, Protocol],
    is_derivative: bool = True,
    method: str = "FFT",
    window_s: Optional[float] = None,
    interpolate: bool = False,
    true_bpm: Optional[float] = None,
) -> List[VideoScore]:
    """Score one video, window by window.

    Args:
        prediction, label: (N,) pulse signals of the same frames; or a :class:`~.clip_rates.ClipRates`, and the label.
        fs_hz: frames per second.
        protocol: a name in ``PROTOCOLS`` or a ``Protocol``.
        is_derivative: True for labels of type DiffNormalized, False for Raw and Standardized.
        method: "FFT" or "peak detection".
        window_s: seconds per window; None scores the video as a whole.
        interpolate: read FFT heart rates off between the lines of the spectrum; see ``fft_heart_rate_bpm``. SNR and
            MACC stay as they are.
        true_bpm: the recording's own mean heart rate, the truth under a protocol with segments; None takes the
            label's. The toolbox's protocols take the label's always.

    Returns:
        A :class:`VideoScore` for every window, those too short to be scored included (see ``skipped``).

    Raises:
        EvaluationError: signals, rate, protocol, method or window that cannot be used; the message says which.
            Heart rates of clips have none for windows.

    Source: agrees with the toolbox's ``calculate_metric_per_video`` and the windows of its ``calculate_metrics``.
    """
    scheme = Scheme([protocol], method, window_s, interpolate)
    check_rate(fs_hz)
    protocol = get_protocol(protocol)
    prediction, label = as_pair(prediction, label)
    if protocol.segment_s is not None:
        return [_score_segments(prediction, label, fs_hz, protocol, protocol.segment_s, is_derivative, true_bpm)]
    if isinstance(prediction, ClipRates) and window_s is not None:
        raise EvaluationError(
            f"Windows of {window_s:g} s were asked for, and the predictions are one heart rate per clip, without a "
            f"waveform to cut. Score whole videos."
        )
    windows = window_bounds(len(label), fs_hz, window_s)
    return [
        _score_window(window, prediction, label, fs_hz, protocol.band_hz, is_derivative, scheme) for window in windows
    ]


def fft_grids_bpm(
    per_video: Mapping[str, Sequence[VideoScore]], rates_hz: Mapping[str, float]
) -> Optional[Tuple[float, float]]:
    """The finest and the coarsest FFT grid of what was scored, in bpm; None if nothing was.

    Args:
        per_video: ``{video: its scores}``.
        rates_hz: ``{video: frames per second}``.
    """
    windows = {
        (score.stop - score.start, rates_hz[video])
        for video, scores in per_video.items()
        for score in scores
        if not score.skipped
    }
    grids = [fft_grid_bpm(length, fs_hz) for length, fs_hz in windows]
    return (min(grids), max(grids)) if grids else None


def skip(start: int, stop: int, reason: str) -> VideoScore:
    """The :class:`VideoScore` of a window that is left out of every metric."""
    return VideoScore(start, stop, None, None, None, None, skipped=reason)


def score_what_can_be(
    prediction: WaveformOrRates, label: ArrayLike, fs_hz: float, protocol: Union[str, Protocol], *settings: Any
) -> List[VideoScore]:
    """:func:`score_video`, but what has no estimate is skipped, and its reason kept.

    A video with values that are not finite, with a constant label, too short, or of two lengths is skipped as a whole;
    a window where prediction or label is constant, or has no heart rate, is skipped alone.

    Raises:
        EvaluationError: a rate, protocol, method or window that cannot be used.
    """
    try:
        prediction, label = as_pair(prediction, label)
    except EvaluationError as error:
        return [skip(0, np.size(label), str(error))]
    scores = []
    segment_s = get_protocol(protocol).segment_s
    no_rate = "fewer than two peaks" if segment_s is None else f"no change in one of its segments of {segment_s:g} s"
    for score in score_video(prediction, label, fs_hz, protocol, *settings):
        reason = score.skipped or _why_no_estimate(score, prediction, label, no_rate)
        scores.append(score if reason is None else skip(score.start, score.stop, reason))
    return scores


def _why_no_estimate(
    score: VideoScore, prediction: Union[NDArray[Any], ClipRates], label: NDArray[Any], no_rate: str
) -> Optional[str]:
    pair = (("prediction", prediction, score.heart_rate_bpm), ("label", label, score.label_heart_rate_bpm))
    for name, signal, heart_rate_bpm in pair:
        if not isinstance(signal, ClipRates) and np.ptp(signal[score.start : score.stop]) == 0:
            return f"the {name} is {signal[score.start]:g} throughout, which has no heart rate"
        if heart_rate_bpm is None:
            return f"the {name} has {no_rate}, and so no heart rate"
    return None
