"""Runs as jobs of a SLURM cluster, through submitit (the optional extra ``slurm``)."""

import re

from ..errors import ConfigError, check_distinct
from ..runtime.packages import require
from .local import Outcome, run_to_end

_OPTION = re.compile(r"^[A-Za-z_]\w*=")


class SlurmLauncher:
    """Submits runs; the cluster's queue decides when they are executed.

    Args:
        folder: for submitit's own files and the jobs' output.
        options: ``["timeout_min=600", "slurm_partition=gpu", ...]``, submitit's parameters; ``cluster=local`` runs the
            jobs on this machine, to try it without a cluster.

    Raises:
        ConfigError: submitit is not installed, there is no SLURM, or an option is none of submitit's.
    """

    def __init__(self, folder, options=()):
        require("submitit", "slurm", "--slurm")
        import submitit

        parameters = parse_options(options)
        cluster = parameters.pop("cluster", "slurm")
        try:
            self._executor = submitit.AutoExecutor(folder=str(folder), cluster=cluster)
            self._executor.update_parameters(**{"name": "rfacenet", **parameters})
        except (RuntimeError, NameError, TypeError, ValueError) as error:
            raise ConfigError(f"--slurm {' '.join(options)}: {error}. Correct the options.") from error

    def start(self, run):
        """A :class:`SlurmTask` for the run, or None where another process is executing it."""
        lock = run.lock()
        if lock is None:
            return None
        lock.close()
        return SlurmTask(run, self._executor.submit(run_to_end, run))


class SlurmTask:
    """A run that was submitted."""

    def __init__(self, run, job):
        self.run, self._job = run, job

    def poll(self):
        """The :class:`~.local.Outcome`, or None as long as the job waits or goes on."""
        if not self._job.done():
            return None
        error = self._job.exception()
        if error is not None:
            return Outcome(self.run, failure=f"job {self._job.job_id} failed: {error}")
        return self._job.result()

    def stop(self):
        """Cancel the job."""
        self._job.cancel()


def parse_options(options):
    """``["timeout_min=600"]`` -> ``{"timeout_min": 600}``.

    Raises:
        ConfigError: an option that is not NAME=VALUE, or is there more than once.
    """
    parameters = {}
    check_distinct("--slurm", [option.partition("=")[0] for option in options])
    for option in options:
        if not _OPTION.match(option):
            raise ConfigError(f"--slurm {option} is not NAME=VALUE; expected, for example, slurm_partition=gpu.")
        name, _, value = option.partition("=")
        parameters[name] = int(value) if value.isdigit() else value
    return parameters
