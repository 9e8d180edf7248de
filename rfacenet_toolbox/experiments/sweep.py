"""``rfacenet sweep``: a config with every combination of some settings' values.

Its runs, and the page ``sweep.md`` and ``sweep.csv`` with what each of them scored.
"""

import os
from collections import defaultdict
from dataclasses import replace
from hashlib import sha1
from pathlib import Path

from ..config.splits_used import splits_used
from ..errors import ConfigError
from ..evaluation import METRICS
from ..report.table import Cell, Table, csv_text, markdown
from .completeness import reads_synthetic
from .grid import SEED_KEY, check_seeds, grid, parse_setting
from .pages import metric_cell, over_seeds, over_seeds_cell, relative
from .run import SPLITS, overlaid

_SYNTHETIC = "Synthetic recordings: drawn faces and computed pulses. The numbers say nothing about people."


def default_out(base):
    """Where a sweep of a config writes."""
    return os.path.join("runs", f"sweep_{Path(base).stem}")


def make_runs(base, settings, seeds, out, toolbox=None):
    """A run for each combination of values and seed.

    Args:
        base: path of the config that all inherit from.
        settings: texts such as ``"TRAIN.LR=3e-3,9e-3"``.
        seeds: numbers for ``MODEL.RFACENET.RUNTIME.SEED``; empty leaves the base's.
        out: folder for the runs' folders.
        toolbox: checkout to run in; relative paths in the config then start there.

    Raises:
        ConfigError: a key that is no setting, a value of another type, a value or a seed that is there twice, or no
            such base.
    """
    check_seeds(seeds)
    parsed = [parse_setting(text) for text in settings]
    runs = grid(Path(base).absolute(), parsed, seeds, Path(out).absolute(), toolbox)
    runs = _with_clips_apart([_anchored(run, toolbox or os.getcwd()) for run in runs])
    _check_different(runs, [key for key, _ in parsed])
    return runs


def _check_different(runs, keys):
    """Refuse values that are one and the same once they are read, such as 1e-3 and 0.001.

    Raises:
        ConfigError: with the two.
    """
    first = {}
    for run in runs:
        values = [_value(run.config, key) for key in (*keys, SEED_KEY)]
        other = first.setdefault(repr(values), run)
        if other is not run:
            raise ConfigError(f"{other.name} and {run.name} are the same run. Give each value of --set once.")


def _value(config, key):
    for name in key.split("."):
        config = config[name]
    return config


def make_page(runs, protocol, out):
    """``{file name: text}`` of a sweep, finished or not.

    Args:
        runs: list of :class:`~.run.Run`.
        protocol: name of the evaluation protocol.
        out: the folder that the files will lie in.
    """
    results = [(run, name, run.result(name)) for run in runs for name in run.results]
    notes = [f"Evaluation protocol {protocol}; ± is the standard error over the test videos."]
    if any(reads_synthetic(run.config) for run in runs):
        notes.append(_SYNTHETIC)
    headers = [f"{name} ({metric.unit})" if metric.unit else name for name, metric in METRICS.items()]
    rows = []
    for run, name, result in results:
        title = f"{run.name}, {name}" if name else run.name
        if result is None:
            rows.append([title, *[Cell()] * len(METRICS), "not done"])
            continue
        cells = [metric_cell(result, metric, protocol, out) for metric in METRICS]
        rows.append([title, *cells, result.scored_of_expected])
    tables = [Table("Runs", ["run", *headers, "videos"], rows, notes=notes), *_over_seeds(results, headers, protocol)]
    records = [_record(run, name, result, protocol, out) for run, name, result in results]
    return {"sweep.md": "\n".join(map(markdown, tables)), "sweep.csv": csv_text(records)}


def _anchored(run, root):
    """The run with absolute paths, so that it means the same whatever folder it is started from."""
    changes = {}
    for split in SPLITS:
        data = run.config[split].DATA
        folder, name = os.path.split(data.CACHED_PATH)
        paths = {"DATA_PATH": data.DATA_PATH, "CACHED_PATH": folder if name == data.EXP_DATA_NAME else data.CACHED_PATH}
        changes[split] = {"DATA": {key: os.path.join(root, path) for key, path in paths.items() if path}}
    if run.config.INFERENCE.MODEL_PATH:
        changes["INFERENCE"] = {"MODEL_PATH": os.path.join(root, run.config.INFERENCE.MODEL_PATH)}
    return replace(run, content=overlaid(run.content, changes))


def _with_clips_apart(runs):
    """The runs, none of which finds clips of other recordings, or clips made otherwise, in its cache.

    The toolbox's name for a cache leaves open where the recordings lie, and some of the preprocessing. Where that is
    what is varied, the clips of each variant are in a folder of their own below ``CACHED_PATH``.
    """
    origins = defaultdict(set)
    for run in runs:
        for data in _preprocessed(run).values():
            origins[data.CACHED_PATH].add(_origin(data))
    apart = []
    for run in runs:
        changes = {
            split: {"DATA": {"CACHED_PATH": os.path.join(os.path.dirname(data.CACHED_PATH), _origin(data))}}
            for split, data in _preprocessed(run).items()
            if len(origins[data.CACHED_PATH]) > 1
        }
        apart.append(replace(run, content=overlaid(run.content, changes)))
    return apart


def _preprocessed(run):
    """{split: its ``DATA`` node}, of the splits whose clips a run makes."""
    nodes = {split: run.config[split].DATA for split in splits_used(run.config)}
    return {split: data for split, data in nodes.items() if data.DO_PREPROCESS}


def _origin(data):
    """A name for where clips come from and how they are made."""
    return sha1(f"{data.DATA_PATH} {data.PREPROCESS!r}".encode()).hexdigest()[:8]


def _over_seeds(results, headers, protocol):
    """A table of means over the runs that differ in their seed only, where there are such runs."""
    kinds = defaultdict(list)
    for run, name, result in results:
        if result is not None:
            kinds[f"{run.kind}, {name}" if name else run.kind].append(result)
    if all(len(same) < 2 for same in kinds.values()):
        return []
    rows = [
        [kind, *(over_seeds_cell(over_seeds(same, metric, protocol)) for metric in METRICS), str(len(same))]
        for kind, same in kinds.items()
    ]
    notes = ["Mean over the seeds of the metric and of its standard error; in parentheses the lowest and the highest."]
    return [Table("Over seeds", ["setting", *headers, "seeds"], rows, notes=notes)]


def _record(run, name, result, protocol, out):
    record = {"run": run.name, "setting": run.kind, "method": name, "protocol": protocol, "done": result is not None}
    record["seed"] = run.config.MODEL.RFACENET.RUNTIME.SEED
    for metric in METRICS:
        value, error = (None, None) if result is None else result.metric(metric, protocol)
        record.update({metric: value, f"{metric}_se": error})
    videos = {} if result is None else result.results["videos"]
    record.update(videos_scored=videos.get("scored"), videos_expected=videos.get("expected"))
    record["results"] = None if result is None else relative(result.path, out)
    return record
