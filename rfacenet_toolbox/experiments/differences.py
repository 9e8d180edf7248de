"""How a row's errors and SNR differ from those of the row that it is measured against, and whether by chance.

The MAE is what people ask for, but a few videos that a method fails on can hold all of it. The SNR differs in every
video, so that it tells smaller differences from chance.
"""

from statistics import mean

from ..datasets.subjects import subjects_of
from ..evaluation import METRICS
from ..evaluation.compare import compare
from ..report.table import Cell, Table

_NOTES = (
    "Minus {}'s: each method's number less that one's, with its 95% interval and the p-value of a paired test. MAE is "
    "of the heart rates: less is better. SNR, the signal-to-noise ratio at the true heart rate, is of the waveforms: "
    "more is better. The pairs are the videos' absolute errors or SNRs, averaged over the seeds; a person's videos "
    "are resampled and exchanged together. Interval and p-value say what testing these trained networks on "
    "other people would change; what other seeds would change shows only in the spread of the seeds. The p-values "
    "are not corrected for the number of rows.",
    "Could be shown: the true difference that four of five such tests, with these seeds, would find.",
)
#: metric -> {video: number} of a run and a protocol
_PER_VIDEO = {
    "MAE": lambda result, protocol: result.absolute_errors(protocol),
    "SNR": lambda result, protocol: result.snrs_db(protocol),
}
_COLUMNS = ("difference", "difference_low", "difference_high", "p_value", "videos_compared", "detectable")
COMPARED = tuple(_PER_VIDEO)


def compare_rows(results, reference, protocol):
    """Each row compared with another, on the videos that both have scored, numbers averaged over the seeds.

    Args:
        results: {row: its results}.
        reference: the row that the others are compared with.

    Returns:
        {row: {"MAE" or "SNR": :class:`~rfacenet_toolbox.evaluation.compare.Comparison`}} of the rows that can be
        compared.

    Raises:
        DataError: a ``per_video.csv`` is not there.
    """
    if not results.get(reference):
        return {}
    found = {}
    for name, its_results in results.items():
        pairs = {} if name == reference else _pairs(its_results, results[reference], protocol)
        if pairs:
            found[name] = {
                metric: compare(a, b, metric=metric, names=(name, reference), subjects=_subjects(videos))
                for metric, (videos, a, b) in pairs.items()
            }
    return found


def _pairs(results, others, protocol):
    """{metric: (videos, numbers of the first, numbers of the others)} where two videos or more have both."""
    pairs = {}
    for metric in COMPARED if results else ():
        first, second = (_over_seeds(each, metric, protocol) for each in (results, others))
        videos = [video for video in first if video in second]
        if len(videos) > 1:
            pairs[metric] = videos, [first[video] for video in videos], [second[video] for video in videos]
    return pairs


def _over_seeds(results, metric, protocol):
    """{video: the mean over the results} of the videos that all have."""
    each = [_PER_VIDEO[metric](result, protocol) for result in results]
    shared = set(each[0]).intersection(*each[1:])
    return {video: mean(numbers[video] for numbers in each) for video in sorted(shared)}


def table(title, comparisons, reference):
    """The :class:`~rfacenet_toolbox.report.table.Table` of :func:`compare_rows`, a row for each."""
    rows = []
    for name, found in comparisons.items():
        cells = [cell for metric in COMPARED for cell in _cells(found.get(metric))]
        largest = max(found.values(), key=lambda one: one.n)
        rows.append([name, *cells, str(largest.n), str(largest.subjects)])
    columns = ["", *[f"minus {reference}'s", "p", "could be shown"] * len(COMPARED), "videos", "people"]
    groups = [("", 1), *((f"{metric}, {METRICS[metric].unit}", 3) for metric in COMPARED), ("", 2)]
    return Table(title, columns, rows, groups, [note.format(reference) for note in _NOTES])


def _cells(found):
    if found is None:
        return [Cell()] * 3
    interval = f"{found.low:+.2f} to {found.high:+.2f}"
    return [Cell(f"{found.difference:+.2f}", below=interval), f"{found.p_value:.2g}", f"{found.detectable:.2f}"]


def record(comparisons, metric):
    """The columns of a row's comparison in the CSV; empty for metrics that are not compared, and for None."""
    found = (comparisons or {}).get(metric)
    values = [None] * len(_COLUMNS)
    if found is not None:
        values = [found.difference, found.low, found.high, found.p_value, found.n, found.detectable]
    return dict(zip(_COLUMNS, values))


def _subjects(videos):
    """Whom the videos show, where their names tell of two people or more."""
    subjects = subjects_of(videos)
    return subjects if subjects and len(set(subjects)) > 1 else None
