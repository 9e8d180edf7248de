"""How much a row's MAE differs from that of the row that the others are measured against, and whether by chance."""

from ..datasets.subjects import subjects_of
from ..evaluation.compare import compare
from ..report.table import Table
from . import pages

_MEANING = (
    "MAE minus {}'s: the difference in bpm, with its 95% interval and the p-value of a paired test. The pairs are the "
    "videos' absolute errors, each averaged over the seeds; a person's videos are resampled and exchanged together."
)
_POWER = "Could be shown: the true difference in bpm that four of five such tests would find."
_COLUMNS = ("difference", "difference_low", "difference_high", "p_value", "videos_compared", "detectable")


def compare_rows(results, reference, protocol):
    """Each row compared with another, on the videos that both have scored, errors averaged over the seeds.

    Args:
        results: {row: its results}.
        reference: the row that the others are compared with.

    Returns:
        {row: :class:`~rfacenet_toolbox.evaluation.compare.Comparison`} of the rows that can be compared.
    """
    if not results.get(reference):
        return {}
    others = pages.absolute_errors(results[reference], protocol)
    comparisons = {}
    for name, its_results in results.items():
        errors = pages.absolute_errors(its_results, protocol) if its_results and name != reference else {}
        shared = [video for video in errors if video in others]
        if len(shared) > 1:
            pair = [errors[video] for video in shared], [others[video] for video in shared]
            comparisons[name] = compare(*pair, names=(name, reference), subjects=_subjects(shared))
    return comparisons


def table(title, comparisons, reference):
    """The :class:`~rfacenet_toolbox.report.table.Table` of comparisons, a row for each."""
    rows = [
        [
            name,
            f"{found.difference:+.2f}",
            f"{found.low:+.2f} to {found.high:+.2f}",
            f"{found.p_value:.2g}",
            f"{found.detectable:.2f}",
            str(found.n),
            str(found.subjects),
        ]
        for name, found in comparisons.items()
    ]
    columns = ["", f"MAE minus {reference}'s", "95% interval", "p", "could be shown", "videos", "people"]
    return Table(title, columns, rows, notes=[_MEANING.format(reference), _POWER])


def record(found, metric):
    """The columns of a comparison, or of None, in the CSV; empty for metrics that are not compared."""
    values = [None] * len(_COLUMNS)
    if found is not None and metric == "MAE":
        values = [found.difference, found.low, found.high, found.p_value, found.n, found.detectable]
    return dict(zip(_COLUMNS, values))


def _subjects(videos):
    """Whom the videos show, where their names tell of two people or more."""
    subjects = subjects_of(videos)
    return subjects if subjects and len(set(subjects)) > 1 else None
