"""The cache against a real rPPG-Toolbox checkout: same names, same types, same numbers."""

import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from support.checkouts import CHECKOUTS
from support.configs import CROPPED, MEDIAN_BOX, data_node, data_settings, detected_every, resized, write
from support.paths import REAL_VIDEO, SUPPORT
from support.recordings import face_frames, noise_frames, pulse, write_ground_truth, write_pure, write_ubfc_rppg

from rfacenet_toolbox.datasets import clip_cache
from rfacenet_toolbox.datasets.splits import load_split
from rfacenet_toolbox.synthetic.scamps import write_scamps

SCRIPT = SUPPORT / "toolbox_loaders.py"

#: settings below DATA, in layers
CASES = {
    "whole frame": [],
    "raw": [{"PREPROCESS": {"DATA_TYPE": ["Raw"], "LABEL_TYPE": "Raw"}}],
    "standardised": [{"PREPROCESS": {"DATA_TYPE": ["Standardized"], "LABEL_TYPE": "Standardized"}}],
    "two types, wide": [
        {"PREPROCESS.DATA_TYPE": ["DiffNormalized", "Standardized"], "DATA_FORMAT": "NDCHW"},
        resized(14, 10),
    ],
    "in one piece": [{"PREPROCESS.DO_CHUNK": False, "DATA_FORMAT": "NDHWC"}],
    "face": [CROPPED, resized(72, 72)],
    "tight face": [CROPPED, {"PREPROCESS.CROP_FACE.USE_LARGE_FACE_BOX": False}],
    "moving face": [CROPPED, detected_every(7)],
    "median face": [CROPPED, detected_every(7), MEDIAN_BOX],
    "median of one": [CROPPED, MEDIAN_BOX],
}


@pytest.fixture(params=CHECKOUTS)
def checkout(request):
    return request.param


