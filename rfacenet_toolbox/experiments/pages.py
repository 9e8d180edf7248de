"""What the pages of Tables 2 and 3 share: published numbers beside measured ones."""

from ..evaluation import METRICS
from ..report import html
from ..report.table import Cell, Table, csv_text, markdown, marks, plus_minus
from .measured import HEADINGS, figure, figure_cell, metric_cell, relative

#: what a page says first where the recordings are synthetic
SYNTHETIC = (
    "SYNTHETIC recordings: drawn faces and computed pulses. The measured numbers say nothing about people, and nothing "
    "about the published ones, which were measured on the real data sets."
)
_LEGEND = (
    "value ± standard error over the test videos, as the paper prints them. Measured: both averaged over the seeds; "
    "the smaller line has the least and the greatest value of a seed. Best in bold, second best doubly underlined (in "
    "Markdown in italics), among the published and among the measured numbers of a half."
)


def files(name, heading, tables, records, notes, sets):
    """The three files of a page: tables, numbers for machines, and what is to be said about them."""
    synthetic = is_synthetic(sets)
    heading += ", measured on synthetic recordings" if synthetic else ""
    said = [SYNTHETIC] if synthetic else []
    records = [{**record, "synthetic": synthetic} for record in records]
    text = "\n\n".join([f"# {heading}", *(f"**{words}**" for words in said), *map(markdown, tables)])
    text += "\n" + "\n".join(f"- {note}" for note in notes) + "\n"
    sections = [("", "\n".join(html.paragraph(words, said_aloud=True) for words in said))]
    sections += [(table.title, html.table_html(table)) for table in tables]
    sections.append(("How to read this", html.listed(notes)))
    return {f"{name}.md": text, f"{name}.csv": csv_text(records), f"{name}.html": html.page(heading, sections)}


def common_notes(sets, protocol, host):
    """What holds for every number of a page."""
    return [
        f"Data: {'; '.join(one.described for one in sets.values())}.",
        f"Evaluation protocol {protocol}, the same for every measured number; {host}.",
        _LEGEND,
    ]


def number_cells(published, results, protocol, out, marked, anchor):
    """For each metric the published and the measured cell of a row.

    Args:
        published: {metric: Number}, or None where the paper has no such row.
        results: the row's.
        marked: {metric: (mark of the published number, mark of the measured)}.
        anchor: of the table with every run, for numbers that are means over several.
    """
    cells = []
    for metric in HEADINGS:
        mark_published, mark_measured = marked[metric]
        number = None if published is None else published[metric]
        cells.append(Cell(plus_minus(*number), mark=mark_published) if number else Cell())
        href = relative(results[0].path, out) if len(results) == 1 else f"#{anchor}" if results else ""
        cells.append(figure_cell(figure(results, metric, protocol), href, mark_measured))
    return cells


def marked_rows(published, results, protocol):
    """[{metric: (mark of the published number, mark of the measured)}], a dict a row.

    Args:
        published: a dict or None for each row.
        results: a list for each row.
    """
    rows = [{} for _ in results]
    for metric in HEADINGS:
        less_is_better = METRICS[metric].less_is_better
        figures = [figure(each, metric, protocol) for each in results]
        pairs = zip(
            marks([None if each is None else each[metric].value for each in published], less_is_better),
            marks([None if each is None else each.value for each in figures], less_is_better),
        )
        for row, pair in zip(rows, pairs):
            row[metric] = pair
    return rows


def metric_groups():
    """The upper header's words and widths of :func:`number_cells`."""
    return [(heading, 2) for heading in HEADINGS.values()]


def metric_columns(sets):
    """The lower header's words of :func:`number_cells`."""
    return ["published", "synthetic" if is_synthetic(sets) else "measured"] * len(HEADINGS)


def is_synthetic(sets):
    """Whether numbers that were measured on these data sets are to be called synthetic."""
    return any(one.synthetic for one in sets.values())


def every_run(title_, named_results, protocol, out):
    """The table of single runs, each number linked to its file.

    Args:
        named_results: ``[(name, results)]``.
    """
    rows = [
        [
            name,
            "–" if result.seed is None else str(result.seed),
            *(metric_cell(result, metric, protocol, out) for metric in HEADINGS),
            result.videos,
        ]
        for name, results in named_results
        for result in results
    ]
    return Table(title_, ["", "seed", *(heading for heading in HEADINGS.values()), "videos"], rows)


def number_record(published, results, metric, protocol, out):
    """The columns of the CSV that hold numbers."""
    number = (None, None) if published is None else published[metric]
    measured = figure(results, metric, protocol)
    value, error, low, high, seeds, _ = (None, None, None, None, 0, 0) if measured is None else measured
    return {
        "metric": metric, "protocol": protocol, "published": number[0], "published_se": number[1], "measured": value,
        "measured_se": error, "lowest": low, "highest": high, "runs": seeds,
        "results": " ".join(relative(result.path, out) for result in results),
    }  # fmt: skip
