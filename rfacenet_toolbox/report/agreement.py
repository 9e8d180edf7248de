"""The numbers behind Fig. 3 and Fig. 4: when a curve settles, and how far estimated and true heart rates agree.

Numbers in, numbers out; drawing is in :mod:`.figures`.
"""

from typing import NamedTuple

import numpy as np

from ..errors import EvaluationError

#: The paper's band around the true heart rate (section 4.4), in bpm.
PAPER_BAND_BPM = 8.0
#: Two points always have the same limits about their mean, whatever they are.
MIN_VIDEOS = 3
_Z_95 = 1.96


class BlandAltman(NamedTuple):
    """Agreement of two measurements of the same heart rates, all in bpm."""

    bias: float  #: mean of estimate minus truth
    sd: float  #: standard deviation of the differences, taken with N - 1
    lower: float  #: limits of agreement, bias -+ 1.96 sd: 95 % of differences lie between them if they are normal
    upper: float
    n: int


def bland_altman(estimate_bpm, truth_bpm):
    """Bias and limits of agreement (Bland and Altman 1986), of the data as they are.

    Args:
        estimate_bpm, truth_bpm: (N,) heart rates of the same videos, N of :data:`MIN_VIDEOS` or more.

    Raises:
        EvaluationError: other lengths, too few videos, or a heart rate that is not finite.
    """
    estimate, truth = _pair(estimate_bpm, truth_bpm)
    difference = estimate - truth
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    return BlandAltman(bias, sd, bias - _Z_95 * sd, bias + _Z_95 * sd, len(difference))


def within(estimate_bpm, truth_bpm, band_bpm=PAPER_BAND_BPM):
    """How many estimates lie at most ``band_bpm`` from the truth."""
    difference = np.subtract(estimate_bpm, truth_bpm)
    return int(np.count_nonzero(np.abs(difference) <= band_bpm))


def epoch_of_share(values, share=0.9):
    """Index of the first value that has made ``share`` of the way from the first value to the last.

    Args:
        values: (N,) one number an epoch, rising or falling.

    Returns:
        The index, or None where there is no such way: fewer than 3 values, one that is not finite, or a last value
        equal to the first.
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 3 or not np.isfinite(values).all() or values[-1] == values[0]:
        return None
    made = (values - values[0]) / (values[-1] - values[0])
    return int(np.flatnonzero(made >= share)[0])


def _pair(estimate_bpm, truth_bpm):
    estimate, truth = np.asarray(estimate_bpm, dtype=float), np.asarray(truth_bpm, dtype=float)
    if estimate.shape != truth.shape or estimate.ndim != 1:
        raise EvaluationError(
            f"there are {estimate.shape} estimated and {truth.shape} true heart rates; expected one of each a video."
        )
    if len(estimate) < MIN_VIDEOS:
        raise EvaluationError(f"there are {len(estimate)} scored videos; limits of agreement want {MIN_VIDEOS}.")
    if not (np.isfinite(estimate).all() and np.isfinite(truth).all()):
        raise EvaluationError("a heart rate is not finite; leave such videos out and say how many they are.")
    return estimate, truth
