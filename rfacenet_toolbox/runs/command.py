"""How a command goes about its runs: checks, shared preprocessing, execution, what failed."""
import os
from pathlib import Path

from .. import config as configuration
from .. import registry
from ..errors import ConfigError, RFaceNetError
from .drive import drive
from .local import LocalLauncher
from .prepare import prepare


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
    if args.toolbox is None:
        return None
    from ..hosts.install import check_checkout

    return check_checkout(args.toolbox)


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
        print("\n".join(f"  {outcome.run.name} ({outcome.run.log})" for outcome in failed))
    return 1 if failed else 0


def write_files(folder, files):
    """Write ``{name: text}`` into a folder, and say so."""
    from ..data.cache import write_text

    os.makedirs(folder, exist_ok=True)
    for name, text in files.items():
        write_text(os.path.join(folder, name), text)
    print(f"Written to {folder}: {', '.join(files)}")


def _is_ours(config):
    return config.TOOLBOX_MODE == "unsupervised_method" or registry.is_registered(config.MODEL.NAME)
