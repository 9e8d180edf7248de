"""Table 2: every method, trained on one data set and tested on the other, both ways.

Its rows, their runs, and the page ``table2.md``, ``table2.csv`` and ``table2.html`` with the paper's numbers beside the
measured ones.
"""

from ..errors import ConfigError, check_distinct, unknown
from ..report import html
from ..report.table import Table
from . import differences, pages
from .completeness import PURE, UBFC
from .grid import seeded
from .published import HEADINGS, TABLE2
from .run import Run
from .tables import Row, bases, data_content, training_content

SIGNAL = ("GREEN", "ICA", "CHROM", "LGI", "PBV", "POS", "OMIT")
#: MODEL.NAME -> config of a direction, whose name stands for {}
NEURAL = {
    "Tscan": "table2/{}_TSCAN.yaml",
    "Physnet": "table2/{}_PHYSNET.yaml",
    "DeepPhys": "table2/{}_DEEPPHYS.yaml",
    "EfficientPhys": "table2/{}_EFFICIENTPHYS.yaml",
    "rFaceNet": "{}_RFACENET.yaml",
    "PhysFormer": "table2/{}_PHYSFORMER.yaml",
}
#: what people call the methods, where it is not what configs call them
_TITLES = {"Tscan": "TS-CAN", "Physnet": "PhysNet"}
#: the method that the others are compared with
REFERENCE = "rFaceNet"
_SHORT = {PURE: "PURE", UBFC: "UBFC"}


def method_names(given=None):
    """Names as configs have them, in the table's order, of names in any spelling; by default the paper's eleven.

    Raises:
        ConfigError: no such method, or one that is named twice; the message says which.
    """
    if not given:
        return list(TABLE2[PURE, UBFC])
    known = {_plain(title(name)): name for name in (*SIGNAL, *NEURAL)}
    for name in given:
        if _plain(name) not in known:
            raise ConfigError(unknown("The method", name, map(title, known.values())))
    wanted = list(map(_plain, given))
    check_distinct("--methods", [title(known[plain]) for plain in wanted])
    return [name for plain, name in known.items() if plain in wanted]


def title(method):
    """What people call a method."""
    return _TITLES.get(method, method)


def make_rows(settings, methods):
    """The :class:`~.tables.Row` s of both halves of the table, top to bottom.

    Args:
        settings: :class:`~.tables.TableSettings`.
        methods: names as configs have them.
    """
    signal_methods = [method for method in methods if method in SIGNAL]
    signal_runs = {name: _signal_run(name, signal_methods, settings) for name in (PURE, UBFC)}
    rows = []
    for direction in TABLE2:
        for method in methods:
            if method in SIGNAL:
                rows.append(Row(method, direction, [signal_runs[direction[1]]], method))
            else:
                rows.append(Row(method, direction, seeded(_training_run(method, direction, settings), settings.seeds)))
    return rows


def make_page(rows, settings):
    """``{file name: text}`` of the table, whole or not."""
    tables, records = [], []
    for direction in TABLE2:
        half = [(row, pages.row_results(row)) for row in rows if row.direction == direction]
        if half:
            compared = differences.compare_rows(
                {title(row.name): each for row, each in half}, REFERENCE, settings.protocol
            )
            main_table, every_run = _half(half, direction, settings)
            tables.append(main_table)
            if compared:
                heading = f"Compared with {REFERENCE}, {direction[0]} to {direction[1]}"
                tables.append(differences.table(heading, compared, REFERENCE))
            tables.append(every_run)
            records += [record for row, each in half for record in _records(row, each, settings, compared)]
    return pages.files("table2", "Table 2", tables, records, pages.common_notes(settings), settings.is_synthetic)


def _training_run(method, direction, settings):
    halves = "_".join(_SHORT[name] for name in direction)
    content = training_content(NEURAL[method].format(halves), direction, settings)
    name = f"{title(method)}, {direction[0]} to {direction[1]}"
    return Run(name, settings.out / halves / title(method), content, settings.toolbox, name)


def _signal_run(dataset, methods, settings):
    short = _SHORT[dataset]
    content = {
        "BASE": bases(f"{short}_UNSUPERVISED.yaml", settings),
        "UNSUPERVISED": {"METHOD": methods, **data_content(dataset, settings)},
    }
    name = f"{', '.join(methods)} on {dataset}"
    return Run(name, settings.out / f"{short}_signal", content, settings.toolbox, name)


def _half(half, direction, settings):
    """The table of a direction, and that of its single runs."""
    published = [TABLE2[direction].get(row.name) for row, _ in half]
    every_run = f"Every run, {direction[0]} to {direction[1]}"
    marked = pages.marked_rows(published, [results for _, results in half], settings.protocol)
    rows = []
    for (row, results), numbers, marks in zip(half, published, marked):
        cells = pages.number_cells(numbers, results, settings, marks, html.anchor(every_run))
        cells += pages.video_cells(numbers, results)
        rows.append([title(row.name), *cells, pages.runs_cell(len(results), len(row.runs))])
    notes = []
    if any(row.name in SIGNAL for row, _ in half):
        notes.append("The signal methods are not trained; they have one run per test set, and no seed.")
    columns = ["", *pages.metric_columns(settings), "runs"]
    groups = [("", 1), *pages.metric_groups(), ("", 1)]
    table = Table(f"Train: {direction[0]} & Test: {direction[1]}", columns, rows, groups, notes)
    return table, pages.every_run(every_run, [(title(row.name), results) for row, results in half], settings)


def _records(row, results, settings, compared):
    published = TABLE2[row.direction].get(row.name)
    named = {"train": row.direction[0], "test": row.direction[1], "method": title(row.name)}
    return [
        {
            **named,
            **pages.number_record(published, results, metric, settings),
            **differences.record(compared.get(title(row.name)), metric),
        }
        for metric in (*HEADINGS, "SNR")
    ]


def _plain(name):
    return "".join(character for character in name.lower() if character.isalnum())
