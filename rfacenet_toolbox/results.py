"""Results are files: ``results.json`` and ``per_video.csv`` in the log folder, and the toolbox's outputs pickle."""
import csv
import io
import json
import os
import pickle
import platform

import torch

from . import __version__, evaluation
from .checkpoint import write_atomically

SCHEMA = 1
METRICS = ("MAE", "RMSE", "MAPE", "Pearson", "SNR", "MACC")
PER_VIDEO_COLUMNS = ("protocol", "video", *evaluation.SCORE_COLUMNS, "skipped")
UNITS = {"MAE": "bpm", "RMSE": "bpm", "MAPE": "%", "Pearson": "", "SNR": "dB", "MACC": ""}


def write(config, host, predictions, labels, weights):
    """Score a test run under every protocol, and write what it leaves.

    Args:
        config: the whole tree.
        host: where it ran; its ``expected("test", config)`` names the recordings that the test set should have.
        predictions, labels: {video: {chunk number: (T,) tensor}}.
        weights: path of the weights that were tested.

    Returns:
        The content of ``results.json``.
    """
    save_outputs(config, predictions, labels)
    scored = evaluate_outputs(config, predictions, labels)
    content = _content(config, host, predictions, scored, weights)
    folder = config.LOG.PATH
    _write_text(os.path.join(folder, "results.json"), json.dumps(content, indent=1, allow_nan=False) + "\n")
    _write_text(os.path.join(folder, "per_video.csv"), _per_video(scored, config.TEST.DATA.FS))
    print(_table(content))
    print(f"Results: {os.path.join(folder, 'results.json')} and per_video.csv beside it")
    return content


def evaluate_outputs(config, predictions, labels):
    """{protocol: (summary, {video: scores})} of the outputs, by the method and window of ``INFERENCE``."""
    window = config.INFERENCE.EVALUATION_WINDOW
    return evaluation.evaluate(
        {video: _signal(chunks) for video, chunks in predictions.items()},
        {video: _signal(chunks) for video, chunks in labels.items()},
        config.TEST.DATA.FS,
        is_derivative=config.TEST.DATA.PREPROCESS.LABEL_TYPE == "DiffNormalized",
        method=config.INFERENCE.EVALUATION_METHOD,
        window_s=window.WINDOW_SIZE if window.USE_SMALLER_WINDOW else None,
    )


def save_outputs(config, predictions, labels):
    """The pickle that the toolbox's own trainers leave, under the name they give it."""
    name = config.TRAIN.MODEL_FILE_NAME
    if config.TOOLBOX_MODE == "only_test":
        model = os.path.basename(config.INFERENCE.MODEL_PATH).split(".pth")[0]
        name = f"{model}_{config.TEST.DATA.DATASET}"
    content = {
        "predictions": predictions,
        "labels": labels,
        "label_type": config.TEST.DATA.PREPROCESS.LABEL_TYPE,
        "fs": config.TEST.DATA.FS,
    }
    path = os.path.join(config.TEST.OUTPUT_SAVE_DIR, f"{name}_outputs.pickle")
    write_atomically(path, lambda file: pickle.dump(content, file, protocol=4))


def _signal(chunks):
    return evaluation.join_chunks({number: chunk.numpy() for number, chunk in chunks.items()})


def _content(config, host, predictions, scored, weights):
    expected = host.expected("test", config)
    names = sorted(predictions)
    training = config.TOOLBOX_MODE == "train_and_test"
    return {
        "schema": SCHEMA,
        "model": config.MODEL.NAME,
        "host": host.name,
        "host_revision": host.revision,
        "mode": config.TOOLBOX_MODE,
        "train_set": config.TRAIN.DATA.DATASET if training else None,
        "test_set": config.TEST.DATA.DATASET,
        "weights": str(weights),
        "seed": config.MODEL.RFACENET.RUNTIME.SEED,
        "videos": {
            "expected": len(names) if expected is None else len(expected),
            "scored": len(names),
            "missing": [] if expected is None else sorted(set(expected) - set(names)),
        },
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
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(PER_VIDEO_COLUMNS)
    for protocol, (_, videos) in scored.items():
        for video in sorted(videos, key=_natural):
            for score in videos[video]:
                writer.writerow([protocol, video, *map(_figure, score.figures(fs_hz)), score.skipped or ""])
    return text.getvalue()


def _figure(value):
    return "" if value is None else f"{value:.6g}"


def _natural(video):
    digits = "".join(character for character in video if character.isdigit())
    return int(digits) if digits else -1, video


def _table(content):
    videos = content["videos"]
    lines = [f"{content['model']} on {content['test_set']}: {videos['scored']} of {videos['expected']} videos"]
    for name, summary in content["protocols"].items():
        lines.append(f"  {name} (n = {summary['n']})")
        for metric in METRICS:
            value, error = summary[metric]
            figure = "undefined" if value is None else f"{value:.3f} ± {error:.3f} {UNITS[metric]}"
            lines.append(f"    {metric:8}{figure}")
    return "\n".join(lines)


def _write_text(path, text):
    write_atomically(path, lambda file: file.write(text.encode("utf-8")))
