"""Execute many runs, some at a time, whatever happens to one of them."""

import functools
import time
from collections import defaultdict

from ..runtime.portable import stopped_by_sigterm
from .local import Outcome
from .progress import Progress

_POLL_S = 0.2


def run_all(runs, launcher, jobs=1, impossible=None, say=None):
    """Execute the runs that are not done yet, and report each as it ends.

    A run that fails is reported, and the others go on. A run that another process is still executing, perhaps one that
    outlived its command, is waited for. When this process is stopped, its runs are stopped too.

    Args:
        runs: list of :class:`~.run.Run`.
        launcher: what starts a run; :class:`~.local.LocalLauncher`, or one with the same method.
        jobs: runs at a time.
        impossible: {run's folder: why it cannot even begin}.
        say: called with each line of the report; by default it is printed at once.

    Returns:
        list of :class:`~.local.Outcome`, in the order of ``runs``.

    Raises:
        ConfigError: a run's folder holds results of another config; nothing was started.
    """
    for run in runs:
        run.check_kept()
    say = say or functools.partial(print, flush=True)
    return _Scheduler(runs, launcher, jobs, impossible or {}, say).outcomes_of(runs)


class _Scheduler:
    def __init__(self, runs, launcher, jobs, impossible, say):
        self.launcher, self.jobs = launcher, jobs
        self.outcomes = {run.folder: Outcome(run, failure=impossible.get(run.folder)) for run in runs}
        self.waiting = [run for run in runs if run.folder not in impossible and not run.done]
        self.tasks, self.elsewhere = [], set()
        self.progress = Progress(runs, len(self.waiting), len(impossible), jobs, say)
        same_reason = defaultdict(list)
        for folder, reason in impossible.items():
            same_reason[reason].append(self.outcomes[folder].run)
        for reason, its_runs in same_reason.items():
            self.progress.failed(its_runs, reason)

    def outcomes_of(self, runs):
        """Execute what is waiting to the end."""
        with stopped_by_sigterm():
            try:
                while self.waiting or self.tasks:
                    self._begin_some()
                    time.sleep(_POLL_S)
                    self._end_some()
            finally:
                for task in self.tasks:
                    task.stop()
        return [self.outcomes[run.folder] for run in runs]

    def _begin_some(self):
        for run in list(self.waiting):
            if len(self.tasks) >= self.jobs:
                return
            if run.done:  # by the other process
                self.waiting.remove(run)
                self.progress.ended(self.outcomes[run.folder], self.tasks, self.waiting)
                continue
            task = self.launcher.start(run)
            if task is not None:
                self.waiting.remove(run)
                self.tasks.append(task)
                self.progress.began(run)
            elif run.folder not in self.elsewhere:
                self.elsewhere.add(run.folder)
                self.progress.waits_for(run)

    def _end_some(self):
        for task in list(self.tasks):
            outcome = task.poll()
            if outcome is not None:
                self.tasks.remove(task)
                self.outcomes[outcome.run.folder] = outcome
                self.progress.ended(outcome, self.tasks, self.waiting)
