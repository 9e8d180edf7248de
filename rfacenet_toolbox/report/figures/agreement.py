"""Fig. 4: predicted and true BVP with their peaks, Bland-Altman, and estimated against true heart rate.

First the numbers behind the figures, then the figures.
"""

from collections import Counter
from typing import NamedTuple

import numpy as np
from scipy.signal import find_peaks

from ...errors import EvaluationError
from .style import BLACK, BLUE, COLUMN, GREY, PAGE, SKY, VERMILION, explain, new_figure, styled

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


def within(estimate_bpm, truth_bpm):
    """How many estimates lie at most :data:`PAPER_BAND_BPM` from the truth."""
    difference = np.subtract(estimate_bpm, truth_bpm)
    return int(np.count_nonzero(np.abs(difference) <= PAPER_BAND_BPM))


@styled
def signals(prediction, label, fs_hz, title="", seconds=12.0):
    """Fig. 4a: predicted and true BVP of one video, z-scored, with the peaks that heart rates are counted from.

    Args:
        prediction, label: (N,) outputs of :func:`rfacenet_toolbox.evaluation.prepare`: integrated where the network
            predicts a derivative, detrended and filtered, as they are scored.
        fs_hz: samples per second.
        title: which video, and why this one.
        seconds: how much is drawn, from the middle of the video.

    Returns:
        A :class:`matplotlib.figure.Figure`; one that says why where there is nothing to draw.
    """
    for signal, what in ((prediction, "predicted"), (label, "true")):
        if len(signal) < 2 or not np.isfinite(signal).all():
            return explain("Fig. 4a", f"the {what} BVP is empty or not finite")
        if np.ptp(signal) == 0:
            return explain("Fig. 4a", f"the {what} BVP does not vary")
    count = min(len(label), int(seconds * fs_hz))
    first = (len(label) - count) // 2
    figure = new_figure(PAGE, 1.9)
    axes = figure.subplots()
    drawn = (("true", label, BLACK, "-", "o"), ("predicted", prediction, VERMILION, "--", "x"))
    for name, signal, colour, line, marker in drawn:
        wave = (signal - np.mean(signal)) / np.std(signal)
        wave = wave[first : first + count]
        time_s = (first + np.arange(count)) / fs_hz
        peaks, _ = find_peaks(wave)
        axes.plot(time_s, wave, line, color=colour, label=f"{name}, {len(peaks)} peaks")
        axes.plot(time_s[peaks], wave[peaks], marker, color=colour, markersize=4)
    axes.set_xlabel("time (s)")
    axes.set_ylabel("BVP (z-score)")
    axes.set_xlim(time_s[0], time_s[-1])
    axes.set_title(title, loc="left")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncol=2, borderaxespad=0.1)
    return figure


@styled
def bland_altman_plot(estimate_bpm, truth_bpm):
    """Fig. 4b: difference against mean of estimated and true heart rate, with bias and limits of agreement.

    The statistics are those of the data. No point is moved: videos at one place are one larger point.

    Args:
        estimate_bpm, truth_bpm: (N,) heart rates of the same videos.

    Returns:
        A :class:`matplotlib.figure.Figure`; one that says why where there is nothing to draw.
    """
    try:
        result = bland_altman(estimate_bpm, truth_bpm)
    except EvaluationError as error:
        return explain("The Bland-Altman plot", str(error).rstrip("."))
    estimate, truth = np.asarray(estimate_bpm, float), np.asarray(truth_bpm, float)
    figure = new_figure(COLUMN, 2.6)
    axes = figure.subplots()
    _points(axes, (estimate + truth) / 2, estimate - truth)
    lines = (
        (result.upper, f"+1.96 SD: {result.upper:.2f}", "--"),
        (result.bias, f"bias: {result.bias:.2f}", "-"),
        (result.lower, f"-1.96 SD: {result.lower:.2f}", "--"),
    )
    for value, _, line in lines:
        axes.axhline(value, color=VERMILION, linestyle=line, linewidth=1.0)
    _room_around(axes, [result.lower, result.upper, *(estimate - truth)])
    if result.sd == 0:
        _annotate(axes, result.bias, f"all {result.n} differences are {result.bias:.2f} bpm")
    else:
        for value, text, _ in lines:
            _annotate(axes, value, text)
    axes.set_xlabel("mean of estimated and true heart rate (bpm)")
    axes.set_ylabel("estimated − true (bpm)")
    return figure


@styled
def scatter(estimate_bpm, truth_bpm):
    """Fig. 4c: estimated against true heart rate, the line of equality, and the paper's band of 8 bpm around it.

    Arguments and returns as :func:`bland_altman_plot`.
    """
    estimate, truth = np.asarray(estimate_bpm, float), np.asarray(truth_bpm, float)
    if not len(truth) or not (np.isfinite(estimate).all() and np.isfinite(truth).all()):
        return explain("Fig. 4c", "there is no video with an estimated and a true heart rate")
    figure = new_figure(COLUMN, 2.9)
    axes = figure.subplots()
    low = min(estimate.min(), truth.min()) - 1.25 * PAPER_BAND_BPM
    high = max(estimate.max(), truth.max()) + 1.25 * PAPER_BAND_BPM
    ends = np.array([low, high])
    label = f"within {PAPER_BAND_BPM:g} bpm: {within(estimate, truth)} of {len(truth)} videos"
    axes.fill_between(
        ends, ends - PAPER_BAND_BPM, ends + PAPER_BAND_BPM, color=SKY, alpha=0.3, linewidth=0, label=label
    )
    axes.plot(ends, ends, color=GREY, linewidth=0.8)
    _points(axes, truth, estimate)
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    axes.set_aspect("equal")
    axes.set_xlabel("true heart rate (bpm)")
    axes.set_ylabel("estimated heart rate (bpm)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), borderaxespad=0.1)
    return figure


def _points(axes, x, y):
    """A point for each place; its area is the number of videos there, which the heart rates' grid makes frequent."""
    places = Counter(zip(np.round(x, 6), np.round(y, 6)))
    across, up = np.array(list(places)).T
    counts = np.array(list(places.values()))
    axes.scatter(across, up, s=14 * counts, color=BLUE, alpha=0.65, linewidths=0, zorder=3)
    if counts.max() > 1:
        note = f"larger points: up to {counts.max()} videos at one place"
        axes.text(0.02, 0.02, note, transform=axes.transAxes, fontsize=7, color=GREY)


def _room_around(axes, values):
    low, high = min(values), max(values)
    room = max(0.3 * (high - low), 1.0)
    axes.set_ylim(low - room, high + room)


def _annotate(axes, value, text):
    axes.annotate(
        text, (1, value), (-2, 2), xycoords=("axes fraction", "data"), textcoords="offset points",
        ha="right", va="bottom", fontsize=7, color=VERMILION,
    )  # fmt: skip


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