def toolbox(checkout, **job):
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")  # leave the checkout as it is
    command = [sys.executable, str(SCRIPT)]
    done = subprocess.run(command, cwd=checkout, env=environment, input=json.dumps(job), text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def compare(checkout, ours, theirs):
    """Cache ``ours`` here and ``theirs`` there; every file and every item must be the same. Gives the differences."""
    toolbox(checkout, caches=theirs)
    worst = {"clip": 0.0, "label": 0.0}
    for mine, its in zip(ours, theirs):
        clips = load_split("TEST", mine, workers=1, progress=False)
        files = sorted(file for file in os.listdir(its["CACHED_PATH"]) if file.endswith(".npy"))
        assert sorted(file for file in os.listdir(mine.CACHED_PATH) if file.endswith(".npy")) == files
        for file in files:
            got, expected = (np.load(os.path.join(folder, file)) for folder in (mine.CACHED_PATH, its["CACHED_PATH"]))
            kind = "clip" if "_input" in file else "label"
            assert got.dtype == (np.float32 if kind == "clip" else expected.dtype), file
            assert got.shape == expected.shape, file
            worst[kind] = max(worst[kind], float(np.abs(got - expected).max()))
        check_items(clips, its)
        check_file_list(mine.FILE_LIST_PATH, its["FILE_LIST_PATH"])
    print(f"greatest differences: {worst}")
    assert worst["clip"] <= 1e-4 and worst["label"] <= 1e-6
    return worst


def check_items(clips, its):
    with open(its["CACHED_PATH"] + "_items.pickle", "rb") as file:
        items = pickle.load(file)
    assert len(clips) == len(items)
    for got, expected in zip(clips, items):
        assert got[2:] == expected[2:]
        for array, other in zip(got[:2], expected[:2]):
            assert array.dtype == other.dtype == np.float32
            np.testing.assert_allclose(array, other, atol=1e-4)


def check_file_list(mine, its):
    got, expected = pd.read_csv(mine), pd.read_csv(its)
    assert list(got.columns) == list(expected.columns)
    names = [sorted(map(os.path.basename, table["input_files"])) for table in (got, expected)]
    assert names[0] == names[1]


def nodes(dataset, raw, folder, cases):
    ours = [data_node(dataset, raw, folder / f"ours{index}", *case) for index, case in enumerate(cases)]
    theirs = [data_node(dataset, raw, folder / f"theirs{index}", *case) for index, case in enumerate(cases)]
    return ours, theirs


def test_pure_clips_are_the_toolboxs(checkout, tmp_path):
    raw = tmp_path / "raw"
    write_pure(raw, "01-01", face_frames(40))
    write_pure(raw, "10-02", noise_frames(37, 120, 160), pulse(73, 60))  # no face; a tail; a label to be stretched
    compare(checkout, *nodes("PURE", raw, tmp_path, CASES.values()))


def test_ubfc_rppg_clips_are_the_toolboxs(checkout, tmp_path):
    raw = tmp_path / "raw"
    write_ubfc_rppg(raw, "subject2", face_frames(40, seed=1))
    write_ubfc_rppg(raw, "subject11", noise_frames(37, 120, 160), pulse(37, 30))
    compare(checkout, *nodes("UBFC-rPPG", raw, tmp_path, CASES.values()))


def test_scamps_clips_are_the_toolboxs(checkout, tmp_path):
    pytest.importorskip("mat73")
    raw = tmp_path / "raw"
    raw.mkdir()
    write_scamps(raw / "P000002.mat", face_frames(40, seed=2), pulse(40, 30))
    write_scamps(raw / "P000011.mat", noise_frames(37, 120, 160), pulse(37, 30), "float64")
    cases = [CASES[name] for name in ("whole frame", "raw", "face", "median face")]
    compare(checkout, *nodes("SCAMPS", raw, tmp_path, cases))


def test_a_longer_label_gives_the_toolboxs_clips(checkout, tmp_path):
    raw = tmp_path / "raw"
    write_ubfc_rppg(raw, "subject2", noise_frames(40), pulse(49, 30))
    compare(checkout, *nodes("UBFC-rPPG", raw, tmp_path, [[]]))


def test_a_part_of_pure_is_the_toolboxs(checkout, tmp_path):
    raw = tmp_path / "raw"
    for subject in (1, 2, 3, 10):
        write_pure(raw, f"{subject:02d}-01", noise_frames(20, seed=subject))
    compare(checkout, *nodes("PURE", raw, tmp_path, [[{"END": 0.8}], [{"BEGIN": 0.8}]]))


@pytest.mark.real_data
def test_a_real_recordings_clips_are_the_toolboxs(checkout, tmp_path):
    path = tmp_path / "raw" / "subject1"
    path.mkdir(parents=True)
    shutil.copy(str(REAL_VIDEO / "sample_video_1.mp4"), str(path / "vid.avi"))
    write_ground_truth(path, pd.read_csv(REAL_VIDEO / "sample_vitals_1.csv")["ppg"].to_numpy())
    case = [CROPPED, resized(72, 72), {"PREPROCESS.CHUNK_LENGTH": 128}]
    compare(checkout, *nodes("UBFC-rPPG", tmp_path / "raw", tmp_path, [case, [*case, detected_every(90), MEDIAN_BOX]]))


def test_experiment_names_are_the_toolboxs(checkout, tmp_path):
    both = [tmp_path, tmp_path / "cache", resized(72, 64), {"DO_PREPROCESS": False}]
    splits = {
        "TRAIN": ["PURE", *both, CROPPED],
        "VALID": ["PURE", *both, {"PREPROCESS.DATA_TYPE": ["DiffNormalized", "Standardized"]}, MEDIAN_BOX],
        "TEST": ["UBFC-rPPG", *both, {"PREPROCESS.CROP_FACE.LARGE_BOX_COEF": 1.25}, detected_every(30)],
        "UNSUPERVISED": ["UBFC-rPPG", *both, {"PREPROCESS.LABEL_TYPE": "Raw"}],
    }
    general = {"TOOLBOX_MODE": "train_and_test", "TEST.USE_LAST_EPOCH": False}
    written = {f"{name}.DATA": data_settings(*settings) for name, settings in splits.items()}
    path = write(tmp_path / "names.yaml", general, written)
    expected = json.loads(toolbox(checkout, names=str(path)).splitlines()[-1])
    for name, settings in splits.items():
        assert clip_cache.experiment_name(data_node(*settings), name) == expected[name]


def test_opencvs_cascade_is_the_checkouts(checkout):
    files = [Path(checkout) / "dataset", Path(cv2.data.haarcascades)]
    sums = {hashlib.sha256((file / "haarcascade_frontalface_default.xml").read_bytes()).digest() for file in files}
    assert len(sums) == 1
