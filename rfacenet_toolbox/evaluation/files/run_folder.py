"""What a run left in its folder, read back: results.json, per_video.csv, epochs.csv and the outputs pickle.

Here is the only reader of ``results.json``, and with it what counts as one.
"""

import math
import os
from collections import defaultdict
from statistics import mean
from typing import NamedTuple

import numpy as np

from ... import evaluation
from ...errors import DataError
from ...runtime.json_files import read_json
from ...runtime.tables import read_csv
from . import SCHEMA, outputs
from .results import PER_VIDEO, RESULTS

#: What every version has written into ``results.json``.
KEYS = (
    "schema", "model", "host", "host_revision", "mode", "train_set", "test_set", "weights", "seed", "videos",
    "evaluation_method", "protocols", "versions", "config",
)  # fmt: skip

_TEXTS = ("model", "host", "mode", "test_set", "evaluation_method")
_TEXTS_OR_NOTHING = ("host_revision", "train_set", "weights")
_TEST_AGAIN = f"Remove {RESULTS} and run its config again; a finished training is not repeated."


class Run(NamedTuple):
    """A test run, and the training before it if there was one."""

    folder: str
    name: str  #: the folder's
    results: dict  #: the content of results.json
    videos: list  #: rows of per_video.csv, {column: text}
    epochs: dict  #: columns of epochs.csv, {column: (N,) floats, NaN where empty}; empty without a training

    @property
    def path(self):
        """Of ``results.json``."""
        return os.path.join(self.folder, RESULTS)

    @property
    def seed(self):
        """Of the training; None for a signal method, which is not trained."""
        return None if self.results["weights"] is None else self.results["seed"]

    def metric(self, name, protocol):
        """``(value, standard error)``, both None where the metric is undefined.

        Raises:
            DataError: the run was not scored under this protocol, or the protocol has no such metric.
        """
        protocols = self.results["protocols"]
        if protocol not in protocols or name not in protocols[protocol]:
            raise DataError(
                f"{self.path} has no {name} under the protocol {protocol}; it was scored under "
                f"{', '.join(protocols)}. Name one of these, or remove the folder and run again."
            )
        return tuple(protocols[protocol][name])

    @property
    def scored_of_expected(self):
        """Counts of videos, e.g. ``"42/42"``."""
        return "{scored}/{expected}".format(**self.results["videos"])

    def absolute_errors(self, protocol):
        """``{video: absolute heart-rate error in bpm, mean over its windows}`` of the videos that were scored.

        Raises:
            DataError: there is no ``per_video.csv``.
        """
        return self._per_video(protocol, "error_bpm", abs)

    def snrs_db(self, protocol):
        """``{video: signal-to-noise ratio in dB, mean over its windows}`` of the videos that have one.

        Raises:
            DataError: there is no ``per_video.csv``.
        """
        return self._per_video(protocol, "snr_db", float)

    def _per_video(self, protocol, column, number):
        if not self.videos:
            raise DataError(f"there is no {PER_VIDEO} in {self.folder}. {_TEST_AGAIN}")
        values = defaultdict(list)
        for row in self.videos:
            if row["protocol"] == protocol and row.get(column):
                values[row["video"]].append(number(float(row[column])))
        return {video: mean(each) for video, each in values.items()}

    def heart_rates(self, protocol):
        """``(names, estimate, truth)``: videos (or windows) scored under a protocol, and (N,) heart rates in bpm."""
        rows = [row for row in self.videos if row["protocol"] == protocol]
        rows = [row for row in rows if row.get("heart_rate_bpm") and row.get("label_heart_rate_bpm")]
        estimate, truth = (
            np.array([float(row[column]) for row in rows]) for column in ("heart_rate_bpm", "label_heart_rate_bpm")
        )
        return [row["video"] for row in rows], estimate, truth

    def waveforms(self, video, protocol):
        """``(prediction, label, fs_hz)`` of a video, (N,) each, as they are scored under a protocol.

        Raises:
            DataError: no outputs file, or one without this video or without waveforms.
        """
        saved = outputs.read(self.folder)
        if video not in saved.predictions:
            raise DataError(f"the saved outputs of {self.folder} do not hold the video {video!r}.")
        if saved.gives == evaluation.HEART_RATE:
            raise DataError(f"{self.results['model']} gives heart rates, and no waveform.")
        band_hz, fs_hz = evaluation.get_protocol(protocol).band_hz, saved.rates_hz[video]
        prediction, label = (
            evaluation.prepare(signals[video], fs_hz, band_hz, outputs.LABEL_TYPES[saved.label_type])
            for signals in (saved.predictions, saved.labels)
        )
        return prediction, label, fs_hz


