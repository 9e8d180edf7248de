"""Whether one method is better than another on the same videos, or only seems so by chance."""

import numbers
from statistics import NormalDist
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import EvaluationError
from .metrics import METRICS
from .scoring import VideoScore

#: (..., G) sums over subjects, and which subjects -> (...) values
Statistic = Callable[[NDArray[Any], NDArray[Any]], Any]

RESAMPLES = 9999
CONFIDENCE = 0.95
#: A difference with a p-value below this is said to be more than chance.
SIGNIFICANCE = 0.05
#: How often a true difference is to be found, for :attr:`Comparison.detectable`.
POWER = 0.8
#: The statistics that :func:`compare` knows, over the last axis.
STATISTICS: Dict[str, Callable[[NDArray[Any]], Any]] = {
    "MAE": lambda errors: np.mean(np.abs(errors), axis=-1),
    "RMSE": lambda errors: np.sqrt(np.mean(np.square(errors), axis=-1)),
    "SNR": lambda snrs_db: np.mean(snrs_db, axis=-1),
}
#: What each statistic averages over the videos.
_TERMS: Dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {"MAE": np.abs, "RMSE": np.square, "SNR": np.positive}


class Comparison(NamedTuple):
    """What two methods' errors, or signal-to-noise ratios, on the same videos say about each other."""

    #: The first method's MAE (or RMSE) less the second's, in bpm; negative where the first is better. For "SNR" its
    #: mean SNR less the second's, in dB; positive where the first is better.
    difference: float
    #: The difference's 95% interval.
    low: float
    high: float
    #: How often a difference as large would come from chance alone.
    p_value: float
    #: Videos.
    n: int
    #: The people that they show; as many as videos where that is not known.
    subjects: int
    #: All this for people.
    sentence: str
    #: The true difference, in the same unit, that a test on so many people, whose numbers differ as these do, finds in
    #: four of five cases: (1.96 + 0.84) times the standard error of the difference.
    detectable: float


def compare(
    errors_a: ArrayLike,
    errors_b: ArrayLike,
    seed: int = 0,
    metric: str = "MAE",
    names: Sequence[str] = ("A", "B"),
    subjects: Optional[Sequence[str]] = None,
) -> Comparison:
    """The difference of two methods' MAE, RMSE or mean SNR on the same videos, its 95% interval, and a paired test.

    Args:
        errors_a, errors_b: (N,) errors in bpm, signed or not, one per video, in the same order; N at least 2. For "SNR"
            signal-to-noise ratios in dB.
        seed: of the resampling; the same seed gives the same numbers.
        metric: "MAE", "RMSE" or "SNR".
        names: what the sentence calls the two.
        subjects: (N,) whom each video shows, where that is known. A person's videos are not independent of each other,
            so people are resampled and exchanged, each with all of their videos.

    Returns:
        A :class:`Comparison`.

    Raises:
        EvaluationError: numbers of errors or subjects that differ, fewer than two, or not finite; another metric or a
            seed that NumPy does not take.

    The interval is a BCa bootstrap over subjects, or over videos where subjects are not known (Efron 1987:
    bias-corrected and accelerated, because errors are skewed: one video can hold most of the RMSE). The test is a
    paired permutation test: if the methods were alike, each subject's errors could as well be exchanged; up to 13
    subjects all 2^13 exchanges are counted, and above that 9,999 random ones.
    It tests the very difference that is reported, and ties do it no harm. Wilcoxon's signed-rank test has neither
    virtue: it tests ranks, and FFT heart rates lie on a grid, so that many differences are equal, or exactly zero.
    """
    errors = _checked(errors_a, errors_b, metric)
    sums, counts = _by_subject(errors, metric, subjects)
    statistic = _statistic(metric, counts)
    values = statistic(sums, np.arange(len(counts)))
    difference = float(values[0] - values[1])
    if not isinstance(seed, numbers.Integral) or not 0 <= seed < 2**32:
        raise EvaluationError(f"The seed is {seed!r}; expected a whole number from 0 to {2**32 - 1}.")
    random = np.random.RandomState(seed)
    resampled = _resampled(sums, statistic, random)
    low, high = _bca_interval(sums, statistic, resampled)
    p_value = _permutation_p(sums, statistic, random, rounding=1e-9 * np.abs(errors).max())
    n, people = errors.shape[1], len(counts)
    on = f"On {n} videos" + ("" if subjects is None else f" of {people} subject{'s' if people != 1 else ''}")
    unit = "videos" if subjects is None else "subjects"
    sentence = _sentence(on, unit, metric, names, values, difference, (low, high), p_value, people)
    normal = NormalDist()
    detectable = (normal.inv_cdf((1 + CONFIDENCE) / 2) + normal.inv_cdf(POWER)) * float(np.std(resampled))
    return Comparison(difference, low, high, p_value, n, people, sentence, detectable)


