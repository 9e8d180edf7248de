"""Clips of other lengths and sizes than 128x72x72, from recordings to scores."""

import json
import re

import numpy as np
import pytest
from support.data_recordings import face_frames, noise_frames, pulse, write_pure, write_ubfc_rppg
from support.paths import ROOT

from rfacenet_toolbox.cli import standalone

BASE = ROOT / "toolbox_configs" / "RFACENET_BASE.yaml"


def write_config(folder, chunk_length, side, frame_num=None):
    """Train for an epoch of two steps, then test; the recordings are to be in ``folder``."""
    preprocess = {
        "DATA_TYPE": ["DiffNormalized"],
        "LABEL_TYPE": "DiffNormalized",
        "CHUNK_LENGTH": chunk_length,
        "RESIZE": {"W": side, "H": side},
    }

    def data(dataset):
        return {
            "DATA": {
                "DATASET": dataset,
                "DATA_PATH": str(folder / dataset),
                "CACHED_PATH": str(folder / "clips"),
                "END": 1.0,
                "PREPROCESS": preprocess,
            }
        }

    tree = {
        "BASE": [str(BASE)],
        "TRAIN": {"EPOCHS": 1, "BATCH_SIZE": 1, "MODEL_FILE_NAME": "shape", **data("PURE")},
        "VALID": data("PURE"),
        "TEST": data("UBFC-rPPG"),
        "MODEL": {"RFACENET": {"FRAME_NUM": frame_num or chunk_length, "RUNTIME": {"WORKERS": 0}}},
        "DEVICE": "cpu",
        "LOG": {"PATH": str(folder / "run")},
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(tree))  # JSON is YAML, and has no anchors
    return path


def write_recordings(folder, frames):
    """Two subjects to train on, and another to test on."""
    length = len(frames)
    for subject in (1, 2):
        write_pure(folder / "PURE", f"0{subject}-01", frames, pulse(2 * length, 60, 1 + 0.2 * subject))
    write_ubfc_rppg(folder / "UBFC-rPPG", "subject1", frames, pulse(length, 30))


def check_run(folder, clip_shape):
    clips = [np.load(path, mmap_mode="r") for path in sorted(folder.glob("clips/*/*_input0.npy"))]
    assert [clip.shape for clip in clips] == [clip_shape] * 3
    results = json.loads((folder / "run" / "results.json").read_text())
    assert results["videos"] == {"expected": 1, "scored": 1, "missing": []}
    for protocol in results["protocols"].values():
        assert np.isfinite(protocol["MAE"][0])
    assert len((folder / "run" / "epochs.csv").read_text().splitlines()) == 2


def test_vipl_hrs_64x128x128(tmp_path):
    write_recordings(tmp_path, face_frames(64))
    assert standalone(["--config_file", str(write_config(tmp_path, 64, 128))]) == 0
    check_run(tmp_path, (64, 128, 128, 3))


@pytest.mark.parametrize("chunk_length", [16, 32, 160, 300])
def test_any_multiple_of_four_frames(tmp_path, chunk_length):
    write_recordings(tmp_path, noise_frames(chunk_length))
    assert standalone(["--config_file", str(write_config(tmp_path, chunk_length, 16))]) == 0
    check_run(tmp_path, (chunk_length, 16, 16, 3))


@pytest.mark.parametrize(
    "chunk_length, frame_num, message",
    [
        (30, 30, "error: MODEL.RFACENET.FRAME_NUM is 30; expected a multiple of 4, such as 28"),
        (2, 2, "error: MODEL.RFACENET.FRAME_NUM is 2; .*such as 4"),
        (12, 12, "error: MODEL.RFACENET: FRAME_NUM is 12, too few for the heart_rate term .*16 samples or more"),
        (64, 128, "CHUNK_LENGTH is 64, and MODEL.RFACENET.FRAME_NUM is 128"),
        (0, 0, "TRAIN.DATA: PREPROCESS.CHUNK_LENGTH is 0; expected a whole number of at least 1"),
    ],
)
def test_other_lengths_are_refused_before_anything_is_preprocessed(tmp_path, capfd, chunk_length, frame_num, message):
    write_recordings(tmp_path, noise_frames(40))
    before = set(tmp_path.rglob("*"))
    config = write_config(tmp_path, chunk_length, 16, frame_num)
    assert standalone(["--config_file", str(config)]) == 2
    assert re.search(message, capfd.readouterr().err)
    assert set(tmp_path.rglob("*")) == before | {config}
