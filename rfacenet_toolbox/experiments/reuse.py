"""Runs that another table has made already, with the same settings: rows that two tables share are trained once."""

import os
from dataclasses import replace
from pathlib import Path

from ..errors import ConfigError, DataError
from ..evaluation.files.run_folder import read_run
from ..runtime.json_files import read_json
from .grid import nested
from .run import RECORD, defaults, overlaid

#: names the files of weights, and changes nothing else
_NAME = "TRAIN.MODEL_FILE_NAME"


def reuse(rows, folder):
    """The rows, with runs that lie finished below ``folder`` in place of their own.

    A run is the same if all settings that can change a result are; its folder is read and never written.

    Args:
        rows: list of :class:`~.tables.Row`.
        folder: where another table, or a sweep, left its runs.

    Returns:
        (rows, {name of a run: the folder it is taken from}).

    Raises:
        ConfigError: there is no such folder.
    """
    if not os.path.isdir(folder):
        raise ConfigError(
            f"--reuse {folder} is not a folder. Give the --out of a table whose runs are to be used here."
        )
    found = list(_records(folder))
    taken = {}

    def finished(run):
        for path, settings in found:
            if not run.done and _same(settings, run.settings):
                content = overlaid(run.content, nested(_NAME, settings.get(_NAME, defaults()[_NAME])))
                other = replace(run, folder=path, content=content)
                if other.done and _is_whole(other):
                    taken[run.name] = path
                    return other
        return run

    return [row._replace(runs=[finished(run) for run in row.runs]) for row in rows], taken


def _records(folder):
    """(absolute folder, settings) of the runs that were begun below a folder."""
    for path in sorted(Path(os.path.abspath(folder)).rglob(RECORD)):
        try:
            yield path.parent, dict(read_json(path)["settings"])
        except (ValueError, KeyError, TypeError, OSError):
            continue  # of no run, or damaged: there is nothing to use


def _same(before, now):
    """A setting that an older version did not know had its default then."""
    before = {**defaults(), **before}
    return isinstance(before[_NAME], str) and all(before.get(key) == now.get(key) for key in {*before, *now} - {_NAME})


def _is_whole(run):
    """Whether all that the page is made of can be read; a run of one's own would have to be repeated otherwise."""
    try:
        return all(read_run(path.parent).videos for path in run.results.values())
    except DataError:
        return False
