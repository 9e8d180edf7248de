"""``table2.md``, ``table2.csv`` and ``table2.html``: Table 2 as published and as measured."""

from ..report import html
from ..report.table import Table
from . import pages
from .measured import HEADINGS, row_results
from .published import table2
from .table2 import DIRECTIONS, SIGNAL, title


def table2_files(rows, sets, protocol, out, host):
    """``{file name: text}`` of the table, whole or not.

    Args:
        rows: of :func:`~..runs.table2.table2_rows`.
        sets: ``{"PURE": Dataset, "UBFC-rPPG": Dataset}``.
        protocol: name of the evaluation protocol.
        out: the folder that the files will lie in.
        host: where the runs were made, in words.
    """
    notes = pages.common_notes(sets, protocol, host)
    tables, records = [], []
    for direction in DIRECTIONS:
        half = [(row, row_results(row)) for row in rows if row.direction == direction]
        if half:
            tables += _half(half, direction, pages.metric_columns(sets), protocol, out)
            records += [record for row, results in half for record in _records(row, results, protocol, out)]
    return pages.files("table2", "Table 2", tables, records, notes, sets)


def _half(half, direction, number_columns, protocol, out):
    published = [table2()[tuple(direction)].get(row.method) for row, _ in half]
    single = f"Every run, {direction[0]} to {direction[1]}"
    rows = []
    for (row, results), numbers, marked in zip(
        half, published, pages.marked_rows(published, [results for _, results in half], protocol)
    ):
        cells = pages.number_cells(numbers, results, protocol, out, marked, html.anchor(single))
        rows.append([title(row.method), *cells, _runs_done(row, results)])
    columns = ["", *number_columns, "runs"]
    notes = []
    if any(row.method in SIGNAL for row, _ in half):
        notes.append("The signal methods are not trained; they have one run a test set, and no seed.")
    groups = [("", 1), *pages.metric_groups(), ("", 1)]
    table = Table(f"Train: {direction[0]} & Test: {direction[1]}", columns, rows, groups, notes)
    return table, pages.every_run(single, [(title(row.method), results) for row, results in half], protocol, out)


def _runs_done(row, results):
    return str(len(results)) if len(results) == len(row.runs) else f"{len(results)} of {len(row.runs)}"


def _records(row, results, protocol, out):
    published = table2()[tuple(row.direction)].get(row.method)
    named = {"train": row.direction[0], "test": row.direction[1], "method": title(row.method)}
    return [{**named, **pages.number_record(published, results, metric, protocol, out)} for metric in HEADINGS]
