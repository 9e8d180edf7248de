"""Saved outputs of a test run, the ``*_outputs.pickle`` of any toolbox trainer or of ours: written, read, scored.

The toolbox's files have one frame rate. Ours add, for recordings that have their own, ``fs_of_videos`` and
``heart_rates_of_videos`` (beats per minute); the toolbox does not look at them. Of a method that gives heart rates, the
``predictions`` hold one number per chunk, and ``gives: "heart_rate"`` stands beside them.
"""

import numbers
import pickle
from pathlib import Path
from typing import Dict, NamedTuple, Union

import numpy as np

from ... import evaluation
from ...errors import DataError
from ...runtime import limits
from ...runtime.files import write_atomically
from . import safe_pickle, video_chunks

#: The toolbox's label types, and whether a signal of that type is the derivative of the pulse.
LABEL_TYPES = {"DiffNormalized": True, "Raw": False, "Standardized": False}
KEYS = ("predictions", "labels", "label_type", "fs")
#: What recordings say of themselves: key -> (its values' bounds, words for them). A file may have neither.
KEYS_OF_VIDEOS = {
    "fs_of_videos": (limits.FS_HZ, "frames per second"),
    "heart_rates_of_videos": (limits.HEART_RATE_BPM, "beats per minute"),
}


class Outputs(NamedTuple):
    """Predicted and true pulse of a test set's videos, or predicted heart rates and true pulse."""

    #: The file they are from.
    path: str
    #: ``{video: (N,) array}``, chunks joined, or ``ClipRates``; the same videos in both.
    predictions: Dict[str, Union[np.ndarray, evaluation.ClipRates]]
    labels: Dict[str, np.ndarray]
    #: A name in ``LABEL_TYPES``.
    label_type: str
    fs_hz: float
    #: ``{video: reason}`` of the videos whose chunks cannot be joined.
    unusable: Dict[str, str]
    #: ``{video: frames per second}`` of recordings whose own rate is known; the others have :attr:`fs_hz`.
    own_fs_hz: Dict[str, float] = {}
    #: ``{video: mean heart rate}`` of recordings that come with one.
    true_bpm: Dict[str, float] = {}
    #: ``"waveform"`` or ``"heart_rate"``
    gives: str = evaluation.WAVEFORM

    @property
    def rates_hz(self):
        """``{video: frames per second}``."""
        return {video: self.own_fs_hz.get(video, self.fs_hz) for video in (*self.predictions, *self.unusable)}

    @property
    def protocols(self):
        """Names of the protocols that are scored unless others are named: ``vipl`` where recordings have own rates."""
        return scheme_protocols(self.own_fs_hz or self.true_bpm)

    @property
    def videos(self):
        """How many videos the file holds, usable or not."""
        return len(self.predictions) + len(self.unusable)

    def evaluate(self, scheme=evaluation.DEFAULT_SCHEME):
        """:func:`evaluation.evaluate` of these outputs; a video without an estimate is left out, with its reason.

        Raises:
            EvaluationError: windows or a frame rate that cannot be used.
        """
        return evaluation.evaluate(
            self.predictions,
            self.labels,
            self.rates_hz,
            scheme,
            is_derivative=LABEL_TYPES[self.label_type],
            skip_unusable=True,
            unusable=self.unusable,
            true_bpm=self.true_bpm,
        )


def scheme_protocols(have_own_rates):
    """The protocols for recordings that have frame rates or heart rates of their own, or for others."""
    return (*evaluation.TOOLBOX_PROTOCOLS, *(["vipl"] if have_own_rates else []))


def write(path, predictions, labels, label_type, fs_hz, own_fs_hz=None, true_bpm=None, gives=evaluation.WAVEFORM):
    """Save outputs as the toolbox's own trainers do.

    Args:
        path: of the pickle.
        predictions, labels: ``{video: {chunk number: (T,) tensor}}``; of heart rates, predictions are (1,).
        label_type: a name in ``LABEL_TYPES``.
        fs_hz: frames per second.
        own_fs_hz: ``{video: frames per second}`` of recordings that have their own.
        true_bpm: ``{video: mean heart rate}`` of recordings that come with one.
        gives: ``"waveform"`` or ``"heart_rate"``.

    Raises:
        OutputError: the file cannot be written.
    """
    content = {"predictions": predictions, "labels": labels, "label_type": label_type, "fs": fs_hz}
    if gives != evaluation.WAVEFORM:
        content["gives"] = gives
    for key, numbers_of in zip(KEYS_OF_VIDEOS, (own_fs_hz, true_bpm)):
        if numbers_of:
            content[key] = {video: float(number) for video, number in numbers_of.items() if video in predictions}
    write_atomically(path, lambda file: pickle.dump(content, file, protocol=4))


