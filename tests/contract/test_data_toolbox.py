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
import yaml
from support.checkouts import CHECKOUTS
from support.data_recordings import (
    data_node,
    face_frames,
    noise_frames,
    pulse,
    write_ground_truth,
    write_pure,
    write_ubfc_rppg,
)
from support.paths import SHARED, SUPPORT

from rfacenet_toolbox.datasets import clip_cache
from rfacenet_toolbox.datasets.splits import load_split

SIDE = SUPPORT / "data_toolbox_side.py"
REAL_VIDEO = SHARED / "real_video_1"

CASES = {
    "whole frame": {},
    "raw": {"DATA_TYPE": ["Raw"], "LABEL_TYPE": "Raw"},
    "standardised": {"DATA_TYPE": ["Standardized"], "LABEL_TYPE": "Standardized"},
    "two types, wide": {"DATA_TYPE": ["DiffNormalized", "Standardized"], "W": 14, "H": 10, "DATA_FORMAT": "NDCHW"},
    "in one piece": {"DO_CHUNK": False, "DATA_FORMAT": "NDHWC"},
    "face": {"DO_CROP_FACE": True, "W": 72, "H": 72},
    "tight face": {"DO_CROP_FACE": True, "USE_LARGE_FACE_BOX": False},
    "moving face": {"DO_CROP_FACE": True, "DO_DYNAMIC_DETECTION": True, "DYNAMIC_DETECTION_FREQUENCY": 7},
    "median face": {
        "DO_CROP_FACE": True,
        "DO_DYNAMIC_DETECTION": True,
        "DYNAMIC_DETECTION_FREQUENCY": 7,
        "USE_MEDIAN_FACE_BOX": True,
    },
    "median of one": {"DO_CROP_FACE": True, "USE_MEDIAN_FACE_BOX": True},
}


@pytest.fixture(params=CHECKOUTS)
def checkout(request):
    return request.param


def toolbox(checkout, **job):
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")  # leave the checkout as it is
    command = [sys.executable, str(SIDE)]
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
            assert got.dtype == expected.dtype and got.shape == expected.shape, file
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
    ours = [data_node(dataset, raw, folder / f"ours{index}", **case) for index, case in enumerate(cases)]
    theirs = [data_node(dataset, raw, folder / f"theirs{index}", **case) for index, case in enumerate(cases)]
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


def test_a_longer_label_gives_the_toolboxs_clips(checkout, tmp_path):
    raw = tmp_path / "raw"
    write_ubfc_rppg(raw, "subject2", noise_frames(40), pulse(49, 30))
    compare(checkout, *nodes("UBFC-rPPG", raw, tmp_path, [{}]))


def test_a_part_of_pure_is_the_toolboxs(checkout, tmp_path):
    raw = tmp_path / "raw"
    for subject in (1, 2, 3, 10):
        write_pure(raw, f"{subject:02d}-01", noise_frames(20, seed=subject))
    compare(checkout, *nodes("PURE", raw, tmp_path, [{"BEGIN": 0.0, "END": 0.8}, {"BEGIN": 0.8, "END": 1.0}]))


@pytest.mark.real_data
def test_a_real_recordings_clips_are_the_toolboxs(checkout, tmp_path):
    path = tmp_path / "raw" / "subject1"
    path.mkdir(parents=True)
    shutil.copy(str(REAL_VIDEO / "sample_video_1.mp4"), str(path / "vid.avi"))
    write_ground_truth(path, pd.read_csv(REAL_VIDEO / "sample_vitals_1.csv")["ppg"].to_numpy())
    case = {"DO_CROP_FACE": True, "W": 72, "H": 72, "CHUNK_LENGTH": 128}
    median = dict(case, DO_DYNAMIC_DETECTION=True, DYNAMIC_DETECTION_FREQUENCY=90, USE_MEDIAN_FACE_BOX=True)
    compare(checkout, *nodes("UBFC-rPPG", tmp_path / "raw", tmp_path, [case, median]))


def test_experiment_names_are_the_toolboxs(checkout, tmp_path):
    def split(dataset, **changes):
        node = data_node(dataset, tmp_path, tmp_path / "cache", DO_PREPROCESS=False, W=72, H=64, **changes)
        return {"DATA": yaml.safe_load(node.dump())}

    config = {
        "TOOLBOX_MODE": "train_and_test",
        "TRAIN": split("PURE", DO_CROP_FACE=True),
        "VALID": split("PURE", DATA_TYPE=["DiffNormalized", "Standardized"], USE_MEDIAN_FACE_BOX=True),
        "TEST": dict(split("UBFC-rPPG", LARGE_BOX_COEF=1.25, DO_DYNAMIC_DETECTION=True), USE_LAST_EPOCH=False),
        "UNSUPERVISED": split("UBFC-rPPG", LABEL_TYPE="Raw"),
    }
    path = tmp_path / "names.yaml"
    path.write_text(yaml.safe_dump(config))
    expected = json.loads(toolbox(checkout, names=str(path)).splitlines()[-1])
    for name in expected:
        node = data_node("PURE", tmp_path, tmp_path)
        node.merge_from_other_cfg(type(node)(config[name]["DATA"]))
        assert clip_cache.experiment_name(node, name) == expected[name]


def test_opencvs_cascade_is_the_checkouts(checkout):
    files = [Path(checkout) / "dataset", Path(cv2.data.haarcascades)]
    sums = {hashlib.sha256((file / "haarcascade_frontalface_default.xml").read_bytes()).digest() for file in files}
    assert len(sums) == 1
