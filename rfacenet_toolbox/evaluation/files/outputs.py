"""Saved outputs of a test run, the ``*_outputs.pickle`` of any toolbox trainer or of ours: written, read, scored."""

import itertools
import numbers
import pickle
from pathlib import Path
from typing import Dict, NamedTuple

import numpy as np

from ... import evaluation
from ...errors import DataError
from ...runtime import limits
from ...runtime.files import write_atomically
from . import safe_pickle

#: The toolbox's label types, and whether a signal of that type is the derivative of the pulse.
LABEL_TYPES = {"DiffNormalized": True, "Raw": False, "Standardized": False}
KEYS = ("predictions", "labels", "label_type", "fs")


class Outputs(NamedTuple):
    """Predicted and true pulse of a test set's videos."""

    #: The file they are from.
    path: str
    #: ``{video: (N,) array}``, chunks joined; the same videos in both.
    predictions: Dict[str, np.ndarray]
    labels: Dict[str, np.ndarray]
    #: A name in ``LABEL_TYPES``.
    label_type: str
    fs_hz: float
    #: ``{video: reason}`` of the videos whose chunks cannot be joined.
    unusable: Dict[str, str]

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
            self.fs_hz,
            scheme,
            is_derivative=LABEL_TYPES[self.label_type],
            skip_unusable=True,
            unusable=self.unusable,
        )


class _Unusable(Exception):
    """Why a video's chunks cannot be joined."""


def write(path, predictions, labels, label_type, fs_hz):
    """Save outputs as the toolbox's own trainers do.

    Args:
        path: of the pickle.
        predictions, labels: ``{video: {chunk number: (T,) tensor}}``.
        label_type: a name in ``LABEL_TYPES``.
        fs_hz: frames per second.

    Raises:
        OutputError: the file cannot be written.
    """
    content = {"predictions": predictions, "labels": labels, "label_type": label_type, "fs": fs_hz}
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
    predictions, labels, unusable = {}, {}, {}
    for video, chunks in content["predictions"].items():
        try:
            predictions[video], labels[video] = _joined(chunks, content["labels"][video])
        except _Unusable as error:
            unusable[video] = str(error)
    if not predictions:
        video, reason = next(iter(unusable.items()))
        raise DataError(f"None of the {len(unusable)} videos in {path} can be used. The first, {video}: {reason}.")
    return Outputs(path, predictions, labels, content["label_type"], float(content["fs"]), unusable)


def find(path):
    """The path of the ``*_outputs.pickle`` that is meant: ``path`` itself, or the one in a run's folder.

    Raises:
        DataError: a run without outputs, or with several, which are then listed.
    """
    path = Path(path)
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


def gap(numbers, last):
    """``"chunk 1, 3 of 0 to 7"``, the first that are absent from the chunk numbers; "" where none is."""
    first = list(itertools.islice((str(number) for number in range(last + 1) if number not in numbers), 5))
    return f"chunk {', '.join(first)} of 0 to {last}" if first else ""


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
    if isinstance(fs, bool) or not isinstance(fs, numbers.Real) or not limits.within(fs, limits.FS_HZ):
        raise DataError(f"{path} gives a frame rate of {fs!r}, and should give the videos' frames per second, e.g. 30.")
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


def _joined(prediction, label):
    """The two (N,) signals of a video."""
    pair = [_numbered(prediction, "prediction"), _numbered(label, "label")]
    chunks = sorted(set(pair[0]) | set(pair[1]))
    for signal, name in zip(pair, ("prediction", "label")):
        missing = gap(signal, chunks[-1])
        if missing:
            raise _Unusable(f"the {name} lacks {missing}")
    for number in chunks:
        sizes = [signal[number].size for signal in pair]
        if sizes[0] != sizes[1]:
            raise _Unusable(f"chunk {number} has {sizes[0]} predicted and {sizes[1]} true samples")
    return [evaluation.join_chunks(signal) for signal in pair]


def _numbered(chunks, name):
    """``{chunk number: array}``; a number written as text is one too."""
    if not isinstance(chunks, dict) or not chunks:
        raise _Unusable(f"the {name} has no chunks")
    numbered = {}
    for key, chunk in chunks.items():
        number = int(key) if isinstance(key, str) and key.isdecimal() else key
        if isinstance(number, bool) or not isinstance(number, int) or number < 0 or number in numbered:
            raise _Unusable(f"the {name} has a chunk numbered {key!r}, beside {len(chunks) - 1} others")
        values = getattr(chunk, "values", None)
        if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiu":
            raise _Unusable(f"chunk {key} of the {name} is not a tensor of real numbers")
        numbered[number] = values
    return numbered
