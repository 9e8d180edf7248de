"""How a command goes about its runs: checks, shared preprocessing, execution, what failed."""

import os
import re
from pathlib import Path

from .. import config as configuration
from ..config.splits_used import splits_used
from ..datasets.readers import DATASETS
from ..errors import ConfigError, RFaceNetError
from ..evaluation import get_protocol
from ..hosts import run_description
from ..hosts.toolbox.install import check_checkout
from ..methods import registry
from ..runtime import plugins, portable
from ..runtime.files import write_text
from .local import LocalLauncher
from .scheduler import run_all
from .shared_clips import cache_shared_clips
from .slurm import parse_options

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


def check_protocol(runs, name):
    """Refuse a protocol that some of the runs are not going to be scored under.

    Raises:
        ConfigError, EvaluationError: with the first such run; or there is no such protocol.
    """
    get_protocol(name)
    for run in runs:
        protocols = run_description.protocols(run.config)
        if name not in protocols:
            raise ConfigError(
                f"{run.name} would not be scored under {name}, but under {', '.join(protocols)}: vipl is for "
                f"recordings with frame rates of their own, whole videos and EVALUATION_METHOD FFT. Choose another "
                f"protocol, or correct the config."
            )


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


def check_launch(jobs, slurm):
    """Refuse ``--jobs`` and ``--slurm`` that cannot be.

    Raises:
        ConfigError: with the option.
    """
    if jobs is not None and jobs < 1:
        raise ConfigError(f"--jobs is {jobs}; expected 1 or more runs at a time.")
    if slurm is not None:
        parse_options(slurm)


def execute(runs, out, jobs=None, slurm=None, impossible=None):
    """Preprocess what the runs need, then execute those that are not done; a list of outcomes.

    Args:
        runs: list of runs, whose configs are in order.
        out: the command's folder; a cluster's own files lie below it.
        jobs: runs at a time; None is one, or all of them on a cluster.
        slurm: parameters of submitit, to submit the runs to a cluster; None executes them here.
        impossible: {run's folder: why it is not even tried}.

    Raises:
        ConfigError: an option that makes no sense, a folder with results of another config, or a system that cannot
            do it.
    """
    check_launch(jobs, slurm)
    portable.check_locks()
    for run in runs:
        _check_carried(run.config)
    for run in runs:
        run.check_kept()
    if slurm is None:
        jobs = jobs or 1
        launcher = LocalLauncher(jobs)
    else:
        from .slurm import SlurmLauncher

        jobs = jobs or len(runs)
        launcher = SlurmLauncher(Path(out) / "slurm", slurm)
    impossible = dict(impossible or {})
    impossible.update(cache_shared_clips([run for run in runs if run.folder not in impossible]))
    return run_all(runs, launcher, jobs, impossible)


def report_failures(outcomes):
    """Say which runs failed; the exit status of the command."""
    failed = [(outcome.run, outcome.failure) for outcome in outcomes if outcome.failure is not None]
    if failed:
        print(f"{len(failed)} of {len(outcomes)} runs failed; the same command tries them again:")
        for run, failure in failed:
            reason = failure.rpartition("\n")[2].strip()  # of the log, where there is one
            print(f"  {run.name} ({run.log if run.log.is_file() else 'never begun'}): {reason}")
    return 1 if failed else 0


def write_files(folder, files):
    """Write ``{name: text}`` into a folder, and say so; the Markdown among them is printed, without its links."""
    for text in (text for name, text in files.items() if name.endswith(".md")):
        print(_LINK.sub(r"\1", text))
    for name, text in files.items():
        write_text(os.path.join(folder, name), text)
    print(f"Written to {folder}: {', '.join(files)}")


def _check_carried(config):
    """What was registered in this process alone is unknown to the process that executes a run.

    Raises:
        ConfigError: the config names such a method or data set.
    """
    used = {
        f"{split}.DATA.DATASET {config[split].DATA.DATASET!r}": DATASETS.get(config[split].DATA.DATASET)
        for split in splits_used(config)
    }
    kinds = {key: type(dataset) for key, dataset in used.items() if dataset is not None}
    if config.TOOLBOX_MODE != "unsupervised_method" and registry.is_registered(config.MODEL.NAME):
        kinds[f"MODEL.NAME {config.MODEL.NAME!r}"] = registry.learner_class(config.MODEL.NAME)
    for key, kind in kinds.items():
        if not plugins.reaches_other_processes(kind):
            raise ConfigError(
                f"{key} is registered in this process alone, by the module {kind.__module__}, and each run is executed "
                f"in a process of its own. Set the environment variable {plugins.VARIABLE} to the name of a module "
                f"that registers it, and put its folder on PYTHONPATH."
            )


def _is_ours(config):
    return config.TOOLBOX_MODE == "unsupervised_method" or registry.is_registered(config.MODEL.NAME)
