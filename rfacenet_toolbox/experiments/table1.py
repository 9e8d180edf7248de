"""Table 1: VIPL-HR, each method trained on four fifths of the people and tested on the rest, five times.

Its rows, their runs, and the page ``table1.md``, ``table1.csv`` and ``table1.html``. The paper's row of rFaceNet leaves
the scenes of head motion out, and the rows that it is compared with do not; so every method is tested on all scenes,
and scored both ways.
"""

from ..datasets.readers import find_dataset
from ..errors import ConfigError, check_distinct, unknown
from ..evaluation import METRICS, SD_METRICS
from ..report import html
from ..report.table import NOTHING, Cell, Table, marks, plus_minus
from . import kinds, pages
from .completeness import VIPL
from .folds import fold_row, over_folds, pooled, row_results
from .pages import over_seeds_cell
from .published import CONFIG_NAMES, SD_OF_ABSOLUTE_ERRORS, TABLE1, TABLE1_HEADINGS
from .run import Run, overlaid
from .tables import bases, data_content

FOLDS = (1, 2, 3, 4, 5)
PROTOCOL = "vipl"
#: methods as the paper names them -> their config in ``table1/``, top to bottom as in the paper; None of signal methods
CONFIGS = {
    "Tulyakov2016": None,
    "POS": None,
    "CHROM": None,
    "RhythmNet": "RHYTHMNET",
    "ST-Attention": "ST_ATTENTION",
    "NAS-HR": "NASHR",
    "CVD": "CVD",
    "Dual-GAN": "DUALGAN",
    "I3D": "I3D",
    "PhysNet": "PHYSNET",
    "DeepPhys": "DEEPPHYS",
    "AutoHR": "AUTOHR",
    "PhysFormer": "PHYSFORMER",
    "PhysFormer++": "PHYSFORMER_PLUS_PLUS",
    "rFaceNet": "RFACENET",
}
_SIGNAL_CONFIG = "SIGNAL"
#: metric -> the head of its columns
HEADINGS = {"SD": "SD↓", "SD_abs": "SD_abs↓", **{metric: TABLE1_HEADINGS[metric] for metric in pages.HEADINGS}}
_METRICS = {**METRICS, **SD_METRICS}
#: selection of scenes -> (scenes, whether a row of the paper's table has it)
SELECTIONS = {
    "without v2 and v9": ((1, 3, 4, 5, 6, 7, 8), lambda method: method in SD_OF_ABSOLUTE_ERRORS),
    "all scenes": ((1, 2, 3, 4, 5, 6, 7, 8, 9), lambda method: method not in SD_OF_ABSOLUTE_ERRORS),
}
_EVERY_RUN = "Every run"


def method_names(given=None):
    """Names as the paper has them, in the table's order, of names in any spelling; by default all of :data:`CONFIGS`.

    Raises:
        ConfigError: no such method, or one that is named twice; the message says which.
    """
    known = {name.lower(): name for name in CONFIGS}
    for name in given or []:
        if name.lower() not in known:
            raise ConfigError(unknown("The method", name, known.values()))
    check_distinct("--methods", [known[name.lower()] for name in given or []])
    return [name for plain, name in known.items() if not given or plain in map(str.lower, given)]


def make_rows(settings, methods, folds=FOLDS):
    """The :class:`~.folds.FoldRow` s of a :class:`~.tables.TableSettings`, top to bottom.

    Raises:
        ConfigError: a fold that there is not.
    """
    odd = [fold for fold in folds if fold not in FOLDS]
    if odd or len(set(folds)) < len(folds):
        raise ConfigError(f"--folds is {' '.join(map(str, folds))}; expected different numbers of 1 to {len(FOLDS)}.")
    signal = [method for method in methods if CONFIGS[method] is None]
    rows = []
    for method in methods:
        if CONFIGS[method] is None:
            result = CONFIG_NAMES.get(method, method)
            make, seeds = lambda fold: _signal_run(signal, fold, settings), []
        else:
            make, seeds, result = lambda fold, its=method: _training_run(its, fold, settings), settings.seeds, ""
        rows.append(fold_row(method, folds, seeds, make, result))
    return rows


