"""Whether one method's heart rates are better than another's on the same videos, or only seem so by chance."""

from typing import Any, Callable, Dict, Mapping, NamedTuple, Sequence, Tuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from ..errors import EvaluationError
from .scoring import VideoScore

#: (..., N) errors -> (...) values
Statistic = Callable[[NDArray[Any]], Any]

RESAMPLES = 9999
CONFIDENCE = 0.95
#: A difference with a p-value below this is said to be more than chance.
SIGNIFICANCE = 0.05
#: The statistics that :func:`compare` knows, over the last axis.
STATISTICS: Dict[str, Statistic] = {
    "MAE": lambda errors: np.mean(np.abs(errors), axis=-1),
    "RMSE": lambda errors: np.sqrt(np.mean(np.square(errors), axis=-1)),
}


class Comparison(NamedTuple):
    """What two methods' errors on the same videos say about each other."""

    #: The first method's MAE (or RMSE) less the second's, in bpm; negative where the first is better.
    difference: float
    #: The difference's 95% interval.
    low: float
    high: float
    #: How often a difference as large would come from chance alone.
    p_value: float
    #: Videos.
    n: int
    #: All this for people.
    sentence: str


def compare(
    errors_a: ArrayLike,
    errors_b: ArrayLike,
    seed: int = 0,
    metric: str = "MAE",
    names: Sequence[str] = ("A", "B"),
) -> Comparison:
    """The difference of two methods' MAE (or RMSE) on the same videos, its 95% interval, and a paired test.

    Args:
        errors_a, errors_b: (N,) errors in bpm, signed or not, one per video, in the same order; N at least 2.
        seed: of the resampling; the same seed gives the same numbers.
        metric: "MAE" or "RMSE".
        names: what the sentence calls the two.

    Returns:
        A :class:`Comparison`.

    Raises:
        EvaluationError: numbers of errors that differ, fewer than two, or not finite; another metric.

    The interval is a BCa bootstrap over videos (Efron 1987: bias-corrected and accelerated, because errors are skewed:
    one video can hold most of the RMSE). The test is a paired permutation test: if the methods were alike, each video's
    two errors could as well be exchanged; up to N = 13 all 2^N exchanges are counted, and above that 9,999 random ones.
    It tests the very difference that is reported, and ties do it no harm. Wilcoxon's signed-rank test has neither
    virtue: it tests ranks, and FFT heart rates lie on a grid, so that many differences are equal, or exactly zero.
    """
    errors = _checked(errors_a, errors_b, metric)
    statistic = STATISTICS[metric]
    values = statistic(errors)
    difference = float(values[0] - values[1])
    random = np.random.RandomState(seed)
    low, high = _bca_interval(errors, statistic, random)
    p_value = _permutation_p(errors, statistic, random)
    n = errors.shape[1]
    sentence = _sentence(metric, names, values, difference, (low, high), p_value, n)
    return Comparison(difference, low, high, p_value, n, sentence)


def video_errors(per_video: Mapping[str, Sequence[VideoScore]], metric: str = "MAE") -> Dict[str, float]:
    """``{video: error in bpm}`` of the videos that were scored: one number per video, however many windows it has.

    Windows of one video are not independent of each other, so a comparison resamples videos; a video's windows become
    one number by the metric itself (mean absolute or root mean square error), and each video weighs the same.

    Args:
        per_video: ``{video: [VideoScore, ...]}``, as ``evaluate`` gives it.
    """
    errors = {
        video: [score.error_bpm for score in scores if score.skipped is None] for video, scores in per_video.items()
    }
    return {video: float(STATISTICS[metric](np.array(values))) for video, values in errors.items() if values}


def _checked(errors_a: ArrayLike, errors_b: ArrayLike, metric: str) -> NDArray[np.float64]:
    if metric not in STATISTICS:
        raise EvaluationError(f"Methods are compared by {' or '.join(STATISTICS)}, not by {metric!r}.")
    a, b = (np.asarray(errors, dtype=np.float64) for errors in (errors_a, errors_b))
    if a.ndim != 1 or a.shape != b.shape or len(a) < 2:
        raise EvaluationError(
            f"A comparison got errors of shapes {a.shape} and {b.shape}, and needs one error per video of each method, "
            f"on the same two or more videos."
        )
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise EvaluationError("An error to be compared is not finite. Leave that video out for both methods.")
    return np.stack([a, b])


def _bca_interval(
    errors: NDArray[np.float64], statistic: Statistic, random: np.random.RandomState
) -> Tuple[float, float]:
    """Ends of the interval; both are the difference where every resample gives the same one."""
    n = errors.shape[1]
    drawn = random.randint(n, size=(RESAMPLES, n))
    resampled = statistic(errors[0][drawn]) - statistic(errors[1][drawn])
    others = np.array([np.delete(np.arange(n), video) for video in range(n)])
    jackknife = statistic(errors[0][others]) - statistic(errors[1][others])
    observed = statistic(errors[0]) - statistic(errors[1])
    if np.ptp(resampled) == 0:
        return float(observed), float(observed)
    below = np.mean(resampled < observed) + np.mean(resampled == observed) / 2  # ties count half
    bias = ndtri(np.clip(below, 1 / RESAMPLES, 1 - 1 / RESAMPLES))
    pull = jackknife.mean() - jackknife
    spread = np.sum(pull**2) ** 1.5
    acceleration = np.sum(pull**3) / (6 * spread) if spread > 0 else 0.0
    z = bias + ndtri([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    low, high = np.quantile(resampled, ndtr(bias + z / (1 - acceleration * z)))
    return float(low), float(high)


def _permutation_p(errors: NDArray[np.float64], statistic: Statistic, random: np.random.RandomState) -> float:
    """Two-sided p of exchanging each video's two errors; the observed order counts as one of the exchanges."""
    n = errors.shape[1]
    if 2**n <= RESAMPLES:
        exchanged = (np.arange(2**n)[:, None] >> np.arange(n)) % 2 == 1
    else:
        exchanged = np.vstack([np.zeros((1, n), dtype=bool), random.randint(2, size=(RESAMPLES, n)) == 1])
    a, b = np.where(exchanged, errors[1], errors[0]), np.where(exchanged, errors[0], errors[1])
    differences = np.abs(statistic(a) - statistic(b))
    rounding = 1e-9 * np.abs(errors).max()
    return float(np.mean(differences >= differences[0] - rounding))


def _sentence(
    metric: str,
    names: Sequence[str],
    values: NDArray[Any],
    difference: float,
    interval: Tuple[float, float],
    p_value: float,
    n: int,
) -> str:
    videos = f"On {n} videos, {names[0]} has an {metric} of {values[0]:.3f} bpm and {names[1]} one of {values[1]:.3f}"
    ends = f"95% interval of the difference {interval[0]:+.3f} to {interval[1]:+.3f}"
    tested = f"({ends}; permutation test p = {p_value:.2g})"
    if difference == 0:
        return f"{videos}: no difference {tested}."
    judgement = "more than chance explains" if p_value < SIGNIFICANCE else "which chance alone may explain"
    if 2 / 2**n >= SIGNIFICANCE:
        judgement = "on too few videos to tell it from chance"
    better = names[0] if difference < 0 else names[1]
    return f"{videos}: {better} is better by {abs(difference):.3f} bpm {tested}, {judgement}."
