"""Metrics over a test set, with their standard errors: the toolbox's ``evaluation/metrics.py`` as functions."""

from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .inputs import WaveformOrRates, as_rates, check_true_rates, check_videos, validate
from .protocols import DEFAULT_SCHEME, Protocol, Scheme, get_protocol
from .scoring import VideoScore, score_video, score_what_can_be, skip

#: A correlation of two points is always 1 or -1.
MIN_FOR_PEARSON = 3


class Metric(NamedTuple):
    """What a metric's numbers mean."""

    #: Empty where it has none.
    unit: str
    less_is_better: bool


#: The metrics of a summary, each ``[value, standard error]`` there.
METRICS = {
    "MAE": Metric("bpm", less_is_better=True),
    "RMSE": Metric("bpm", less_is_better=True),
    "MAPE": Metric("%", less_is_better=True),
    "Pearson": Metric("", less_is_better=False),
    "SNR": Metric("dB", less_is_better=False),
    "MACC": Metric("", less_is_better=False),
}
#: Those that a protocol with segments has besides: the standard deviation of the signed errors, so that RMSE^2 is
#: SD^2 plus the squared mean error, and that of the absolute ones, so that RMSE^2 is SD_abs^2 + MAE^2.
SD_METRICS = {"SD": Metric("bpm", less_is_better=True), "SD_abs": Metric("bpm", less_is_better=True)}


def metrics_of(protocol: Union[str, Protocol]) -> Dict[str, Metric]:
    """The metrics of a protocol's summary, in the order in which they are shown."""
    return METRICS if get_protocol(protocol).segment_s is None else {**SD_METRICS, **METRICS}


def _mean(values: Any) -> List[float]:
    """``[mean, standard error of the mean]``, the deviation taken with N, as the toolbox does."""
    return [float(np.mean(values)), float(np.std(values) / np.sqrt(len(values)))]


def _deviation(values: NDArray[Any]) -> List[float]:
    """``[standard deviation taken with N, its standard error to first order]``."""
    deviation = float(np.std(values))
    se_of_square = _mean(np.square(values - np.mean(values)))[1]
    return [deviation, se_of_square / (2 * deviation) if deviation else 0.0]


def _heart_rate_metrics(estimate: NDArray[Any], truth: NDArray[Any], rmse_se: str) -> Dict[str, Any]:
    """SD, SD_abs, MAE and RMSE in bpm, MAPE in percent, and two standard errors of the RMSE."""
    errors = estimate - truth
    squared = np.square(errors)
    se_a = _mean(squared)[1]
    rmse = float(np.sqrt(np.mean(squared)))
    standard_errors = {"A": se_a, "B": float(np.sqrt(se_a)), "C": se_a / (2 * rmse) if rmse else 0.0}
    return {
        "SD": _deviation(errors),
        "SD_abs": _deviation(np.abs(errors)),
        "MAE": _mean(np.abs(errors)),
        "RMSE": [rmse, standard_errors[rmse_se]],
        "MAPE": _mean(np.abs(errors / truth) * 100),
        "RMSE_se_A": standard_errors["A"],
        "RMSE_se_B": standard_errors["B"],
    }


def _why_no_pearson(estimate: NDArray[Any], truth: NDArray[Any]) -> Optional[str]:
    if len(estimate) < MIN_FOR_PEARSON:
        return f"needs at least {MIN_FOR_PEARSON} scored videos or windows, there are {len(estimate)}"
    for rates, which in ((estimate, "estimated"), (truth, "true")):
        if np.ptp(rates) == 0:
            return f"all {len(rates)} {which} heart rates are the same ({rates[0]:g} bpm)"
    return None


def _pearson(estimate: NDArray[Any], truth: NDArray[Any]) -> List[float]:
    r = float(np.corrcoef(estimate, truth)[0, 1])
    return [r, float(np.sqrt((1 - r**2) / (len(estimate) - 2)))]


def _why_missing(values: Sequence[object], what: str) -> Optional[str]:
    """Why a metric over ``values`` is undefined, or None if it is not.

    One missing value is enough, as in the toolbox, where it turns the mean into NaN. Leaving the video out would
    flatter the method that failed on it.
    """
    missing = sum(value is None for value in values)
    if not values:
        return "no video or window was scored"
    return f"{missing} of {len(values)} scored videos or windows have no {what}" if missing else None


