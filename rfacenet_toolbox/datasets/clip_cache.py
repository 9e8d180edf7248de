"""The clip cache on disk: names exactly as the toolbox has them (``config.py`` and ``BaseLoader`` of d807b01).

Recording ``102`` is ``102_input0.npy``, ``102_label0.npy``, ``102_input1.npy``, ... in a folder whose name describes
the preprocessing. A marker beside them, ``102_cached.json``, records what they were made from; the toolbox looks for
``*_input*.npy`` only and does not see it. A marker with "complete": false is of a recording that was interrupted; one
without a marker was cached by the toolbox.
"""

import glob
import json
import os

import numpy as np

from ..errors import ConfigError, DataError
from ..runtime.files import write_atomically, write_text
from ..runtime.json_files import read_json
from .readers import find_dataset, own_settings

MARKER_FORMAT = 1


def experiment_name(data_node, split):
    """The EXP_DATA_NAME that the toolbox derives from a ``DATA`` node, e.g. ``PURE_SizeW72_SizeH72_ClipLength128_...``.

    Args:
        data_node: ``config.<split>.DATA``.
        split: ``"TRAIN"``, ``"VALID"``, ``"TEST"`` or ``"UNSUPERVISED"``. In all but TEST, SizeH is W, too.
    """
    node = data_node.PREPROCESS
    crop = node.CROP_FACE
    parts = [
        data_node.DATASET,
        f"SizeW{node.RESIZE.W}",
        f"SizeH{node.RESIZE.H if split == 'TEST' else node.RESIZE.W}",
        f"ClipLength{node.CHUNK_LENGTH}",
        f"DataType{'_'.join(node.DATA_TYPE)}",
        f"DataAug{'_'.join(node.DATA_AUG)}",
        f"LabelType{node.LABEL_TYPE}",
        f"Crop_face{crop.DO_CROP_FACE}",
        f"Backend{crop.BACKEND}",
        f"Large_box{crop.USE_LARGE_FACE_BOX}",
        f"Large_size{crop.LARGE_BOX_COEF}",
        f"Dyamic_Det{crop.DETECTION.DO_DYNAMIC_DETECTION}",
        f"det_len{crop.DETECTION.DYNAMIC_DETECTION_FREQUENCY}",
        f"Median_face_box{crop.DETECTION.USE_MEDIAN_FACE_BOX}",
    ]
    return "_".join(parts + (["unsupervised"] if split == "UNSUPERVISED" else []))


def file_list_name(data_node):
    """File name of the list that the toolbox makes for a split, e.g. ``<EXP_DATA_NAME>_0.0_0.8.csv``.

    What the data set's own settings select is part of it.
    """
    fold = f"_{data_node.FOLD.FOLD_NAME}" if "FOLD" in data_node and data_node.FOLD.FOLD_NAME else ""
    settings = own_settings(data_node)
    selected = "" if settings is None else find_dataset(data_node.DATASET).selection_name(settings)
    fold += f"_{selected}" if selected else ""
    return f"{data_node.EXP_DATA_NAME}_{data_node.BEGIN}_{data_node.END}{fold}.csv"


def is_own_list(data_node):
    """Whether FILE_LIST_PATH names a list of the user's own, which chooses the clips in the place of BEGIN and END."""
    name = os.path.basename(data_node.FILE_LIST_PATH)
    return name.endswith(".csv") and name != file_list_name(data_node)


def check_cached_path(cached_path):
    """Check that the toolbox can derive the names of label files from a cache path.

    Raises:
        ConfigError: the path contains the word "input".
    """
    if "input" in cached_path:
        raise ConfigError(
            f"CACHED_PATH {cached_path!r} has the word 'input' in it. The toolbox finds a clip's label by replacing "
            f"'input' with 'label' everywhere in the path, so it would look in a folder that does not exist. Choose "
            f"a path without it."
        )


def input_path(cached_path, name, index):
    """The frames of clip ``index`` of recording ``name``."""
    return cached_path + os.sep + f"{name}_input{index}.npy"


def label_path(input_file):
    """The label file beside an input file."""
    folder, file = os.path.split(input_file)
    return os.path.join(folder, file.replace("input", "label"))


def write_clip(cached_path, name, index, frames, label):
    """Write a clip's two files, each whole or not at all, the label last. Returns the input file's path."""
    path = input_path(cached_path, name, index)
    write_atomically(path, lambda file: np.save(file, frames), durable=False)
    write_atomically(label_path(path), lambda file: np.save(file, label), durable=False)
    return path


