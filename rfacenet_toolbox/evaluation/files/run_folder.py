"""What a run left in its folder, read back: results.json, per_video.csv, epochs.csv and the outputs pickle."""

import csv
import json
import os
from typing import NamedTuple

import numpy as np

from ... import evaluation
from ...errors import DataError
from . import outputs


class Run(NamedTuple):
    """A test run, and the training before it if there was one."""

    folder: str
    name: str  #: the folder's
    results: dict  #: the content of results.json
    videos: list  #: rows of per_video.csv, {column: text}
    epochs: dict  #: columns of epochs.csv, {column: (N,) floats, NaN where empty}; empty without a training

    def rates(self, protocol):
        """``(names, estimate, truth)``: videos (or windows) scored under a protocol, and (N,) heart rates in bpm."""
        rows = [row for row in self.videos if row["protocol"] == protocol]
        rows = [row for row in rows if row["heart_rate_bpm"] and row["label_heart_rate_bpm"]]
        estimate, truth = (
            np.array([float(row[column]) for row in rows]) for column in ("heart_rate_bpm", "label_heart_rate_bpm")
        )
        return [row["video"] for row in rows], estimate, truth

    def waves(self, video, protocol):
        """``(prediction, label, fs_hz)`` of a video, (N,) each, as they are scored under a protocol.

        Raises:
            DataError: no outputs file, or one without this video.
        """
        saved = outputs.read(self.folder)
        if video not in saved.predictions:
            raise DataError(f"the saved outputs of {self.folder} do not hold the video {video!r}.")
        band_hz = evaluation.get_protocol(protocol).band_hz
        prediction, label = (
            evaluation.prepare(side[video], saved.fs_hz, band_hz, outputs.LABEL_TYPES[saved.label_type])
            for side in (saved.predictions, saved.labels)
        )
        return prediction, label, saved.fs_hz


def read_run(folder):
    """The :class:`Run` in ``folder``.

    Raises:
        DataError: the folder has no results.json, or a file in it cannot be read.
    """
    folder = str(folder)
    path = os.path.join(folder, "results.json")
    if not os.path.isfile(path):
        raise DataError(
            f"{folder} is no finished run: there is no results.json in it. Name the LOG.PATH folder of a run, such as "
            f"runs/DEMO_RFACENET."
        )
    try:
        with open(path, encoding="utf-8") as file:
            results = json.load(file)
        videos = _rows(os.path.join(folder, "per_video.csv"))
        epochs = _columns(_rows(os.path.join(folder, "epochs.csv")))
    except (ValueError, csv.Error) as error:
        raise DataError(f"a file of {folder} cannot be read ({error}). Run the test again, it writes them anew.")
    if not isinstance(results, dict) or not {"protocols", "config", "weights"} <= set(results):
        raise DataError(f"{path} is not what a run leaves: it lacks protocols, config or weights.")
    name = os.path.basename(os.path.normpath(os.path.abspath(folder)))
    return Run(folder, name, results, videos, epochs)


def _rows(path):
    if not os.path.isfile(path):
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _columns(rows):
    if not rows:
        return {}
    return {column: np.array([float(row[column] or "nan") for row in rows]) for column in rows[0]}
