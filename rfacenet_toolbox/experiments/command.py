"""How a command goes about its runs: checks, shared preprocessing, execution, what failed."""

import os
import re
from pathlib import Path

from .. import config as configuration
from ..errors import ConfigError, RFaceNetError
from ..evaluation import get_protocol
from ..hosts.base import revision
from ..hosts.toolbox.install import check_checkout
from ..methods import registry
from ..runtime.files import write_text
from .completeness import check_datasets
from .local import LocalLauncher
from .scheduler import drive
from .shared_clips import prepare
from .table2 import distinct_runs

_LINK = re.compile(r"\[([^][]*)\]\([^()]*\)")


def checkout(args):
    """Absolute path of the checkout to run in, or None for the standalone host.

    Raises:
        ConfigError: --host and --toolbox do not fit each other.
        InstallError: no checkout there.
    """
    host = getattr(args, "host", None)
    if host == "toolbox" and args.toolbox is None:
        raise ConfigError("--host toolbox needs the checkout to run in: add --toolbox DIR.")
    if host == "standalone" and args.toolbox is not None:
        raise ConfigError("--host standalone and --toolbox exclude each other. Leave one of them out.")
    return None if args.toolbox is None else check_checkout(args.toolbox)


def refused(runs):
    """{run's folder: why its settings cannot be run}, of runs whose keys are all there.

    Raises:
        ConfigError: an unknown key, or a value of another type.
    """
    reasons = {}
    for run in runs:
        config = run.config
        if run.toolbox is not None and not _is_ours(config):
            continue
        try:
            configuration.check(config, run.host)
        except RFaceNetError as error:
            reasons[run.folder] = str(error)
    return reasons


def execute(runs, args, impossible=None):
    """Preprocess what the runs need, then execute those that are not done; a list of outcomes.

    Args:
        runs: list of runs, whose configs are in order.
        args: with the attributes ``out``, ``jobs`` and ``slurm``.
        impossible: {run's folder: why it is not even tried}.

    Raises:
        ConfigError: an option that makes no sense, or a folder with results of another config.
    """
    if args.jobs is not None and args.jobs < 1:
        raise ConfigError(f"--jobs is {args.jobs}; expected 1 or more runs at a time.")
    for run in runs:
        run.check_kept()
    jobs = args.jobs or 1
    if args.slurm is None:
        launcher = LocalLauncher(jobs)
    else:
        from .slurm import SlurmLauncher

        jobs = args.jobs or len(runs)
        launcher = SlurmLauncher(Path(args.out) / "slurm", args.slurm)
    impossible = dict(impossible or {})
    impossible.update(prepare([run for run in runs if run.folder not in impossible]))
    return drive(runs, launcher, jobs, impossible)


def report_failures(outcomes):
    """Say which runs failed; the exit status of the command."""
    failed = [outcome for outcome in outcomes if outcome.failure is not None]
    if failed:
        print(f"{len(failed)} of {len(outcomes)} runs failed; the same command tries them again:")
        for run in (outcome.run for outcome in failed):
            print(f"  {run.name} ({run.log if run.log.is_file() else 'never begun'})")
    return 1 if failed else 0


def write_files(folder, files):
    """Write ``{name: text}`` into a folder, and say so; the Markdown among them is printed, without its links."""
    os.makedirs(folder, exist_ok=True)
    for text in (text for name, text in files.items() if name.endswith(".md")):
        print(_LINK.sub(r"\1", text))
    for name, text in files.items():
        write_text(os.path.join(folder, name), text)
    print(f"Written to {folder}: {', '.join(files)}")


def _is_ours(config):
    return config.TOOLBOX_MODE == "unsupervised_method" or registry.is_registered(config.MODEL.NAME)


def make_table(args, name, make_rows, make_files):
    """A table of the paper: check the data sets, make the runs, write the files; the command's exit status.

    Args:
        args: with the options of ``commands/options.py``.
        name: of the table's files, and of its folder below ``runs`` by default.
        make_rows: ``(sets, out, cache, toolbox, extra)`` -> rows, as :func:`~.table2.table2_rows`.
        make_files: ``(rows, sets, protocol, out, host)`` -> ``{file name: text}``.

    Raises:
        ConfigError, DataError, EvaluationError: an option that makes no sense, data sets that are not whole, settings
            that cannot be run; nothing was started.
    """
    get_protocol(args.protocol)
    toolbox = checkout(args)
    sets = check_datasets(args.pure, args.ubfc, args.allow_incomplete)
    for one in sets.values():
        print(one.described)
    args.out = os.path.abspath(args.out or os.path.join("runs", name if toolbox is None else f"{name}_toolbox"))
    cache = os.path.abspath(args.cache or os.path.join(args.out, "clips"))
    extra = None if args.config is None else os.path.abspath(args.config)
    rows = make_rows(sets, Path(args.out), cache, toolbox, extra)
    runs = distinct_runs(rows)
    reasons = list(refused(runs).values())
    if reasons:
        raise ConfigError(reasons[0])
    outcomes = execute(runs, args)
    host = "in the standalone host" if toolbox is None else f"in the rPPG-Toolbox ({revision(toolbox)})"
    write_files(args.out, make_files(rows, sets, args.protocol, args.out, host))
    return report_failures(outcomes)
