"""The runs of ``rfacenet sweep``."""

import os
from collections import defaultdict
from dataclasses import replace
from hashlib import sha1
from pathlib import Path

from ..config.splits_used import splits_used
from .grid import grid, parse_setting
from .run import SPLITS, overlaid


def default_out(base):
    """Where a sweep of a config writes."""
    return os.path.join("runs", f"sweep_{Path(base).stem}")


def sweep_runs(base, settings, seeds, out, toolbox=None):
    """A run for each combination of values and seed.

    Args:
        base: path of the config that all inherit from.
        settings: texts such as ``"TRAIN.LR=3e-3,9e-3"``.
        seeds: numbers for ``MODEL.RFACENET.RUNTIME.SEED``; empty leaves the base's.
        out: folder for the runs' folders.
        toolbox: checkout to run in; relative paths in the config then start there.

    Raises:
        ConfigError: a key that is no setting, a value of another type, or no such base.
    """
    parsed = [parse_setting(text) for text in settings]
    runs = grid(Path(base).absolute(), parsed, seeds, Path(out).absolute(), toolbox)
    return _with_clips_apart([_anchored(run, toolbox or os.getcwd()) for run in runs])


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