def summarise(scores: Iterable[VideoScore], protocol: Union[str, Protocol]) -> Dict[str, Any]:
    """Metrics over a test set.

    Args:
        scores: every ``VideoScore`` of the set, of all videos together.
        protocol: a name in ``PROTOCOLS`` or a ``Protocol``; decides which standard error stands beside RMSE.

    Returns:
        A dict fit for JSON: ``n`` (windows scored) and ``windows_skipped``; ``MAE``, ``RMSE`` (bpm), ``MAPE``
        (percent), ``Pearson``, ``SNR`` (dB), ``MACC``, each ``[value, standard error]``; ``RMSE_se_A`` (bpm^2) and
        ``RMSE_se_B`` (bpm). A metric that does not exist is ``[None, None]``, and ``undefined`` gives its reason:
        ``{metric: reason}``. A protocol with segments has ``SD`` and ``SD_abs`` (bpm) besides.

    Source: agrees with the toolbox's ``calculate_metrics``, with None where that has NaN, infinity or a warning.
    """
    protocol = get_protocol(protocol)
    scores = list(scores)
    scored = [score for score in scores if score.skipped is None]
    values: Dict[str, Any] = {}
    reasons: Dict[str, Optional[str]] = {}

    pairs = [(score.heart_rate_bpm, score.label_heart_rate_bpm) for score in scored]
    no_rates = _why_missing([None if None in pair else pair for pair in pairs], "heart rate")
    if no_rates is None:
        estimate, truth = np.array(pairs).T
        values.update(_heart_rate_metrics(estimate, truth, protocol.rmse_se))
        reasons["Pearson"] = _why_no_pearson(estimate, truth)
        if reasons["Pearson"] is None:
            values["Pearson"] = _pearson(estimate, truth)
    else:
        reasons.update((metric, no_rates) for metric in metrics_of(protocol) if metric not in ("SNR", "MACC"))
    for metric, field, what in (("SNR", "snr_db", "power near the pulse"), ("MACC", "macc", "varying signal")):
        column = [getattr(score, field) for score in scored]
        reasons[metric] = _why_missing(column, what)
        if scored and not any(score.has_waveform for score in scored):
            reasons[metric] = "the method gives heart rates, and no waveform"
        if reasons[metric] is None:
            values[metric] = _mean(column)

    summary: Dict[str, Any] = {"n": len(scored), "windows_skipped": len(scores) - len(scored)}
    summary.update((metric, values.get(metric, [None, None])) for metric in metrics_of(protocol))
    summary.update((extra, values.get(extra)) for extra in ("RMSE_se_A", "RMSE_se_B"))
    summary["undefined"] = {metric: reason for metric, reason in reasons.items() if reason is not None}
    return summary


def evaluate(
    predictions: Mapping[str, WaveformOrRates],
    labels: Mapping[str, ArrayLike],
    fs_hz: Union[float, Mapping[str, float]],
    scheme: Scheme = DEFAULT_SCHEME,
    *,
    is_derivative: bool = True,
    skip_unusable: bool = False,
    unusable: Optional[Mapping[str, str]] = None,
    true_bpm: Optional[Mapping[str, float]] = None,
) -> Dict[str, Tuple[Dict[str, Any], Dict[str, List[VideoScore]]]]:
    """Score a test set under each protocol of a scheme.

    Args:
        predictions, labels: ``{video: (N,) array}``, the same videos in both; a prediction may be
            :class:`~.clip_rates.ClipRates`.
        fs_hz: frames per second, of all videos or ``{video: frames per second}``.
        scheme: a :class:`~.protocols.Scheme`; by default whole videos, FFT, the toolbox's protocols.
        is_derivative: True for labels of type DiffNormalized, False for Raw and Standardized.
        skip_unusable: leave out what has no estimate (see ``score_what_can_be``), each with its reason, and score the
            rest; False refuses the whole set.
        unusable: ``{video: reason}`` of videos that have no signals at all; they count as left out.
        true_bpm: ``{video: mean heart rate}`` of the recordings that have one of their own; see ``score_video``.

    Returns:
        ``{protocol name: (summary, {video: [VideoScore, ...]})}``; see :func:`summarise` for the summary, and
        :func:`left_out` for the videos without a score.

    Raises:
        EvaluationError: what ``validate`` and ``score_video`` refuse, before anything is scored; with
            ``skip_unusable``, only what concerns the whole set.
    """
    rates_hz = as_rates(fs_hz, predictions)
    if skip_unusable:
        if predictions or labels or not unusable:
            check_videos(predictions, labels)
    else:
        validate(predictions, labels, fs_hz)
    true_bpm = check_true_rates(true_bpm or {})
    score = score_what_can_be if skip_unusable else score_video
    settings = (is_derivative, scheme.method, scheme.window_s, scheme.interpolate)
    results = {}
    for protocol in map(get_protocol, scheme.protocols):
        per_video = {
            video: score(prediction, labels[video], rates_hz[video], protocol, *settings, true_bpm.get(video))
            for video, prediction in predictions.items()
        }
        per_video.update((video, [skip(0, 0, reason)]) for video, reason in (unusable or {}).items())
        every_score = [one for scores in per_video.values() for one in scores]
        results[protocol.name] = summarise(every_score, protocol), per_video
    return results


def left_out(per_video: Mapping[str, Sequence[VideoScore]]) -> Dict[str, Optional[str]]:
    """``{video: reason}`` of the videos that no metric counts, not even with one window."""
    return {
        video: scores[0].skipped
        for video, scores in per_video.items()
        if all(score.skipped is not None for score in scores)
    }
