"""A run's child process on this machine, and the results that it leaves."""

import os
import subprocess
import sys
import time
from contextlib import redirect_stdout, suppress
from typing import NamedTuple, Optional

from ..errors import RFaceNetError
from ..evaluation.files import outputs
from ..evaluation.files.run_folder import has_results
from ..hosts import job, run_description
from ..hosts.toolbox import launch
from ..hosts.toolbox.host import ToolboxHost
from ..runtime import plugins
from ..runtime.files import is_full
from ..runtime.portable import available_cpus, signal_of
from ..training.resume import weights_path
from .run import CONFIG, Run

_TAIL_LINES = 12


class Outcome(NamedTuple):
    """How a run ended.

    ``failure`` is None for a run whose results are there, else why they are not; ``seconds`` is None for a run that was
    not executed now, because it was done before or could not begin.
    """

    run: Run
    seconds: Optional[float] = None
    failure: Optional[str] = None


class LocalLauncher:
    """Executes runs as child processes of this one.

    Args:
        jobs: how many are going to run at a time; they share the cores.
    """

    def __init__(self, jobs=1):
        self._threads = None if jobs == 1 else max(1, available_cpus() // jobs)

    def start(self, run):
        """A :class:`Task` for the run, or None where another process is executing it, or has just done so."""
        lock = run.lock()
        if lock is not None and run.done:
            lock.close()
            lock = None
        return None if lock is None else Task(run, lock, self._threads)


class Task:
    """A run that is being executed.

    Args:
        run: whose lock is held.
        lock: its open file; closed when the run ends.
        threads: for the child's arithmetic; None leaves them as they are.
    """

    def __init__(self, run, lock, threads=None):
        self.run, self._lock = run, lock
        run.begin()
        self._began = time.monotonic()
        with open(run.log, "ab") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} began {run.name}\n".encode())
            log.flush()
            self._process = subprocess.Popen(
                command(run), cwd=run.toolbox, env=_environment(threads), pass_fds=[lock.fileno()],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def poll(self):
        """The :class:`Outcome`, or None as long as the run goes on."""
        status = self._process.poll()
        if status is None:
            return None
        seconds = time.monotonic() - self._began
        failure = self._failure(status)
        if failure is None:
            self.run.finish(seconds)
        self._lock.close()
        return Outcome(self.run, seconds, failure)

    def stop(self):
        """End the child process. What it has done so far is kept, and the next attempt goes on from there."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        self._process.kill()
        self._process.wait()
        self._lock.close()

    def _failure(self, status):
        if status:
            killed_by = signal_of(status)
            ended = f"was killed by {killed_by}" if killed_by else f"ended with exit status {status}"
            if is_full(self.run.folder):  # the log may be cut, too
                return f"it {ended}, and the disk of {self.run.folder} is full. Free some space."
            return f"it {ended}. The end of {self.run.log}:\n{log_tail(self.run.log)}"
        if not self.run.has_results and self.run.toolbox is not None:
            try:
                with open(self.run.log, "a", encoding="utf-8") as log, redirect_stdout(log):
                    score_saved_outputs(self.run)
            except RFaceNetError as error:
                return str(error)
        if not self.run.has_results:
            missing = [str(path) for path in self.run.results.values() if not has_results(path)]
            return f"it ended and left no {', '.join(missing)}. The end of {self.run.log}:\n{log_tail(self.run.log)}"
        return None


def score_saved_outputs(run):
    """Write the results of a run of the toolbox's own models, which save their outputs and leave no ``results.json``.

    The outputs are scored as those of every other run.

    Raises:
        DataError: there are no saved outputs, or they cannot be used.
    """
    config = run.config
    weights = weights_path(config, config.TRAIN.EPOCHS - 1) if config.TEST.USE_LAST_EPOCH else "the best epoch's"
    test_run = run_description.trained_model(config, ToolboxHost(run.toolbox), weights)
    job.write(test_run, outputs.read(test_run.outputs).evaluate(test_run.scheme))


def command(run):
    """The child process's arguments: ``rfacenet run --config_file <folder>/config.yaml``.

    In a checkout it is what ``rfacenet run --toolbox`` starts, without a process in between that could outlive it.
    """
    module = ["rfacenet_toolbox", "run"] if run.toolbox is None else [launch.MODULE]
    return [sys.executable, "-m", *module, "--config_file", str(run.folder / CONFIG)]


def run_to_end(run, poll_s=1.0):
    """Execute a run and wait for its end, as a cluster's job does; its :class:`Outcome`.

    Where another process is still executing it, perhaps one that outlived its command, that one is waited for.
    """
    plugins.import_all()
    launcher, task = LocalLauncher(), None
    while task is None:
        if run.done:
            return Outcome(run)
        task = launcher.start(run)
        if task is None:
            time.sleep(poll_s)
    outcome = None
    try:
        while outcome is None:
            time.sleep(poll_s)
            outcome = task.poll()
    except BaseException:
        task.stop()
        raise
    return outcome


def log_tail(path):
    """The last lines of a log, a progress bar that was redrawn in place counted as one."""
    with open(path, "rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - 100000))
        text = file.read().decode("utf-8", "replace")
    shown = [line.rstrip().rpartition("\r")[2] for line in text.split("\n")]
    return "\n".join([f"    {line}" for line in shown if line.strip()][-_TAIL_LINES:])


def _environment(threads):
    variables = {"PYTHONUNBUFFERED": "1", "TQDM_MININTERVAL": "5", **launch.environment()}
    if threads is not None:
        variables.setdefault("OMP_NUM_THREADS", str(threads))
    return variables
