"""What the pages of tables and sweeps share: numbers put together over seeds, the paper's beside the measured ones."""

import os
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from ..evaluation import METRICS
from ..report import html
from ..report.table import NOTHING, Cell, Table, csv_text, markdown, marks, plus_minus
from .published import HEADINGS, video_count

#: what a page says first where the recordings are synthetic
SYNTHETIC = (
    "SYNTHETIC recordings: drawn faces and computed pulses. The measured numbers say nothing about people, and nothing "
    "about the published ones, which were measured on the real data sets."
)
_LEGEND = (
    "value ± standard error over the test videos, as the paper prints them. Measured: both are averaged over the "
    "seeds; the smaller line gives the lowest and the highest value of a seed. The best is in bold and the second best "
    "doubly underlined (in Markdown: in italics), among the published and among the measured numbers of a half."
)
_VIDEOS_LEGEND = (
    "Videos: for a published row, N = (RMSE² - MAE²) / SE(MAE)², the number of videos that its own numbers imply, with "
    "the interval that rounding leaves open where no or several whole numbers lie in it; for a measured row, how many "
    "were scored."
)


class OverSeeds(NamedTuple):
    """A metric over seeds: means of its value and of its standard error, and the lowest and highest value.

    ``seeds`` of the ``results`` define the metric.
    """

    value: float
    error: float
    low: float
    high: float
    seeds: int
    results: int


def row_results(row):
    """What the runs of a :class:`~.tables.Row` left, in its order; those without results are left out.

    Returns:
        list of :class:`~rfacenet_toolbox.evaluation.files.run_folder.Run`.
    """
    found = (run.result(row.result) for run in row.runs)
    return [result for result in found if result is not None]


def over_seeds(results, metric, protocol):
    """The :class:`OverSeeds` of a metric over those results that define it; None where none does."""
    return over_pairs([result.metric(metric, protocol) for result in results])


def over_pairs(pairs):
    """The same of ``(value, error)``, one of each result, whose value is None where the result does not define it."""
    defined = [pair for pair in pairs if pair[0] is not None]
    if not defined:
        return None
    values, errors = zip(*defined)
    return OverSeeds(mean(values), mean(errors), min(values), max(values), len(values), len(pairs))


def over_seeds_cell(measured, href="", mark=""):
    """The cell of an :class:`OverSeeds` or None, with its range where there are several seeds."""
    if measured is None:
        return Cell(NOTHING, href)
    below = f"{measured.low:.2f} to {measured.high:.2f}" if measured.seeds > 1 else ""
    if measured.seeds < measured.results:
        below = f"{below or 'defined'} in {measured.seeds} of {measured.results}"
    return Cell(plus_minus(measured.value, measured.error), href, mark, below)


def metric_cell(result, metric, protocol, page_folder):
    """The cell of one run's metric, linked to its results file."""
    return Cell(plus_minus(*result.metric(metric, protocol)), relative(result.path, page_folder))


def relative(path, page_folder):
    """A link from a page in ``page_folder``."""
    return Path(os.path.relpath(str(path), str(page_folder))).as_posix()


def files(name, heading, tables, records, notes, is_synthetic):
    """The three files of a page: Markdown and HTML with the tables and notes, CSV with the numbers for machines."""
    heading += ", measured on synthetic recordings" if is_synthetic else ""
    warnings = [SYNTHETIC] if is_synthetic else []
    records = [{**record, "synthetic": is_synthetic} for record in records]
    text = "\n\n".join([f"# {heading}", *(f"**{words}**" for words in warnings), *map(markdown, tables)])
    text += "\n" + "\n".join(f"- {note}" for note in notes) + "\n"
    sections = [("", "\n".join(html.paragraph(words, stands_out=True) for words in warnings))]
    sections += [(table.title, html.table_html(table)) for table in tables]
    sections.append(("How to read this", html.listed(notes)))
    return {f"{name}.md": text, f"{name}.csv": csv_text(records), f"{name}.html": html.page(heading, sections)}