def source_state(recording):
    """Count, total bytes and newest modification time (ns) of a recording's files, which change when the files do.

    None where a file is missing; reading the recording then says which one.
    """
    files = []
    for path in recording.dataset.sources(recording):
        if os.path.isdir(path):
            with os.scandir(path) as entries:
                files.extend(entry.stat() for entry in entries)
        elif os.path.exists(path):
            files.append(os.stat(path))
        else:
            return None
    state = [len(files), sum(file.st_size for file in files), max(file.st_mtime_ns for file in files)]
    return [*state, *recording.dataset.made_from(recording)]


def check_origin(cached_path, recording):
    """Refuse to take, or to overwrite, clips that were made from another folder's recording of the same name.

    A folder that is not there any more has been moved, and one with as many files and bytes is a copy.

    Raises:
        DataError: with both folders.
    """
    marker = read_marker(cached_path, recording.name)
    folder = marker and marker.get("folder")
    if not folder or not os.path.exists(folder) or os.path.realpath(folder) == os.path.realpath(recording.path):
        return
    state = source_state(recording)
    if state is None or (marker.get("source") or [])[:2] != state[:2]:
        raise recording.error(
            f"{cached_path} holds its clips already, made from another folder, {folder}. Give this data set a "
            f"CACHED_PATH of its own, or remove {recording.name}_* there to lose those clips"
        )


def _marker_path(cached_path, name):
    return os.path.join(cached_path, f"{name}_cached.json")


def read_marker(cached_path, name):
    """What a recording's clips were made from, as given to :func:`write_marker`, or None."""
    try:
        marker = read_json(_marker_path(cached_path, name))
    except (FileNotFoundError, ValueError):
        return None
    return marker if _is_marker(marker) else None


def _is_marker(content):
    if not isinstance(content, dict) or content.get("format") != MARKER_FORMAT:
        return False
    if content.get("complete") is not True:
        return content.get("complete") is False
    report = content.get("report")
    return isinstance(report, dict) and isinstance(report.get("clips"), int) and report["clips"] >= 0


def write_marker(cached_path, name, complete, **facts):
    """Record that ``name``'s clips are about to be written (``complete`` False) or are all there."""
    marker = dict(facts, format=MARKER_FORMAT, complete=complete)
    write_text(_marker_path(cached_path, name), json.dumps(marker, indent=1) + "\n")


def left_out(cached_path, name):
    """Why the recording ``name`` was left out when it was preprocessed; None where it was not."""
    marker = read_marker(cached_path, name)
    return marker["report"].get("left_out") if marker is not None and marker["complete"] else None


def cached_inputs(cached_path, name):
    """The input files of ``name``, in order.

    Raises:
        DataError: clips are missing, or preprocessing was interrupted.
    """
    pattern = os.path.join(glob.escape(cached_path), f"{name}_input*.npy")
    count = len(glob.glob(pattern))
    paths = [input_path(cached_path, name, index) for index in range(count)]
    marker = read_marker(cached_path, name)
    interrupted = marker is not None and not marker["complete"]
    whole = all(os.path.isfile(path) and os.path.isfile(label_path(path)) for path in paths)
    if interrupted or not whole or (marker is not None and marker["report"]["clips"] != count):
        raise DataError(
            f"The cached clips of recording {name} in {cached_path} are not complete: preprocessing was interrupted, "
            f"or files were removed. Set DO_PREPROCESS to True; complete recordings are not done again."
        )
    return paths


def clip_bytes(input_file):
    """Sizes of a clip's two files; those of all clips of a recording are the same."""
    return [os.path.getsize(input_file), os.path.getsize(label_path(input_file))]


def clips_match(cached_path, name, count, sizes):
    """Whether the first ``count`` clips of ``name`` are there, with the sizes of :func:`clip_bytes`, and were not
    written after their marker, as the toolbox does when it preprocesses again."""
    try:
        written = os.path.getmtime(_marker_path(cached_path, name))
        paths = [input_path(cached_path, name, index) for index in range(count)]
        return all(clip_bytes(path) == sizes and os.path.getmtime(path) <= written for path in paths)
    except FileNotFoundError:
        return False


def remove_clips(cached_path, name, first):
    """Remove clip ``first`` of ``name`` and later ones, left by a longer version of the recording."""
    for kind in ("input", "label"):
        prefix = f"{name}_{kind}"
        for path in glob.glob(os.path.join(glob.escape(cached_path), prefix + "*.npy")):
            index = os.path.basename(path)[len(prefix) : -len(".npy")]
            if index.isdigit() and int(index) >= first:
                os.remove(path)
