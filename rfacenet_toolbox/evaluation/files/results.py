"""Results are files: ``results.json`` and ``per_video.csv`` in the log folder, and the toolbox's outputs pickle."""

import json
import os
import pickle
import platform
from typing import NamedTuple, Optional

import torch

from ... import __version__, evaluation
from ...datasets.clips import recording_of
from ...errors import DataError
from ...runtime import speed
from ...runtime.files import write_atomically, write_text
from .score_text import csv_text, score_cells

SCHEMA = 1
PER_VIDEO_COLUMNS = ("protocol", "video", *evaluation.SCORE_COLUMNS, "skipped")


class Tested(NamedTuple):
    """What was tested on what, and where its files go."""

    model: str
    #: ``TEST`` or ``UNSUPERVISED``: the node whose ``DATA`` describes the test set
    split: str
    #: of ``results.json`` and ``per_video.csv``
    folder: str
    #: path of the outputs pickle
    outputs: str
    train_set: Optional[str]
    weights: Optional[str]
    #: whether predictions and labels are derivatives, whose running sum is the pulse
    is_derivative: bool


def trained_model(config, weights):
    """The :class:`Tested` of ``MODEL.NAME`` with the weights file ``weights``."""
    name = config.TRAIN.MODEL_FILE_NAME
    if config.TOOLBOX_MODE == "only_test":
        model = os.path.basename(config.INFERENCE.MODEL_PATH).split(".pth")[0]
        name = f"{model}_{config.TEST.DATA.DATASET}"
    return Tested(
        model=config.MODEL.NAME,
        split="TEST",
        folder=config.LOG.PATH,
        outputs=os.path.join(config.TEST.OUTPUT_SAVE_DIR, f"{name}_outputs.pickle"),
        train_set=config.TRAIN.DATA.DATASET if config.TOOLBOX_MODE == "train_and_test" else None,
        weights=str(weights),
        is_derivative=config.TEST.DATA.PREPROCESS.LABEL_TYPE == "DiffNormalized",
    )


def signal_method(config, method):
    """The :class:`Tested` of a name in ``UNSUPERVISED.METHOD``, whose files get a folder of their own."""
    folder = os.path.join(config.LOG.PATH, method)
    return Tested(
        model=method,
        split="UNSUPERVISED",
        folder=folder,
        outputs=os.path.join(folder, f"{method}_{config.UNSUPERVISED.DATA.DATASET}_outputs.pickle"),
        train_set=None,
        weights=None,
        is_derivative=False,
    )


def write(config, host, tested, predictions, labels, left_out=None):
    """Score a test run under every protocol, and write what it leaves; ``results.json`` comes last.

    Args:
        config: the whole tree.
        host: where it ran; its ``expected(split, config)`` names the recordings that the test set should have.
        tested: a :class:`Tested`.
        predictions, labels: {video: {chunk number: (T,) tensor}}.
        left_out: {video: reason} of the videos that could not be predicted; they are counted, and not scored.

    Returns:
        The content of ``results.json``.

    Raises:
        DataError: no video has a score.
    """
    if predictions:
        save_outputs(config, tested, predictions, labels)
    return write_scored(config, host, tested, evaluate_outputs(config, tested, predictions, labels, left_out))


def write_scored(config, host, tested, scored):
    """Write ``results.json`` and ``per_video.csv`` of a test run that was scored already.

    Args:
        config, host, tested: as in :func:`write`.
        scored: {protocol: (summary, {video: scores})}; videos without a score are counted as left out.

    Returns:
        The content of ``results.json``.

    Raises:
        DataError: no video has a score.
    """
    content = _content(config, host, tested, scored)
    write_text(os.path.join(tested.folder, "per_video.csv"), _per_video(scored, _data(config, tested).FS))
    write_text(results_path(tested), json.dumps(content, indent=1, allow_nan=False) + "\n")
    print(_table(content))
    print(f"Results: {results_path(tested)} and per_video.csv beside it")
    return content


def results_path(tested):
    """Where a test run's ``results.json`` is."""
    return os.path.join(tested.folder, "results.json")


def read_finished(config, host, tested, clips):
    """The content of the ``results.json`` that an earlier run left, or None if there is something to do.

    An earlier run counts if it had the same config, but for the list of methods, in the same host and version, if it
    scored every video, and if no clip is younger than its results.

    Args:
        clips: paths of the cached clips.
    """
    path = results_path(tested)
    if not (os.path.isfile(path) and os.path.isfile(tested.outputs)):
        return None
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        earlier, videos = _without_methods(content["config"]), content["videos"]
        same_place = (content["host"], content["versions"]["rfacenet_toolbox"]) == (host.name, __version__)
    except (ValueError, KeyError, TypeError):
        return None
    recordings = set(map(recording_of, clips))
    complete = videos["scored"] == videos["expected"] == len(recordings)
    recent = all(os.path.getmtime(clip) <= os.path.getmtime(path) for clip in clips)
    same = earlier == _without_methods(json.loads(json.dumps(_plain(config))))
    return content if same and same_place and complete and recent else None


