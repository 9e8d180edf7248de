"""What the paper's tables share: data sets, rows of runs, and a page."""

import os
from pathlib import Path
from typing import Dict, NamedTuple, Optional, Sequence

from ..errors import ConfigError, unknown
from ..evaluation import get_protocol
from ..hosts.toolbox.host import revision
from ..hosts.toolbox.install import configs_dir
from ..runtime.files import check_writable
from . import command
from .completeness import DataFolder
from .grid import check_seeds
from .reuse import reuse
from .run import Run


class TableSettings(NamedTuple):
    """What a table is made from.

    Attributes:
        sets: ``{name of a data set: DataFolder}``.
        seeds: of the trained methods.
        protocol: name of the evaluation protocol.
        out, cache: absolute folders for the runs and for the clips they share.
        toolbox: checkout to run in, or None.
        extra_configs: absolute paths of YAML files, whose settings are laid over every config in this order, and of
            folders of them, each of whose files is laid over the config of its name.
    """

    sets: Dict[str, DataFolder]
    seeds: Sequence[int]
    protocol: str
    out: Path
    cache: str
    toolbox: Optional[str] = None
    extra_configs: Sequence[str] = ()

    @property
    def is_synthetic(self):
        """Whether what is measured has to be called synthetic."""
        return any(one.is_synthetic for one in self.sets.values())

    @property
    def host(self):
        """Where the runs are made, in words."""
        if self.toolbox is None:
            return "in the standalone host"
        return f"in the rPPG-Toolbox ({revision(self.toolbox)})"


class Row(NamedTuple):
    """A row of a table: its runs, which differ in their seeds, and the name of its results in them."""

    name: str
    direction: Sequence[str]  #: (train set, test set)
    runs: Sequence[Run]
    result: str = ""


def make_table(args, name, find_sets, make_rows, make_page):
    """A table of the paper: check the data sets, make the runs, write the page; the command's exit status.

    Args:
        args: with the options of ``rfacenet table1``, ``table2`` and ``table3``.
        name: of the table's files, and of its folder below ``runs`` by default.
        find_sets: ``() -> {name: DataFolder}``, which checks that the data sets are there.
        make_rows: ``(TableSettings) -> [Row]``.
        make_page: ``([Row], TableSettings) -> {file name: text}``.

    Raises:
        ConfigError, DataError, EvaluationError: an option that makes no sense, data sets that are not whole, settings
            that cannot be run; nothing was started.
    """
    toolbox = command.checkout(args)
    out = os.path.abspath(args.out or os.path.join("runs", name if toolbox is None else f"{name}_toolbox"))
    extra_configs = [os.path.abspath(path) for path in args.config]
    _check_options(args, out, extra_configs)
    sets = find_sets()
    for one in sets.values():
        print(one.description)
    settings = TableSettings(
        sets=sets,
        seeds=args.seeds,
        protocol=args.protocol,
        out=Path(out),
        cache=os.path.abspath(args.cache or os.path.join(out, "clips")),
        toolbox=toolbox,
        extra_configs=extra_configs,
    )
    rows, taken = make_rows(settings), {}
    if args.reuse:
        rows, taken = reuse(rows, args.reuse)
        print(f"{len(taken)} runs are taken from {args.reuse}: {'; '.join(taken) or 'none has the same settings'}")
    runs = list({run.folder: run for row in rows for run in row.runs}.values())
    command.check_protocol(runs, args.protocol)
    reasons = list(command.refused([run for run in runs if run.folder not in taken.values()]).values())
    if reasons:
        raise ConfigError(reasons[0])
    outcomes = command.execute(runs, out, args.jobs, args.slurm)
    command.write_files(out, make_page(rows, settings))
    return command.report_failures(outcomes)


def training_content(config, direction, settings):
    """The content of a run's config: a shipped file, the data sets of a direction, and the user's settings."""
    sets = {"TRAIN": direction[0], "VALID": direction[0], "TEST": direction[1]}
    return {"BASE": bases(config, settings), **{split: data_content(name, settings) for split, name in sets.items()}}


def data_content(name, settings):
    """The part of a config that says where a data set and its clips lie."""
    return {"DATA": {"DATA_PATH": settings.sets[name].path, "CACHED_PATH": settings.cache}}


def bases(config, settings):
    """``BASE`` of a run's config: a shipped file, and the user's, which win."""
    shipped = Path(configs_dir()) / config
    found = [shipped]
    for path in map(Path, settings.extra_configs):
        if not path.is_dir():
            found.append(path)
        elif (path / shipped.name).is_file():
            found.append(path / shipped.name)
    return list(map(str, found))


def _check_options(args, out, extra_configs):
    """What can be said of the options before any data set is looked at."""
    check_seeds(args.seeds)
    get_protocol(args.protocol)
    command.check_launch(args.jobs, args.slurm)
    check_writable("--out", out)
    if args.cache:
        check_writable("--cache", args.cache)
    for path in extra_configs:
        if not os.path.exists(path):
            raise ConfigError(f"--config names {path}, and there is nothing. Name a YAML file, or a folder of them.")
        if os.path.isdir(path):
            _check_names(path)


def _check_names(folder):
    """A file that would be laid over nothing is a mistake.

    Raises:
        ConfigError: no shipped config has the file's name; or there are no files.
    """
    known = sorted({path.name for path in Path(configs_dir()).rglob("*.yaml") if "BASE" not in path.stem})
    names = sorted(path.name for path in Path(folder).glob("*.yaml"))
    if not names:
        raise ConfigError(f"--config names the folder {folder}, which holds no .yaml files. Name another, or a file.")
    for name in names:
        if name not in known:
            raise ConfigError(
                f"{unknown(f'A config in {folder}', name, known)} Give it the name of the one to lay it over."
            )