def read(path):
    """:class:`Outputs` of a file, without running anything that is in it.

    Args:
        path: a ``*_outputs.pickle``; or a run's folder or ``results.json``, whose outputs are then found.

    Raises:
        DataError: no such file, or one that ``safe_pickle.load`` refuses; not the layout of saved outputs; a label
            type or frame rate that is not known; predictions and labels of different videos; no usable video.
    """
    path = find(path)
    content = safe_pickle.load(path)
    _check_layout(path, content)
    _check_of_videos(path, content)
    predictions, labels, unusable = {}, {}, {}
    gives = content.get("gives", evaluation.WAVEFORM)
    for video, predicted in content["predictions"].items():
        try:
            predictions[video], labels[video] = video_chunks.joined(predicted, content["labels"][video], gives)
        except video_chunks.Unusable as error:
            unusable[video] = str(error)
    if not predictions:
        video, reason = next(iter(unusable.items()))
        raise DataError(f"None of the {len(unusable)} videos in {path} can be used. The first, {video}: {reason}.")
    of_videos = ({video: float(one) for video, one in content.get(key, {}).items()} for key in KEYS_OF_VIDEOS)
    fs_hz = float(content["fs"])
    return Outputs(path, predictions, labels, content["label_type"], fs_hz, unusable, *of_videos, gives)


def find(path):
    """The path of the ``*_outputs.pickle`` that is meant: ``path`` itself, or the one in a run's folder.

    Raises:
        DataError: nothing there, a run without outputs, or with several, which are then listed.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"There is no {path}. Name a *_outputs.pickle, or a run's folder or results.json.")
    if path.suffix == ".json":
        path = path.parent
    if not path.is_dir():
        return str(path)
    found = sorted(str(file) for file in path.rglob("*_outputs.pickle"))
    if len(found) == 1:
        return found[0]
    if found:
        raise DataError(f"There are {len(found)} saved outputs below {path}. Name one of them: {', '.join(found)}.")
    raise DataError(
        f"There is no *_outputs.pickle below {path}. The toolbox's trainers leave one if TEST.OUTPUT_SAVE_DIR is set; "
        f"name that file, or test again with the setting."
    )


def _check_layout(path, content):
    """Raise DataError unless ``content`` is laid out as the toolbox's ``save_test_outputs`` does it."""
    if not isinstance(content, dict) or not set(KEYS) <= set(content):
        holds = f"the keys {', '.join(map(str, content)) or 'none'}" if isinstance(content, dict) else "something else"
        raise DataError(f"{path} is a pickle with {holds}; saved outputs have {', '.join(KEYS)}. Name another file.")
    label_type, fs = content["label_type"], content["fs"]
    if not isinstance(label_type, str) or label_type not in LABEL_TYPES:
        raise DataError(
            f"{path} says that its labels are of type {label_type!r}, and expected are {', '.join(LABEL_TYPES)}: of "
            f"another type it is not known whether its signals are pulses or their derivatives."
        )
    if not _is_within(fs, limits.FS_HZ):
        raise DataError(f"{path} gives a frame rate of {fs!r}, and should give the videos' frames per second, e.g. 30.")
    gives = content.get("gives", evaluation.WAVEFORM)
    if gives not in evaluation.GIVES:
        raise DataError(f"{path} says that it gives {gives!r}; expected {' or '.join(evaluation.GIVES)}. Test again.")
    predictions, labels = content["predictions"], content["labels"]
    for videos in (predictions, labels):
        if not isinstance(videos, dict) or not videos or not all(isinstance(video, str) for video in videos):
            raise DataError(f"{path} should hold predictions and labels by the names of their videos. Test again.")
        longest = max(videos, key=len)
        if len(longest) > limits.NAME_LENGTH:
            raise DataError(
                f"{path} has a video whose name has {len(longest)} characters, {longest[:40]}...; expected at most "
                f"{limits.NAME_LENGTH}. Test again."
            )
    alone = sorted(set(predictions) ^ set(labels))
    if alone:
        raise DataError(
            f"{path} has predictions of {len(predictions)} videos and labels of {len(labels)}, and these have only one "
            f"of the two: {', '.join(alone[:5])}{', ...' if len(alone) > 5 else ''}. Test again."
        )


def _check_of_videos(path, content):
    """Raise DataError unless what is said of single videos is of videos that are there, and can be."""
    for key, (bounds, unit) in KEYS_OF_VIDEOS.items():
        of_videos = content.get(key, {})
        if not isinstance(of_videos, dict):
            raise DataError(f"{path} holds a {type(of_videos).__name__} as {key}, and should hold {{video: {unit}}}.")
        for video, number in of_videos.items():
            if video not in content["predictions"] or not _is_within(number, bounds):
                raise DataError(f"{path} gives {number!r} {unit} for the video {video!r} as {key}. Test again.")


def _is_within(value, bounds):
    return not isinstance(value, bool) and isinstance(value, numbers.Real) and limits.within(value, bounds)
