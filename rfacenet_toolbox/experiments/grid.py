"""Lists of values for settings -> runs: every combination, each in a folder that is named after its values."""

import itertools
import re

from yacs.config import CfgNode

from ..config import unknown_key_error, yaml_text
from ..config.tree import toolbox_tree
from ..errors import ConfigError, check_distinct
from ..report.table import distinct_ends
from .run import Run, overlaid

SEED_KEY = "MODEL.RFACENET.RUNTIME.SEED"
_SEEDS = range(2**32)  # that NumPy takes


def parse_setting(text):
    """``"TRAIN.LR=1e-3,3e-3"`` -> ``("TRAIN.LR", ["1e-3", "3e-3"])``: values as YAML reads them, lists in brackets.

    Raises:
        ConfigError: no ``KEY=VALUES``, values that are not YAML, or a key that is no setting or may not be set.
    """
    key, equals, values = text.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {text} has no value; expected KEY=VALUE,VALUE,..., such as TRAIN.LR=3e-3,9e-3.")
    _check_key(key)
    try:
        parsed = yaml_text.parse(f"[{values}]", f"--set {text}")
    except ConfigError as error:
        raise ConfigError(
            f"{error} Values are a list with commas between them. Put a value that is a list in brackets, and the "
            f"whole in quotes: --set '{key}=[1.0, 2.0],[3.0, 4.0]'."
        ) from error
    if not parsed or None in parsed:
        raise ConfigError(f"--set {text} has an empty value; expected KEY=VALUE,VALUE,...")
    return key, parsed


def grid(base, settings, seeds, out, toolbox=None):
    """A run for each combination of values, the first setting changing slowest, seeds fastest.

    Args:
        base: absolute path of the config that all inherit from.
        settings: ``[(dotted key, [values])]``.
        seeds: numbers for ``MODEL.RFACENET.RUNTIME.SEED``; empty leaves the base's.
        out: absolute folder; the runs' folders lie below it.
        toolbox: checkout to run in, or None.

    Returns:
        list of :class:`~.run.Run`; ``run.kind`` names the combination without its seed.

    Raises:
        ConfigError: a key is set twice.
    """
    keys = [key for key, _ in settings]
    twice = {key for key in keys if keys.count(key) > 1} | ({SEED_KEY} & set(keys) if seeds else set())
    if twice:
        raise ConfigError(f"{', '.join(sorted(twice))} is set more than once. Give all its values in one place.")
    labels = [".".join(end) for end in distinct_ends([key.split(".") for key in keys])]
    runs, folders = [], set()
    for values in itertools.product(*(values for _, values in settings)):
        content = {"BASE": [str(base)]}
        for key, value in zip(keys, values):
            content = overlaid(content, nested(key, value))
        kind = ", ".join(f"{label}={_shown(value)}" for label, value in zip(labels, values)) or base.stem
        folder = _unused(_folder_name(kind), folders)
        runs += seeded(Run(kind, out / folder, content, toolbox, kind), seeds)
    return runs


def check_seeds(seeds):
    """Refuse seeds of ``--seeds`` that cannot be, or are there more than once.

    Raises:
        ConfigError: with the seed.
    """
    check_distinct("--seeds", seeds)
    for seed in seeds:
        if seed not in _SEEDS:
            raise ConfigError(f"--seeds has {seed}; expected whole numbers from 0 to {_SEEDS[-1]}.")


def seeded(run, seeds):
    """The same run with each of the seeds, below its folder; the run itself where there are none."""
    if not seeds:
        return [run]
    return [
        Run(
            f"{run.name}, seed {seed}",
            run.folder / f"seed{seed}",
            overlaid(run.content, nested(SEED_KEY, seed)),
            run.toolbox,
            run.kind,
        )
        for seed in seeds
    ]


def nested(key, value):
    """``"A.B", 1`` -> ``{"A": {"B": 1}}``."""
    for name in reversed(key.split(".")):
        value = {name: value}
    return value


def _check_key(key):
    tree = node = toolbox_tree()
    for name in key.split("."):
        if not isinstance(node, CfgNode) or name not in node:
            raise unknown_key_error(key, tree, "--set")
        node = node[name]
    if isinstance(node, CfgNode):
        raise ConfigError(f"--set {key} is a group of settings; set one of those below it: {', '.join(node)}.")
    if key in ("LOG.PATH", "BASE"):
        raise ConfigError(f"--set {key} is not allowed: every run has a folder of its own, and one base.")


def _shown(value):
    return str(value).replace("'", "").replace(", ", ",") if isinstance(value, list) else str(value)


def _folder_name(kind):
    return re.sub(r"[^\w.+=,-]+", "_", re.sub(r"[\[\]]", "", kind.replace(", ", ",")))


def _unused(name, taken):
    """The name, with a number where two values differ only in characters that a folder's name does not show."""
    number, unused = 1, name
    while unused in taken:
        number += 1
        unused = f"{name}~{number}"
    taken.add(unused)
    return unused
