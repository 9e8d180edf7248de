"""Experiments: the paper's tables and sweeps over settings, each made of many runs.

- A :class:`Run` (``run``) is a config in a folder of its own, executed as a child process by ``rfacenet run``. It is
  done when the folder holds the results *of that config*. An unfinished run, whatever stopped it, is continued when the
  same command is given again.
- ``grid`` makes runs from lists of values, ``shared_clips`` preprocesses once what several runs read, ``scheduler``
  executes some at a time, by a launcher: ``local`` on this machine, ``slurm`` on a cluster. ``progress`` reports on
  them. ``command`` does all this for a command line.
- A table is one file, with its rows, its runs and its page: ``table1``, ``table2``, ``table3``, ``sweep``. They share
  ``tables``, ``pages``, ``completeness`` (are the data sets whole?) and ``published`` (the paper's numbers); ``folds``
  puts the folds of ``table1`` together.
"""

from .local import LocalLauncher
from .run import Run, overlaid
from .scheduler import Outcome, run_all
from .shared_clips import cache_shared_clips

__all__ = ["LocalLauncher", "Outcome", "Run", "cache_shared_clips", "overlaid", "run_all"]
