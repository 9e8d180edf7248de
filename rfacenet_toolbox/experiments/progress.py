"""Reports on runs while they are executed: which began, which ended and how, and how long the rest will take."""

import time
from collections import defaultdict
from statistics import mean


class Progress:
    """Lines for people.

    Args:
        runs: all of them, done or not.
        unfinished: how many have to be executed.
        impossible: how many cannot begin.
        jobs: runs at a time.
        say: called with each line.
    """

    def __init__(self, runs, unfinished, impossible, jobs, say):
        self.total, self.jobs, self.say = len(runs), jobs, say
        self.ended_count = self.total - unfinished
        self._seconds = defaultdict(list)
        self._began = {}
        for run in runs:
            if run.done and run.record.get("seconds"):
                self._seconds[run.kind].append(run.record["seconds"])
        done = self.ended_count - impossible
        before = f", {done} of them done before" if done else ""
        never = f", {impossible} that cannot begin" if impossible else ""
        say(f"{self.total} runs{before}{never}; {jobs} at a time")

    def began(self, run):
        self._began[run.folder] = time.monotonic()
        self.say(f"began {run.name} ({run.log})")

    def waits_for(self, run):
        self.say(f"{run.name} is being executed by another process; waiting for it, and going on with the others.")

    def ended(self, outcome, tasks, waiting):
        """A run is over; ``tasks`` are still being executed and ``waiting`` not yet begun."""
        self.ended_count += 1
        left = [task.run for task in tasks] + list(waiting)
        if outcome.failure is not None:
            self.failed([outcome.run], outcome.failure)
        elif outcome.seconds is None:
            self.say(f"[{self.ended_count}/{self.total}] {outcome.run.name}: done by another process")
        else:
            self._seconds[outcome.run.kind].append(outcome.seconds)
            self.say(f"[{self.ended_count}/{self.total}] {outcome.run.name}: {duration(outcome.seconds)}")
        if left:
            self.say(f"    {len(left)} left, {self._time_left(left)}")

    def failed(self, runs, reason):
        self.say(f"FAILED {'; '.join(run.name for run in runs)}: {reason}")

    def _time_left(self, runs):
        """Estimated from the runs that have ended, those of the same kind where there are any."""
        known = [seconds for kind in self._seconds.values() for seconds in kind]
        if not known:
            return "for an unknown time"
        now = time.monotonic()
        left = 0.0
        for run in runs:
            whole = mean(self._seconds[run.kind]) if self._seconds.get(run.kind) else mean(known)
            left += max(0.0, whole - (now - self._began.get(run.folder, now)))
        return f"about {duration(left / min(self.jobs, len(runs)))}"


def duration(seconds):
    """``"3 h 05 min"``, ``"12 min 30 s"``, ``"8 s"``."""
    seconds = int(round(seconds))
    if seconds >= 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    if seconds >= 60:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    return f"{seconds} s"