def read_run(folder):
    """The :class:`Run` in ``folder``.

    Raises:
        DataError: the folder has no results.json, or a file in it cannot be read.
    """
    folder = str(folder)
    results = read_results(os.path.join(folder, RESULTS))
    try:
        videos = _checked_videos(read_csv(os.path.join(folder, PER_VIDEO)))
        epochs = _columns(read_csv(os.path.join(folder, "epochs.csv")))
    except (OSError, ValueError) as error:
        raise DataError(f"a table in {folder} cannot be read ({error}). {_TEST_AGAIN}") from error
    name = os.path.basename(os.path.normpath(os.path.abspath(folder)))
    return Run(folder, name, results, videos, epochs)


def find_run(folder):
    """The :class:`Run` in ``folder``, or None where there are no results."""
    return read_run(folder) if has_results(os.path.join(str(folder), RESULTS)) else None


def read_results(path):
    """The content of a ``results.json``, of this version or an older one.

    Raises:
        DataError: there is no such file, or it is not what a test run leaves.
    """
    path = str(path)
    if not os.path.isfile(path):
        raise DataError(
            f"{os.path.dirname(path)} is not a finished run: there is no {os.path.basename(path)} in it. Name the "
            f"LOG.PATH folder of a run, such as runs/DEMO_RFACENET."
        )
    try:
        content = read_json(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error}). Remove it and run again.") from error
    problem = _problem(content)
    if problem:
        raise DataError(f"{path} is not what a test run leaves: {problem}. Name another, or remove it and run again.")
    return content


def has_results(path):
    """Whether :func:`read_results` reads the file."""
    try:
        read_results(path)
    except DataError:
        return False
    return True


def _problem(content):
    """What is wrong with the content of a ``results.json``; None if nothing is."""
    if not isinstance(content, dict):
        return f"it holds a {type(content).__name__}, and should hold an object"
    missing = [key for key in KEYS if key not in content]
    if missing:
        return f"it lacks {', '.join(missing)}"
    odd = [key for key in _TEXTS if not isinstance(content[key], str)]
    odd += [key for key in _TEXTS_OR_NOTHING if not isinstance(content[key], (str, type(None)))]
    if odd or not _is_count(content["seed"]):
        return f"its {', '.join(odd) or 'seed'} is of a type that no test run writes"
    if content["schema"] != SCHEMA:
        return f"its schema is {content['schema']!r}, and this version reads {SCHEMA}"
    for key in ("videos", "protocols", "versions", "config"):
        if not isinstance(content[key], dict):
            return f"its {key} is no object"
    if not all(_is_count(content["videos"].get(count)) for count in ("expected", "scored")):
        return "its videos lack a count, expected or scored"
    for name, summary in content["protocols"].items():
        known = evaluation.PROTOCOLS.get(name)
        metrics = evaluation.METRICS if known is None else evaluation.metrics_of(known)
        undone = [metric for metric in metrics if not _is_metric(summary, metric)]
        if undone:
            return f"{', '.join(undone)} under the protocol {name} should be [value, standard error]"
    return None


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_metric(summary, metric):
    pair = summary.get(metric) if isinstance(summary, dict) else None
    return isinstance(pair, list) and len(pair) == 2 and all(map(_is_number_or_nothing, pair))


def _is_number_or_nothing(value):
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value))


def _checked_videos(rows):
    """Rows of ``per_video.csv``, whose heart rates are numbers or empty."""
    numbers = ("error_bpm", "heart_rate_bpm", "label_heart_rate_bpm")
    missing = [column for column in ("protocol", "video", "error_bpm") if rows and column not in rows[0]]
    if missing:
        raise ValueError(f"{PER_VIDEO} lacks the columns {', '.join(missing)}")
    for row in rows:
        for column in numbers:
            if row.get(column) and not math.isfinite(float(row[column])):
                raise ValueError(f"{PER_VIDEO} has {row[column]} as {column}")
    return rows


def _columns(rows):
    if not rows:
        return {}
    return {column: np.array([float(row[column] or "nan") for row in rows]) for column in rows[0]}
