"""A method of maps that gives heart rates: trained, exported, and used on a video, which gives what the test gave."""

import json

import numpy as np
import pytest
from support.configs import for_splits
from support.main_job import write_config
from support.recordings import face_frames, write_both

import rfacenet_toolbox
from rfacenet_toolbox import cli
from rfacenet_toolbox.evaluation.files import outputs

CHUNKS = 5
EDGES = "sep_conv_3x3:0 skip_connect:1"
MODEL = {"NAME": "NASHR", "NASHR": {"GENOTYPE": f"{EDGES} // {EDGES}", "CHANNELS": 2, "CELLS": 4}}
MAPS = {"PREPROCESS": {"DATA_TYPE": ["STMapPos"], "CROP_FACE.DO_CROP_FACE": False}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Recordings, a finished run on them, and its weights as one file."""
    folder = tmp_path_factory.mktemp("maps")
    write_both(folder, face_frames(32 * CHUNKS, 60, 80))
    config = write_config(folder, {"MODEL": MODEL, "TRAIN.EPOCHS": 1}, for_splits(MAPS))
    rfacenet_toolbox.train(config)
    assert cli.main(["export", str(folder / "run"), "--out", str(folder / "own.safetensors")]) == 0
    return folder


def test_a_video_is_predicted_as_it_was_tested(folder):
    saved = outputs.read(folder / "run").predictions["subject1"]
    video = folder / "UBFC-rPPG" / "subject1" / "vid.avi"
    weights = folder / "own.safetensors"
    found = rfacenet_toolbox.predict(video, "nas-hr", weights, step_s=32 / 30, face_backend="whole")
    assert [window.start_s for window in found.windows] == pytest.approx(np.arange(CHUNKS) * 32 / 30, abs=1e-3)
    np.testing.assert_allclose([one.heart_rate_bpm for one in found.windows], saved.bpm, rtol=1e-5)


def test_the_command_says_what_there_is_and_what_there_is_not(folder, capsys):
    video = str(folder / "UBFC-rPPG" / "subject1" / "vid.avi")
    how = [video, "--method", "nashr", "--weights", str(folder / "own.safetensors"), "--face", "whole"]
    assert cli.main(["predict", *how]) == 0
    text = capsys.readouterr().out
    assert " bpm" in text and "nashr gives the heart rate of each window of 1.1 s, and no waveform" in text
    assert "variability:" not in text and "breaths" not in text
    assert cli.main(["predict", *how, "--json", "--faces", "all"]) == 0
    (content,) = json.loads(capsys.readouterr().out)["predictions"]
    assert (content["gives"], content["face"], content["hrv"], content["quality"]) == ("heart_rate", 1, None, None)
    assert content["windows"][0]["heart_rate_bpm"] > 0
    assert cli.main(["predict", *how, "--window", "8"]) == 2
    assert "Leave --window (window_s=) out" in capsys.readouterr().err


def test_a_part_that_a_manifest_names_is_predicted_beside_its_ground_truth(folder, capsys):
    lines = [
        "video,subject,truth,column,kind,rate_hz,start_s,stop_s",
        "UBFC-rPPG/subject1/vid.avi,1,hr.csv,HR,heart_rate,1,,",
    ]
    (folder / "manifest.csv").write_text("\n".join(lines))
    (folder / "hr.csv").write_text("HR\n" + "\n".join(["70"] * 6))
    how = ["--method", "nashr", "--weights", str(folder / "own.safetensors"), "--face", "whole", "--json"]
    assert cli.main(["predict", str(folder / "manifest.csv"), *how]) == 0
    (content,) = json.loads(capsys.readouterr().out)["predictions"]
    assert (content["gives"], content["reference_bpm"]) == ("heart_rate", 70) and content["heart_rate_bpm"] > 0


def test_a_network_of_maps_is_not_exported_as_onnx(folder, capsys):
    assert cli.main(["export", str(folder / "run"), "--out", str(folder / "own.onnx")]) != 0
    assert "is a run of NASHR; as ONNX there are AutoHR" in capsys.readouterr().err
    assert not (folder / "own.onnx").exists()