def make_page(rows, settings):
    """``{file name: text}`` of the table, whole or not."""
    results = {row.name: row_results(row) for row in rows}
    tables, records = [], []
    for title, (scenes, is_published) in SELECTIONS.items():
        shown = [name for name in TABLE1 if name in results or is_published(name)]
        published = {name: _published(name) if is_published(name) else {} for name in shown}
        measured = {name: _measured(results.get(name, {}), scenes) for name in shown}
        counts = {row.name: (len(results[row.name]), len(row.runs)) for row in rows}
        tables.append(_selection_table(title, published, measured, counts, settings))
        tables.append(_folds_table(title, {row.name: results[row.name] for row in rows}, scenes))
        for row in rows:
            records += _records(title, row, results[row.name], scenes, published[row.name], measured[row.name])
    tables.append(_every_run(results, settings))
    records = [{**record, "protocol": settings.protocol} for record in records]
    return pages.files("table1", "Table 1", tables, records, _notes(settings), settings.is_synthetic)


def _training_run(method, fold, settings):
    config = CONFIGS[method]
    data = data_content(VIPL, settings)
    content = {"BASE": bases(f"table1/{config}.yaml", settings)}
    for split, part in (("TRAIN", "train"), ("TEST", "test")):
        content[split] = overlaid(data, _of_fold(f"{part} {fold}"))
    name = f"{method}, fold {fold}"
    return Run(name, settings.out / method / f"fold{fold}", content, None, method)


def _signal_run(methods, fold, settings):
    data = overlaid(data_content(VIPL, settings), _of_fold(f"test {fold}"))
    names = [CONFIG_NAMES.get(method, method) for method in methods]
    content = {"BASE": bases(f"table1/{_SIGNAL_CONFIG}.yaml", settings), "UNSUPERVISED": {"METHOD": names, **data}}
    name = ", ".join(methods)
    return Run(f"{name}, fold {fold}", settings.out / "signal" / f"fold{fold}", content, None, name)


def _of_fold(text):
    return {"DATA": {"VIPL_HR": {"FOLD": text}}}


def _published(method):
    """{metric: Number} of the paper's row, its SD under the name of what it is."""
    numbers = dict(TABLE1[method])
    if method in SD_OF_ABSOLUTE_ERRORS:
        numbers["SD_abs"] = numbers.pop("SD")
    return numbers


def _wanted(scenes):
    parts = find_dataset(VIPL).parts
    return lambda video: parts(video).scene in scenes


def _measured(results, scenes):
    """{metric: :class:`~.pages.OverSeeds` of the pooled numbers, or None; "videos": how many were scored}."""
    summaries = pooled(results, PROTOCOL, _wanted(scenes))
    measured = {metric: pages.over_pairs([one[metric] for one in summaries]) for metric in HEADINGS}
    return {"videos": {one["n"] for one in summaries}, **measured}


def _selection_table(title, published, measured, counts, settings):
    rows = {name: [name, kinds.KINDS[name] if counts.get(name, (0, 0))[0] else NOTHING] for name in published}
    columns, groups = ["", "kind"], [("", 2)]
    for metric, heading in HEADINGS.items():
        numbers = [published[name].get(metric) for name in published]
        means = [measured[name][metric] for name in published]
        pair = []
        if any(number is not None for number in numbers):
            shown = zip(numbers, _marks(numbers, metric))
            pair.append([Cell() if one is None else Cell(_as_printed(one), mark=mark) for one, mark in shown])
            columns.append("published")
        hrefs = ["" if mean is None else f"#{html.anchor(_EVERY_RUN)}" for mean in means]
        pair.append(map(over_seeds_cell, means, hrefs, _marks(means, metric)))
        columns.append("synthetic" if settings.is_synthetic else "measured")
        groups.append((heading, len(pair)))
        for row, cells in zip(rows.values(), zip(*pair)):
            row += cells
    for name, row in rows.items():
        row += [pages.span(measured[name]["videos"]), pages.runs_cell(*counts.get(name, (0, 0)))]
    title = title[0].upper() + title[1:]
    return Table(title, [*columns, "videos", "runs"], list(rows.values()), [*groups, ("", 2)], narrow=True)


