"""Many runs of the main job: each in a folder of its own, executed as a child process, resumable.

A :class:`Run` is a config in a folder. It is finished when its results are there *for that config*; everything else is
unfinished, whatever stopped it, and is done, or gone on with, when the same command is given again. ``prepare`` caches
the clips that several runs share, ``drive`` executes runs some at a time, ``grid`` makes them from lists of values;
the tables of ``rfacenet table2``, ``table3`` and ``sweep`` are made with these.
"""

from .local import LocalLauncher
from .run import Run, overlaid
from .scheduler import Outcome, drive
from .shared_clips import prepare

__all__ = ["LocalLauncher", "Outcome", "Run", "drive", "overlaid", "prepare"]
