"""The runs behind Table 2: every method, trained on one data set and tested on the other, both ways."""

from pathlib import Path
from typing import Dict, NamedTuple, Sequence

from ..errors import ConfigError, unknown
from ..hosts.toolbox.install import configs_dir
from .completeness import PURE, UBFC
from .grid import seeded
from .run import Run

DIRECTIONS = ((PURE, UBFC), (UBFC, PURE))
SIGNAL = ("GREEN", "ICA", "CHROM", "LGI", "PBV", "POS", "OMIT")
#: MODEL.NAME -> config of each direction, without the direction
NEURAL = {
    "Tscan": "table2/{}_TSCAN.yaml",
    "Physnet": "table2/{}_PHYSNET.yaml",
    "DeepPhys": "table2/{}_DEEPPHYS.yaml",
    "EfficientPhys": "table2/{}_EFFICIENTPHYS.yaml",
    "rFaceNet": "{}_RFACENET.yaml",
}
#: the paper's rows; OMIT is newer than its table
PAPER = (*SIGNAL[:-1], *NEURAL)
#: what people call the methods, where it is not what configs call them
TITLES = {"Tscan": "TS-CAN", "Physnet": "PhysNet"}
_SHORT = {PURE: "PURE", UBFC: "UBFC"}


class Row(NamedTuple):
    """A method in one direction: its runs, and the name of its results in them."""

    method: str
    direction: Sequence[str]
    runs: Sequence[Run]
    result: str


def method_names(given):
    """Names as configs have them, of names in any spelling.

    Raises:
        ConfigError: no such method; the message lists what there is.
    """
    known = {_plain(name): name for name in (*SIGNAL, *NEURAL)}
    names = []
    for name in given:
        if _plain(name) not in known:
            raise ConfigError(unknown("The method", name, map(title, known.values())))
        names.append(known[_plain(name)])
    return [name for name in known.values() if name in names]


def title(method):
    """What people call a method."""
    return TITLES.get(method, method)


def table2_rows(sets, methods, seeds, out, cache, toolbox=None, extra=None):
    """The rows of both halves of the table, top to bottom.

    Args:
        sets: ``{"PURE": Dataset, "UBFC-rPPG": Dataset}``.
        methods: names as configs have them.
        seeds: of the trained methods.
        out, cache: absolute folders for the runs and for the clips they share.
        toolbox: checkout to run in, or None.
        extra: absolute path of a YAML file whose settings are laid over every config, or None.
    """
    signal_methods = [method for method in methods if method in SIGNAL]
    signal_runs = {name: _signal_run(sets[name], signal_methods, out, cache, toolbox, extra) for name in (PURE, UBFC)}
    rows = []
    for direction in DIRECTIONS:
        for method in methods:
            if method in SIGNAL:
                rows.append(Row(method, direction, [signal_runs[direction[1]]], method))
            else:
                run = _training_run(sets, method, direction, out, cache, toolbox, extra)
                rows.append(Row(method, direction, seeded(run, seeds), ""))
    return rows


def distinct_runs(rows):
    """The runs of the rows, each once, in order."""
    return list({run.folder: run for row in rows for run in row.runs}.values())


def training_content(config, sets, direction, cache, extra):
    """The content of a run's config: a shipped file, the data sets of a direction, and the user's settings."""
    paths = {"TRAIN": direction[0], "VALID": direction[0], "TEST": direction[1]}
    content: Dict = {"BASE": _bases(config, extra)}
    for split, name in paths.items():
        content[split] = {"DATA": {"DATA_PATH": sets[name].path, "CACHED_PATH": str(cache)}}
    return content


def _training_run(sets, method, direction, out, cache, toolbox, extra):
    halves = "_".join(_SHORT[name] for name in direction)
    content = training_content(NEURAL[method].format(halves), sets, direction, cache, extra)
    name = f"{title(method)}, {direction[0]} to {direction[1]}"
    return Run(name, out / halves / title(method), content, toolbox, name)


def _signal_run(dataset, methods, out, cache, toolbox, extra):
    short = _SHORT[dataset.name]
    data = {"DATA_PATH": dataset.path, "CACHED_PATH": str(cache)}
    content = {
        "BASE": _bases(f"{short}_UNSUPERVISED.yaml", extra),
        "UNSUPERVISED": {"METHOD": list(methods), "DATA": data},
    }
    name = f"{', '.join(methods)} on {dataset.name}"
    return Run(name, out / f"{short}_signal", content, toolbox, name)


def _bases(config, extra):
    return [str(Path(configs_dir()) / config), *([] if extra is None else [str(extra)])]


def _plain(name):
    return "".join(character for character in name.lower() if character.isalnum())