def _marks(numbers, metric):
    values = [None if number is None else number.value for number in numbers]
    if len(values) - values.count(None) < 2:  # nothing to be better than
        return [""] * len(values)
    return marks(values, _METRICS[metric].less_is_better)


def _as_printed(number):
    return f"{number.value:.1f}" if number.rounding > 0.01 else f"{number.value:.2f}"


def _folds_table(title, results, scenes):
    rows = []
    for name, its_results in results.items():
        spreads = [over_folds(its_results, metric, PROTOCOL, _wanted(scenes)) for metric in HEADINGS]
        cells = [
            Cell() if one is None else Cell(f"{one.mean:.2f} ± {one.deviation:.2f}", below=_range(one))
            for one in spreads
        ]
        folds = max((one.folds for one in spreads if one is not None), default=0)
        rows.append([name, *cells, str(folds)])
    return Table(f"Mean ± standard deviation over the folds: {title}", ["", *HEADINGS.values(), "folds"], rows)


def _range(spread):
    return f"{spread.low:.2f} to {spread.high:.2f}" if spread.folds > 1 else ""


def _every_run(results, settings):
    rows = []
    for name, its_results in results.items():
        for (fold, seed), result in its_results.items():
            href = pages.relative(result.path, settings.out)
            numbers = [Cell(plus_minus(*result.metric(metric, PROTOCOL)), href) for metric in HEADINGS]
            rows.append([name, str(fold), NOTHING if seed is None else str(seed), *numbers, result.scored_of_expected])
    return Table(_EVERY_RUN, ["", "fold", "seed", *HEADINGS.values(), "videos"], rows)


def _records(title, row, results, scenes, published, measured):
    for metric in HEADINGS:
        number, mean = published.get(metric), measured[metric]
        spread = over_folds(results, metric, PROTOCOL, _wanted(scenes))
        values = (None,) * 4 if mean is None else mean[:4]
        folds = (None,) * 5 if spread is None else spread
        yield {
            "scenes": title, "method": row.name, "kind": kinds.KINDS[row.name], "metric": metric,
            "published": None if number is None else number.value,
            **dict(zip(("measured", "measured_se", "lowest", "highest"), values)),
            **dict(zip(("fold_mean", "fold_deviation", "fold_lowest", "fold_highest", "folds"), folds)),
            "videos": max(measured["videos"], default=0),
            "runs": len(results),
        }  # fmt: skip


def _notes(settings):
    return [
        f"Data: {settings.sets[VIPL].description}.",
        "Protocol vipl: a video's heart rate is the mean of Eq. 3 over segments of about 8 s, at the video's own frame "
        "rate; the true one is the mean of its gt_HR.csv. Errors are in beats per minute.",
        "Measured: the videos of all folds put together, value ± standard error over the videos. Over several seeds, "
        "both are means, and the smaller line gives the lowest and the highest value. The folds stand below, each with "
        "one number. The best is in bold and the second best doubly underlined (in Markdown: in italics), among the "
        "published and among the measured numbers.",
        "SD is the standard deviation of the signed errors, SD_abs that of the absolute ones. The paper's row "
        "of rFaceNet has the latter under the name of SD: 4.87² + 5.21² = 7.13². All its other rows have the former.",
        "Scenes: the paper's row of rFaceNet is without the scenes of head motion, v2 and v9; its other rows, which "
        "are quoted, are of all scenes as far as is known. A published number stands where its scenes are. All methods "
        "are tested on all scenes here; rFaceNet is trained without v2 and v9, as in the paper, the others with them.",
        "Published rows without a measured number are quoted only.",
        kinds.note(),
    ]
