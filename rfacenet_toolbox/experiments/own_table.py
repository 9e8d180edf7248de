"""A table of one's own data: any methods, trained on the recordings of one manifest and tested on another's.

Its rows, their runs, and the page ``table.md``, ``table.csv`` and ``table.html``. The recipes are those of Table 2's
first half; there is nothing published beside the numbers.
"""

import os

from ..datasets.manifest_file import manifest_path, read_manifest
from ..errors import DataError
from ..evaluation import METRICS
from ..report import html
from ..report.table import Table, marks
from ..synthetic import is_synthetic
from . import pages, table2
from .completeness import DataFolder
from .grid import seeded
from .published import HEADINGS
from .run import Run
from .tables import Row, bases

TRAIN, TEST = "TRAIN", "TEST"
_EVERY_RUN = "Every run"
_RECIPES = "PURE_UBFC"  # of Table 2's halves, whose configs the runs inherit from
_SIGNAL_CONFIG = "UBFC_UNSUPERVISED.yaml"


def find_sets(train, test):
    """``{"TRAIN": DataFolder, "TEST": DataFolder}`` of two manifests.

    Raises:
        DataError: a manifest that cannot be read, or one for both.
    """
    sets = {split: _look(path) for split, path in ((TRAIN, train), (TEST, test))}
    if os.path.realpath(sets[TRAIN].path) == os.path.realpath(sets[TEST].path):
        raise DataError(
            f"--train and --test are both {test}. A test on recordings of the training says nothing: name two "
            f"manifests, or divide one in a config by MANIFEST.SPLIT or FOLD."
        )
    return sets


def _look(path):
    path = os.path.abspath(path)
    lines = read_manifest(manifest_path(path))
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    return DataFolder(
        os.path.basename(path), path, len(lines), [], is_synthetic(folder), len({one.subject for one in lines})
    )


def make_rows(settings, methods):
    """The :class:`~.tables.Row` s, top to bottom; ``methods`` are names as configs have them."""
    signal = [method for method in methods if method in table2.SIGNAL]
    signal_run = _signal_run(signal, settings)
    direction = (settings.sets[TRAIN].name, settings.sets[TEST].name)
    rows = []
    for method in methods:
        if method in table2.SIGNAL:
            rows.append(Row(method, direction, [signal_run], method))
        else:
            rows.append(Row(method, direction, seeded(_training_run(method, settings), settings.seeds)))
    return rows


def make_page(rows, settings):
    """``{file name: text}`` of the table, whole or not."""
    results = [pages.row_results(row) for row in rows]
    means = {metric: [pages.over_seeds(each, metric, settings.protocol) for each in results] for metric in HEADINGS}
    marked = {
        metric: marks([None if one is None else one.value for one in row], METRICS[metric].less_is_better)
        for metric, row in means.items()
    }
    lines = []
    for index, (row, each) in enumerate(zip(rows, results)):
        href = f"#{html.anchor(_EVERY_RUN)}"
        cells = [pages.over_seeds_cell(means[metric][index], href, marked[metric][index]) for metric in HEADINGS]
        cells += [pages.video_cells(None, each)[1], pages.runs_cell(len(each), len(row.runs))]
        lines.append([table2.title(row.name), *cells])
    train, test = settings.sets[TRAIN], settings.sets[TEST]
    table = Table(f"Train: {train.name} & Test: {test.name}", ["", *HEADINGS.values(), "videos", "runs"], lines)
    named = [(table2.title(row.name), each) for row, each in zip(rows, results)]
    records = [
        {"method": name, **pages.number_record(None, each, metric, settings)}
        for name, each in named
        for metric in HEADINGS
    ]
    notes = [
        f"Data: trained on {train.description}; tested on {test.description}.",
        f"Evaluation protocol {settings.protocol}; in the standalone host.",
        "Value ± standard error over the test videos, both averaged over the seeds; the smaller line gives the lowest "
        "and the highest value of a seed. The best is in bold and the second best doubly underlined (in Markdown: in "
        "italics).",
    ]
    tables = [table, pages.every_run(_EVERY_RUN, named, settings)]
    return pages.files("table", "Own data", tables, records, notes, settings.is_synthetic)


def _training_run(method, settings):
    content = {"BASE": bases(table2.NEURAL[method].format(_RECIPES), settings)}
    content.update({split: _data(split, settings) for split in (TRAIN, "VALID", TEST)})
    content[TEST]["DATA"]["CACHED_PATH"] = _test_cache(settings)
    name = table2.title(method)
    return Run(name, settings.out / name, content, None, name)


def _signal_run(methods, settings):
    data = _data(TEST, settings)
    content = {"BASE": bases(_SIGNAL_CONFIG, settings), "UNSUPERVISED": {"METHOD": methods, **data}}
    return Run(", ".join(methods), settings.out / "signal", content, None, ", ".join(methods))


def _test_cache(settings):
    """The folder for the clips of the tested recordings: one of their own where both manifests have a recording of one
    name, by which clips are told apart."""
    names = [{line.name for line in read_manifest(manifest_path(settings.sets[split].path))} for split in (TRAIN, TEST)]
    return settings.cache if names[0].isdisjoint(names[1]) else os.path.join(settings.cache, "test")


def _data(split, settings):
    path = settings.sets[TEST if split == TEST else TRAIN].path
    return {"DATA": {"DATASET": "Manifest", "DATA_PATH": path, "CACHED_PATH": settings.cache}}