def evaluate_outputs(config, tested, predictions, labels, left_out=None):
    """{protocol: (summary, {video: scores})} of the outputs, by the method and window of ``INFERENCE``.

    A video whose signals cannot be scored is left out, with its reason, as those of ``left_out`` are.
    """
    return evaluation.evaluate(
        {video: _signal(chunks) for video, chunks in predictions.items()},
        {video: _signal(chunks) for video, chunks in labels.items()},
        _data(config, tested).FS,
        scheme(config),
        is_derivative=tested.is_derivative,
        skip_unusable=True,
        unusable=left_out,
    )


def scheme(config):
    """How ``INFERENCE`` says that outputs are scored."""
    window = config.INFERENCE.EVALUATION_WINDOW
    window_s = window.WINDOW_SIZE if window.USE_SMALLER_WINDOW else None
    return evaluation.Scheme(method=config.INFERENCE.EVALUATION_METHOD, window_s=window_s)


def save_outputs(config, tested, predictions, labels):
    """The pickle that the toolbox's own trainers leave, under the name they give it."""
    data = _data(config, tested)
    content = {
        "predictions": predictions,
        "labels": labels,
        "label_type": data.PREPROCESS.LABEL_TYPE,
        "fs": data.FS,
    }
    write_atomically(tested.outputs, lambda file: pickle.dump(content, file, protocol=4))


def _data(config, tested):
    return config[tested.split].DATA


def _without_methods(config):
    node = {key: value for key, value in config["UNSUPERVISED"].items() if key not in ("METHOD", "METRICS")}
    return {**config, "UNSUPERVISED": node}


def _signal(chunks):
    return evaluation.join_chunks({number: chunk.numpy() for number, chunk in chunks.items()})


def _content(config, host, tested, scored):
    expected = host.expected(tested.split.lower(), config)
    per_video = next(iter(scored.values()))[1]
    left_out = evaluation.left_out(per_video)
    if len(left_out) == len(per_video):
        video, reason = next(iter(left_out.items()))
        raise DataError(f"{tested.model} has no estimate for any of the {len(left_out)} videos. {video}: {reason}")
    videos = {
        "expected": len(per_video) if expected is None else len(expected),
        "scored": len(per_video) - len(left_out),
        "missing": [] if expected is None else sorted(set(expected) - set(per_video)),
    }
    if left_out:
        videos["left_out"] = left_out
    return {
        "schema": SCHEMA,
        "model": tested.model,
        "host": host.name,
        "host_revision": host.revision,
        "mode": config.TOOLBOX_MODE,
        "train_set": tested.train_set,
        "test_set": _data(config, tested).DATASET,
        "weights": tested.weights,
        "seed": config.MODEL.RFACENET.RUNTIME.SEED,
        "runtime": speed.describe(config),
        "videos": videos,
        "evaluation_method": config.INFERENCE.EVALUATION_METHOD,
        "protocols": {name: summary for name, (summary, _) in scored.items()},
        "versions": _versions(),
        "config": _plain(config),
    }


def _versions():
    import cv2
    import numpy
    import scipy

    modules = {"torch": torch, "numpy": numpy, "scipy": scipy, "opencv": cv2}
    versions = {name: module.__version__ for name, module in modules.items()}
    return {"rfacenet_toolbox": __version__, "python": platform.python_version(), **versions}


def _plain(node):
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    return list(node) if isinstance(node, tuple) else node


def _per_video(scored, fs_hz):
    rows = (
        [protocol, video, *score_cells(score, fs_hz)]
        for protocol, (_, videos) in scored.items()
        for video in sorted(videos, key=_natural)
        for score in videos[video]
    )
    return csv_text(PER_VIDEO_COLUMNS, rows)


def _natural(video):
    digits = "".join(character for character in video if character.isdigit())
    return int(digits) if digits else -1, video


def _table(content):
    videos = content["videos"]
    lines = [f"{content['model']} on {content['test_set']}: {videos['scored']} of {videos['expected']} videos"]
    lines += [f"  {video} has no estimate: {reason}" for video, reason in videos.get("left_out", {}).items()]
    for name, summary in content["protocols"].items():
        lines.append(f"  {name} (n = {summary['n']})")
        for metric, (unit, _) in evaluation.METRICS.items():
            value, error = summary[metric]
            shown = "undefined" if value is None else f"{value:.3f} ± {error:.3f} {unit}"
            lines.append(f"    {metric:8}{shown}")
    return "\n".join(lines)
