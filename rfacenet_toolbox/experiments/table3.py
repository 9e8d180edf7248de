"""Table 3: rFaceNet without parts of it, trained on PURE and tested on UBFC-rPPG.

Its rows, their runs, and the page ``table3.md``, ``table3.csv`` and ``table3.html``, with a test of each row against
the whole network.
"""

from ..report import html
from ..report.table import Table
from . import differences, pages
from .completeness import PURE, UBFC
from .grid import seeded
from .published import HEADINGS, TABLE3
from .run import Run
from .tables import Row, training_content

DIRECTION = (PURE, UBFC)
#: row -> its config in ``table3/``, top to bottom. The rows have no names in the paper; these are ours.
CONFIGS = {
    "neither": "NEITHER",
    "CTFC only": "CTFC_ONLY",
    "TCU only": "TCU_ONLY",
    "Stage-1": "STAGE1",
    "Stage-2": "STAGE2",
    "Stage-3": "STAGE3",
}
#: the whole network, against which the others are tested
REFERENCE = list(CONFIGS)[-1]
#: row -> (what the paper's columns TCU and CTFC say, {metric: Number})
PUBLISHED = dict(zip(CONFIGS, TABLE3.items()))
_EVERY_RUN = "Every run"


def make_rows(settings):
    """The six :class:`~.tables.Row` s of a :class:`~.tables.TableSettings`, top to bottom."""
    rows = []
    for name, config in CONFIGS.items():
        content = training_content(f"table3/{config}.yaml", DIRECTION, settings)
        run = Run(name, settings.out / config, content, settings.toolbox, name)
        rows.append(Row(name, DIRECTION, seeded(run, settings.seeds)))
    return rows


def make_page(rows, settings):
    """``{file name: text}`` of the table, whole or not."""
    results = {row.name: pages.row_results(row) for row in rows}
    comparisons = differences.compare_rows(results, REFERENCE, settings.protocol)
    published = [PUBLISHED[row.name][1] for row in rows]
    marked = pages.marked_rows(published, list(results.values()), settings.protocol)
    table_rows, records = [], []
    for row, numbers, marks in zip(rows, published, marked):
        its_results = results[row.name]
        cells = pages.number_cells(numbers, its_results, settings, marks, html.anchor(_EVERY_RUN))
        cells += pages.video_cells(numbers, its_results)
        table_rows.append([row.name, *PUBLISHED[row.name][0], *cells, pages.runs_cell(len(its_results), len(row.runs))])
        for metric in (*HEADINGS, "SNR"):
            record = pages.number_record(numbers, its_results, metric, settings)
            records.append({"row": row.name, **record, **differences.record(comparisons.get(row.name), metric)})
    groups = [("", 1), ("", 2), *pages.metric_groups(), ("", 1)]
    columns = ["", "TCU", "CTFC", *pages.metric_columns(settings), "runs"]
    tables = [Table(f"Train: {DIRECTION[0]} & Test: {DIRECTION[1]}", columns, table_rows, groups, narrow=True)]
    if comparisons:
        tables.append(differences.table(f"Compared with {REFERENCE}", comparisons, REFERENCE))
    tables.append(pages.every_run(_EVERY_RUN, list(results.items()), settings))
    return pages.files("table3", "Table 3", tables, records, pages.common_notes(settings), settings.is_synthetic)
