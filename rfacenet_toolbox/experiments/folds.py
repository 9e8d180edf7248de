"""Test sets that come in folds: their videos put together, and the folds beside each other."""

from statistics import mean, pstdev
from typing import Dict, List, NamedTuple, Sequence, Tuple

from ..evaluation import VideoScore, summarise
from .grid import seeded
from .run import Run


class FoldRow(NamedTuple):
    """A row of a table over folds: its runs, one for each fold and seed, and the name of its results in them."""

    name: str
    runs: Sequence[Run]
    #: (fold, seed) of each run; the seed is None of what is not trained
    places: Sequence[Tuple[int, object]]
    result: str = ""


class OverFolds(NamedTuple):
    """A metric over folds: its mean and standard deviation (taken with N), lowest and highest; and how many folds."""

    mean: float
    deviation: float
    low: float
    high: float
    folds: int


def fold_row(name, folds, seeds, make_run, result=""):
    """The :class:`FoldRow` of ``make_run(fold)`` for each fold, with each of the seeds; unseeded without any."""
    runs, places = [], []
    for fold in folds:
        its_runs = seeded(make_run(fold), seeds)
        runs += its_runs
        places += [(fold, seed) for seed in (seeds or [None])]
    return FoldRow(name, runs, places, result)


def row_results(row) -> Dict[Tuple[int, object], object]:
    """{(fold, seed): what its run left}, without those that left nothing yet."""
    found = {place: run.result(row.result) for place, run in zip(row.places, row.runs)}
    return {place: result for place, result in found.items() if result is not None}


def summary(results, protocol, wanted):
    """The metrics of ``evaluation.summarise`` over the videos of some results, put together.

    Args:
        results: of folds, whose test sets have no video in common.
        protocol: name of the evaluation protocol.
        wanted: called with a video's name, whether it counts.
    """
    scores: List[VideoScore] = []
    for result in results:
        rates = zip(*result.heart_rates(protocol))
        scores += [VideoScore(0, 0, estimate, truth, None, None) for name, estimate, truth in rates if wanted(name)]
    return summarise(scores, protocol)


def pooled(results, protocol, wanted):
    """[:func:`summary`] of each seed, over all its folds.

    Args:
        results: of :func:`row_results`.
    """
    seeds = dict.fromkeys(seed for _, seed in results)
    return [summary([one for (_, its), one in results.items() if its == seed], protocol, wanted) for seed in seeds]


def over_folds(results, metric, protocol, wanted):
    """The :class:`OverFolds` of a metric, each fold's averaged over its seeds; None where no fold defines it.

    Args:
        results: of :func:`row_results`.
    """
    values = []
    for fold in dict.fromkeys(fold for fold, _ in results):
        of_seeds = [summary([one], protocol, wanted)[metric][0] for (its, _), one in results.items() if its == fold]
        defined = [value for value in of_seeds if value is not None]
        if defined:
            values.append(mean(defined))
    return OverFolds(mean(values), pstdev(values), min(values), max(values), len(values)) if values else None