def video_errors(per_video: Mapping[str, Sequence[VideoScore]], metric: str = "MAE") -> Dict[str, float]:
    """``{video: error in bpm}`` of the videos that were scored: one number per video, however many windows it has.

    Windows of one video are not independent of each other, so a comparison resamples videos; a video's windows become
    one number by the metric itself (mean absolute or root mean square error), and each video weighs the same.

    Args:
        per_video: ``{video: [VideoScore, ...]}``, as ``evaluate`` gives it.
        metric: "MAE" or "RMSE"; "SNR" gives mean signal-to-noise ratios in dB, of the windows that have one.
    """
    numbers = {}
    for video, scores in per_video.items():
        values = [score.snr_db if metric == "SNR" else score.error_bpm for score in scores if score.skipped is None]
        numbers[video] = [value for value in values if value is not None]
    return {video: float(STATISTICS[metric](np.array(values))) for video, values in numbers.items() if values}


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


def _by_subject(
    errors: NDArray[np.float64], metric: str, subjects: Optional[Sequence[str]]
) -> Tuple[NDArray[Any], NDArray[Any]]:
    """``(sums (2, G), counts (G,))``: of each subject, the sum of what the metric is a mean of, and its videos."""
    terms = _TERMS[metric](errors)
    if subjects is None:
        return terms, np.ones(errors.shape[1], dtype=np.int64)
    if len(subjects) != errors.shape[1]:
        raise EvaluationError(f"A comparison got {errors.shape[1]} videos and the subjects of {len(subjects)}.")
    people = list(dict.fromkeys(subjects))
    if len(people) < 2:
        raise EvaluationError(
            f"All {errors.shape[1]} videos are of the subject {people[0]}, and a comparison needs two people: one "
            f"person's videos are not independent of each other."
        )
    group = np.array([people.index(subject) for subject in subjects])
    sums = np.stack([np.bincount(group, weights=row, minlength=len(people)) for row in terms])
    return sums, np.bincount(group, minlength=len(people))


def _statistic(metric: str, counts: NDArray[np.int64]) -> Statistic:
    """The metric of sums that were drawn: ``(..., G)`` sums and the subjects they are of -> ``(...)``."""

    def statistic(sums: NDArray[Any], drawn: NDArray[Any]) -> Any:
        mean = np.sum(sums, axis=-1) / np.sum(counts[drawn], axis=-1)
        return np.sqrt(mean) if metric == "RMSE" else mean

    return statistic


def _resampled(sums: NDArray[np.float64], statistic: Statistic, random: np.random.RandomState) -> NDArray[np.float64]:
    """(RESAMPLES,) differences on subjects that were drawn with replacement."""
    n = sums.shape[1]
    drawn = random.randint(n, size=(RESAMPLES, n))
    return np.asarray(statistic(sums[0][drawn], drawn) - statistic(sums[1][drawn], drawn), dtype=np.float64)


def _bca_interval(
    sums: NDArray[np.float64], statistic: Statistic, resampled: NDArray[np.float64]
) -> Tuple[float, float]:
    """Ends of the interval; both are the difference where every resample gives the same one."""
    from scipy.special import ndtr, ndtri  # here, because all of this room is imported to read a heart rate

    n = sums.shape[1]
    every = np.arange(n)
    others = np.array([np.delete(every, one) for one in every])
    jackknife = statistic(sums[0][others], others) - statistic(sums[1][others], others)
    observed = statistic(sums[0], every) - statistic(sums[1], every)
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


def _permutation_p(
    sums: NDArray[np.float64], statistic: Statistic, random: np.random.RandomState, rounding: float
) -> float:
    """Two-sided p of exchanging each subject's two sums; the observed order counts as one of the exchanges."""
    n = sums.shape[1]
    if 2**n <= RESAMPLES:
        exchanged = (np.arange(2**n)[:, None] >> np.arange(n)) % 2 == 1
    else:
        exchanged = np.vstack([np.zeros((1, n), dtype=bool), random.randint(2, size=(RESAMPLES, n)) == 1])
    a, b = np.where(exchanged, sums[1], sums[0]), np.where(exchanged, sums[0], sums[1])
    differences = np.abs(statistic(a, np.arange(n)) - statistic(b, np.arange(n)))
    return float(np.mean(differences >= differences[0] - rounding))


def _sentence(
    on: str,
    unit: str,
    metric: str,
    names: Sequence[str],
    values: NDArray[Any],
    difference: float,
    interval: Tuple[float, float],
    p_value: float,
    n: int,
) -> str:
    meant = METRICS[metric]
    videos = f"{on}, {names[0]} has an {metric} of {values[0]:.3f} {meant.unit} and {names[1]} one of {values[1]:.3f}"
    low, high = interval if difference >= 0 else (-interval[1], -interval[0])  # of by how much the better one is better
    tested = f"(95% interval {low:+.3f} to {high:+.3f}; permutation test p = {p_value:.2g})"
    if difference == 0:
        return f"{videos}: no difference {tested}."
    judgement = "more than chance explains" if p_value < SIGNIFICANCE else "which chance alone may explain"
    if 2 / 2**n >= SIGNIFICANCE:
        judgement = f"on too few {unit} to tell it from chance"
    better = names[0] if (difference < 0) == meant.less_is_better else names[1]
    return f"{videos}: {better} is better by {abs(difference):.3f} {meant.unit} {tested}, {judgement}."