def common_notes(settings):
    """What holds for every number of a table's page."""
    return [
        f"Data: {'; '.join(one.description for one in settings.sets.values())}.",
        f"Evaluation protocol {settings.protocol}, the same for every measured number; {settings.host}.",
        _LEGEND,
        _VIDEOS_LEGEND,
    ]


def number_cells(published, results, settings, marked, anchor):
    """For each metric the published and the measured cell of a row.

    Args:
        published: {metric: Number}, or None where the paper has no such row.
        results: the row's.
        settings: :class:`~.tables.TableSettings`.
        marked: {metric: (mark of the published number, mark of the measured)}.
        anchor: of the table with every run, for numbers that are means over several.
    """
    cells = []
    for metric in HEADINGS:
        mark_published, mark_measured = marked[metric]
        cells.append(Cell(plus_minus(*published[metric][:2]), mark=mark_published) if published else Cell())
        href = relative(results[0].path, settings.out) if len(results) == 1 else f"#{anchor}" if results else ""
        cells.append(over_seeds_cell(over_seeds(results, metric, settings.protocol), href, mark_measured))
    return cells


def video_cells(published, results):
    """Two cells with the numbers of videos behind a row: that which the published numbers imply, and those scored.

    Args:
        published, results: as in :func:`number_cells`.
    """
    count = video_count(published) if published else None
    scored = {result.results["videos"]["scored"] for result in results}
    return [NOTHING if count is None else count.text, span(scored)]


def span(numbers):
    """``"8"``, ``"4 to 8"``, or nothing, of a set of numbers."""
    return " to ".join(map(str, sorted({min(numbers), max(numbers)}))) if numbers else NOTHING


def runs_cell(done, count):
    """How many of a row's runs are done."""
    return NOTHING if not count else str(done) if done == count else f"{done} of {count}"


def marked_rows(published, results, protocol):
    """[{metric: (mark of the published number, mark of the measured)}], a dict for each row.

    Args:
        published: a dict or None for each row.
        results: a list for each row.
    """
    rows = [{} for _ in results]
    for metric in HEADINGS:
        less_is_better = METRICS[metric].less_is_better
        measured = [over_seeds(each, metric, protocol) for each in results]
        values = (
            [None if each is None else each[metric].value for each in published],
            [None if each is None else each.value for each in measured],
        )
        for row, *pair in zip(rows, *(marks(each, less_is_better) for each in values)):
            row[metric] = tuple(pair)
    return rows


def metric_groups():
    """The upper header's words and widths of :func:`number_cells` and :func:`video_cells`."""
    return [*((heading, 2) for heading in HEADINGS.values()), ("videos", 2)]


def metric_columns(settings):
    """The lower header's words of :func:`number_cells` and :func:`video_cells`."""
    measured = "synthetic" if settings.is_synthetic else "measured"
    return [*["published", measured] * len(HEADINGS), "published (N)", measured]


def every_run(title, named_results, settings):
    """The table of single runs, each number linked to its file.

    Args:
        named_results: ``[(name, results)]``.
    """
    rows = [
        [
            name,
            "–" if result.seed is None else str(result.seed),
            *(metric_cell(result, metric, settings.protocol, settings.out) for metric in HEADINGS),
            result.scored_of_expected,
        ]
        for name, results in named_results
        for result in results
    ]
    return Table(title, ["", "seed", *HEADINGS.values(), "videos"], rows)


def number_record(published, results, metric, settings):
    """The columns of the CSV that hold numbers; ``published`` may be None, or lack the metric."""
    number = (published or {}).get(metric, (None, None))
    measured = over_seeds(results, metric, settings.protocol)
    value, error, low, high, seeds, _ = (None, None, None, None, 0, 0) if measured is None else measured
    return {
        "metric": metric, "protocol": settings.protocol, "published": number[0], "published_se": number[1],
        "measured": value, "measured_se": error, "lowest": low, "highest": high, "runs": seeds,
        "results": " ".join(relative(result.path, settings.out) for result in results),
        **_count_record(published),
    }  # fmt: skip


def _count_record(published):
    count = video_count(published) if published else None
    numbers = (None, None, None) if count is None else (round(one, 1) for one in count)
    return dict(zip(("published_n", "published_n_low", "published_n_high"), numbers))
