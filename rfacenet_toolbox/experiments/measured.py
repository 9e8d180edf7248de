"""What runs measured: ``results.json`` files read back, and put together over seeds."""

import csv
import json
import os
from pathlib import Path
from statistics import mean
from typing import Dict, NamedTuple, Optional, Sequence, Tuple

from ..errors import DataError
from ..report.table import NOTHING, Cell, plus_minus

#: the metrics of the paper's tables: name in results files -> heading
HEADINGS = {"MAE": "MAE↓", "RMSE": "RMSE↓", "Pearson": "ρ↑"}


class Result(NamedTuple):
    """One ``results.json``."""

    path: Path
    seed: Optional[int]  #: None for a method that is not trained
    content: Dict

    def metric(self, name, protocol):
        """``(value, standard error)``, both None where the metric is undefined."""
        return tuple(self.content["protocols"][protocol][name])

    @property
    def videos(self):
        """``"42/42"``: scored and expected."""
        videos = self.content["videos"]
        return f"{videos['scored']}/{videos['expected']}"


class Figure(NamedTuple):
    """A metric over seeds: means of its value and of its standard error, and the least and greatest value.

    ``seeds`` of the ``results`` define the metric.
    """

    value: float
    error: float
    low: float
    high: float
    seeds: int
    results: int


def read_result(path, seed=None):
    """The :class:`Result` in a file, or None where there is none.

    Raises:
        DataError: the file is no results file.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        content["protocols"], content["videos"]["scored"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is no results file of a test run ({error!r}). Remove it and run again.") from error
    return Result(Path(path), seed, content)


def figure(results, metric, protocol):
    """The :class:`Figure` of a metric over those results that define it; None where none does."""
    pairs = [pair for pair in (result.metric(metric, protocol) for result in results) if pair[0] is not None]
    if not pairs:
        return None
    values, errors = zip(*pairs)
    return Figure(mean(values), mean(errors), min(values), max(values), len(values), len(results))


def figure_cell(measured, href="", mark=""):
    """The cell of a figure, with its range where there are several seeds."""
    if measured is None:
        return Cell(NOTHING, href)
    below = f"{measured.low:.2f} to {measured.high:.2f}" if measured.seeds > 1 else ""
    if measured.seeds < measured.results:
        below = f"{below or 'defined'} in {measured.seeds} of {measured.results}"
    return Cell(plus_minus(measured.value, measured.error), href, mark, below)


def metric_cell(result, metric, protocol, page_folder):
    """The cell of one run's metric, linked to its results file."""
    return Cell(plus_minus(*result.metric(metric, protocol)), relative(result.path, page_folder))


def row_results(row):
    """The results of a :class:`~..runs.table2.Row` that are there, in the order of its runs."""
    found = []
    for run in row.runs:
        if run.current:
            seed = None if row.result else run.config.MODEL.RFACENET.RUNTIME.SEED
            found.append(read_result(run.results[row.result], seed))
    return [result for result in found if result is not None]


def relative(path, page_folder):
    """A link from a page in ``page_folder``."""
    return Path(os.path.relpath(str(path), str(page_folder))).as_posix()


def absolute_errors(results: Sequence[Result], protocol) -> Dict[str, float]:
    """{video: absolute heart-rate error in bpm, mean over windows and results} of the videos that all have scored.

    Raises:
        DataError: a ``per_video.csv`` is not there.
    """
    each = [_absolute_errors(result.path.with_name("per_video.csv"), protocol) for result in results]
    shared = set(each[0]).intersection(*each[1:]) if each else set()
    return {video: mean(errors[video] for errors in each) for video in sorted(shared)}


def _absolute_errors(path, protocol):
    errors: Dict[Tuple[str], list] = {}
    try:
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["protocol"] == protocol and row["error_bpm"]:
                    errors.setdefault(row["video"], []).append(abs(float(row["error_bpm"])))
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Remove the run's folder and run again.") from error
    return {video: mean(values) for video, values in errors.items()}
