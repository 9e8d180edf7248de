"""``table3.md``, ``table3.csv`` and ``table3.html``: Table 3 as published and as measured, with a test of each row."""

from ..evaluation.compare import compare
from ..report import html
from ..report.table import Cell, Table
from . import pages
from .measured import HEADINGS, absolute_errors, row_results
from .published import table3
from .table3 import DIRECTION, REFERENCE

#: row -> the paper's columns TCU and CTFC
_COLUMNS = {
    "neither": ("×", "×"),
    "CTFC only": ("×", "noise"),
    "TCU only": ("✓", "×"),
    "Stage-1": ("✓", "Stage-1"),
    "Stage-2": ("✓", "Stage-2"),
    "Stage-3": ("✓", "Stage-3"),
}
_SINGLE = "Every run"


def table3_files(rows, sets, protocol, out, host):
    """``{file name: text}`` of the table, whole or not; the arguments are those of :func:`.table2.table2_files`."""
    results = {row.method: row_results(row) for row in rows}
    comparisons = _comparisons(results, protocol)
    published = [table3()[row.method] for row in rows]
    marked = pages.marked_rows(published, list(results.values()), protocol)
    table_rows, records = [], []
    for row, numbers, marks in zip(rows, published, marked):
        cells = pages.number_cells(numbers, results[row.method], protocol, out, marks, html.anchor(_SINGLE))
        tcu, ctfc = _COLUMNS[row.method]
        difference = _difference_cell(row.method, comparisons)
        table_rows.append([row.method, tcu, ctfc, *cells, difference, str(len(results[row.method]))])
        for metric in HEADINGS:
            record = pages.number_record(numbers, results[row.method], metric, protocol, out)
            records.append({"row": row.method, **record, **_difference_record(comparisons.get(row.method), metric)})
    groups = [("", 1), ("", 2), *pages.metric_groups(), ("MAE, less Stage-3's", 1), ("", 1)]
    columns = ["", "TCU", "CTFC", *pages.metric_columns(sets), "difference", "runs"]
    half = f"Train: {DIRECTION[0]} & Test: {DIRECTION[1]}"
    single = pages.every_run(_SINGLE, list(results.items()), protocol, out)
    tables = [Table(half, columns, table_rows, groups), single]
    return pages.files("table3", "Table 3", tables, records, _notes(sets, protocol, host, comparisons), sets)


def _comparisons(results, protocol):
    """{row: Comparison with the reference}, on the videos that both have scored, errors averaged over the seeds."""
    if not results.get(REFERENCE):
        return {}
    reference = absolute_errors(results[REFERENCE], protocol)
    found = {}
    for name, its_results in results.items():
        errors = absolute_errors(its_results, protocol) if its_results and name != REFERENCE else {}
        shared = [video for video in errors if video in reference]
        if len(shared) > 1:
            pair = [errors[video] for video in shared], [reference[video] for video in shared]
            found[name] = compare(*pair, names=(name, REFERENCE))
    return found


def _difference_cell(name, comparisons):
    if name not in comparisons:
        return Cell()
    found = comparisons[name]
    return Cell(f"{found.difference:+.2f}", below=f"{found.low:+.2f} to {found.high:+.2f}, p = {found.p_value:.2g}")


def _difference_record(found, metric):
    values = (None, None, None, None, None)
    if found is not None and metric == "MAE":
        values = (found.difference, found.low, found.high, found.p_value, found.n)
    return dict(zip(("difference", "difference_low", "difference_high", "p_value", "videos_compared"), values))


def _notes(sets, protocol, host, comparisons):
    notes = pages.common_notes(sets, protocol, host)
    notes.append(
        "Difference: MAE of the row less that of Stage-3, in bpm, with its 95% interval and the p-value of a paired "
        "test. Paired are the videos' absolute errors, each averaged over the seeds."
    )
    return notes + [found.sentence for found in comparisons.values()]
