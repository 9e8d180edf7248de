"""Clips of other lengths and sizes than 128x72x72, from recordings to scores."""

import json
import re

import numpy as np
import pytest
from support.configs import small_job, write
from support.recordings import face_frames, noise_frames, write_both

from rfacenet_toolbox.cli import standalone


def write_config(folder, chunk_length, side, frame_num=None):
    """Train for an epoch of two steps, then test; the recordings are to be in ``folder``."""
    settings = {"TRAIN.EPOCHS": 1, "MODEL.RFACENET.FRAME_NUM": frame_num or chunk_length}
    return write(folder / "config.yaml", small_job(folder, chunk_length, side), settings)


def check_run(folder, clip_shape):
    clips = [np.load(path, mmap_mode="r") for path in sorted(folder.glob("clips/*/*_input0.npy"))]
    assert [clip.shape for clip in clips] == [clip_shape] * 3
    results = json.loads((folder / "run" / "results.json").read_text())
    assert results["videos"] == {"expected": 1, "scored": 1, "missing": []}
    for protocol in results["protocols"].values():
        assert np.isfinite(protocol["MAE"][0])
    assert len((folder / "run" / "epochs.csv").read_text().splitlines()) == 2


def test_vipl_hrs_64x128x128(tmp_path):
    write_both(tmp_path, face_frames(64), scenarios=(1,), test_subjects=(1,))
    assert standalone(["--config_file", str(write_config(tmp_path, 64, 128))]) == 0
    check_run(tmp_path, (64, 128, 128, 3))


@pytest.mark.parametrize("chunk_length", [16, 32, 160, 300])
def test_any_multiple_of_four_frames(tmp_path, chunk_length):
    write_both(tmp_path, noise_frames(chunk_length), scenarios=(1,), test_subjects=(1,))
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
    write_both(tmp_path, noise_frames(40), scenarios=(1,), test_subjects=(1,))
    before = set(tmp_path.rglob("*"))
    config = write_config(tmp_path, chunk_length, 16, frame_num)
    assert standalone(["--config_file", str(config)]) == 2
    assert re.search(message, capfd.readouterr().err)
    assert set(tmp_path.rglob("*")) == before | {config}
