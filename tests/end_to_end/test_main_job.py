"""The main job as a user runs it: ``python main.py --config_file X`` on small recordings, killed, and gone on with.

The kills are of real processes, the loaders' workers among them.
"""

import csv
import json
import os
import shutil
import socket

import pytest
import torch
from support.main_job import EPOCHS, FRAMES, finish, kill, model_files, read_until, start, write_config
from support.paths import REAL_VIDEO
from support.recordings import noise_frames, pulse, write_ground_truth, write_ubfc_rppg

from rfacenet_toolbox import RFaceNet
from rfacenet_toolbox.cli import standalone
from rfacenet_toolbox.training import state_dicts


def test_the_main_job_leaves_weights_states_and_results(finished_job):
    models = sorted(path.name for path in model_files(finished_job).iterdir())
    assert models == ["small_Epoch0.pth", "small_Epoch1.pth", "small_Epoch2.pth", "small_state.pth"]
    content = json.loads((finished_job / "run" / "results.json").read_text())
    assert content["videos"] == {"expected": 3, "scored": 3, "missing": []}
    assert (content["host"], content["train_set"], content["test_set"]) == ("standalone", "PURE", "UBFC-rPPG")
    with open(finished_job / "run" / "per_video.csv") as file:
        videos = [row["video"] for row in csv.DictReader(file) if row["protocol"] == "neurips2023"]
    assert videos == ["subject1", "subject2", "subject10"]
    assert list(finished_job.glob("run/*/saved_test_outputs/small_outputs.pickle"))


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_killed_in_mid_epoch_ends_with_the_same_weights(finished_job, tmp_path, workers):
    shutil.copytree(str(finished_job / "clips"), str(tmp_path / "clips"))
    for dataset in ("PURE", "UBFC-rPPG"):
        os.symlink(str(finished_job / dataset), str(tmp_path / dataset))
    config = write_config(tmp_path, {"MODEL.RFACENET.RUNTIME.WORKERS": workers})
    process = start(config)
    read_until(process, r"Train epoch 2:[^\n]* [1-6]/12 ")
    kill(process)
    models = model_files(tmp_path)
    assert sorted(path.name for path in models.iterdir()) == ["small_Epoch0.pth", "small_Epoch1.pth", "small_state.pth"]
    assert not (tmp_path / "run" / "results.json").exists()

    status, errors = finish(start(config))
    assert status == 0, errors
    assert "Train epoch 2" in errors and "Train epoch 1" not in errors
    for epoch in range(EPOCHS):
        whole, resumed = (
            state_dicts.load(model_files(folder) / f"small_Epoch{epoch}.pth") for folder in (finished_job, tmp_path)
        )
        assert whole.keys() == resumed.keys() and all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert not list(tmp_path.rglob("*.tmp"))
    results = [json.loads((folder / "run" / "results.json").read_text()) for folder in (finished_job, tmp_path)]
    assert results[0]["protocols"] == results[1]["protocols"]


def test_a_run_killed_in_its_test_or_with_damaged_results_is_tested_and_not_trained_again(finished_job_copy, capfd):
    results = finished_job_copy / "run" / "results.json"
    whole = results.read_text()
    results.unlink()
    config = finished_job_copy / "config.yaml"
    process = start(config)
    read_until(process, r"Test:")
    kill(process)
    assert not results.exists()
    host = socket.gethostname().partition(".")[0][:32]
    left = model_files(finished_job_copy) / f".small_Epoch9.pth.{host}-{process.pid}.tmp"
    left.write_text("")
    for damage in ("", "{"):
        results.write_text(damage)
        capfd.readouterr()
        assert standalone(["--config_file", str(config)]) == 0
        shown = capfd.readouterr()
        assert "Train epoch" not in shown.err and "is finished, and is not repeated" in shown.out
        again = json.loads(results.read_text())
        # In this process the number of threads may be another, and with it the last digits.
        for name, summary in json.loads(whole)["protocols"].items():
            assert again["protocols"][name]["MAE"] == pytest.approx(summary["MAE"])
            assert again["protocols"][name]["SNR"] == pytest.approx(summary["SNR"], rel=1e-4)
        assert "warnings" not in again
    assert not left.exists()


def test_preprocessing_that_was_killed_goes_on_where_it_was(tmp_path):
    names = [f"subject{number}" for number in range(1, 6)]
    for number, name in enumerate(names):
        write_ubfc_rppg(tmp_path / "UBFC-rPPG", name, noise_frames(240, 120, 160, number), pulse(240, 30))
    weights = tmp_path / "weights.pth"
    state_dicts.save(weights, RFaceNet(frames=FRAMES, subjects=0).state_dict())
    config = write_config(
        tmp_path,
        {
            "TOOLBOX_MODE": "only_test",
            "INFERENCE.MODEL_PATH": str(weights),
            "TEST.DATA.PREPROCESS.CROP_FACE.DETECTION": {
                "DO_DYNAMIC_DETECTION": True,
                "DYNAMIC_DETECTION_FREQUENCY": 2,
            },
        },
    )
    process = start(config)
    read_until(process, r"Preprocessing:[^\n]* [23]/5 ")
    kill(process)

    def complete():
        markers = {path.name.split("_")[0]: path for path in tmp_path.glob("clips/*/*_cached.json")}
        return {name for name, path in markers.items() if json.loads(path.read_text())["complete"]}

    def times(recordings):
        return {path: path.stat().st_mtime_ns for name in recordings for path in tmp_path.glob(f"clips/*/{name}_*")}

    done = complete()
    assert 2 <= len(done) < 5
    before = times(done)
    assert standalone(["--config_file", str(config)]) == 0
    assert complete() == set(names)
    assert times(done) == before
    assert not list(tmp_path.rglob("*.tmp"))
    content = json.loads((tmp_path / "run" / "results.json").read_text())
    assert content["videos"] == {"expected": 5, "scored": 5, "missing": []}


@pytest.mark.real_data
def test_a_real_recording_gets_its_heart_rate_and_the_truths(tmp_path):
    subject = tmp_path / "UBFC-rPPG" / "subject1"
    subject.mkdir(parents=True)
    shutil.copy(str(REAL_VIDEO / "sample_video_1.mp4"), str(subject / "vid.avi"))  # OpenCV goes by the content
    with open(REAL_VIDEO / "sample_vitals_1.csv") as file:
        ppg = [float(row["ppg"]) for row in csv.DictReader(file)]
    write_ground_truth(subject, ppg)
    torch.manual_seed(0)
    state_dicts.save(tmp_path / "untrained.pth", RFaceNet(frames=128, subjects=0).state_dict())
    config = write_config(
        tmp_path,
        {
            "TOOLBOX_MODE": "only_test",
            "INFERENCE.MODEL_PATH": str(tmp_path / "untrained.pth"),
            "MODEL.RFACENET.FRAME_NUM": 128,
            "TEST.DATA.PREPROCESS": {"CHUNK_LENGTH": 128, "RESIZE": {"W": 72, "H": 72}},
        },
    )
    assert standalone(["--config_file", str(config)]) == 0
    with open(tmp_path / "run" / "per_video.csv") as file:
        rows = {row["protocol"]: row for row in csv.DictReader(file)}
    content = json.loads((tmp_path / "run" / "results.json").read_text())
    assert content["videos"] == {"expected": 1, "scored": 1, "missing": []}
    for protocol, band_bpm in (("neurips2023", (45, 150)), ("toolbox2025", (36, 198))):
        row = rows[protocol]
        grid_bpm = 60 * 30 / 256
        assert (row["video"], row["start_s"], float(row["stop_s"])) == ("subject1", "0", pytest.approx(256 / 30, 1e-4))
        assert float(row["label_heart_rate_bpm"]) == pytest.approx(11 * grid_bpm, abs=0.01)
        assert band_bpm[0] <= float(row["heart_rate_bpm"]) <= band_bpm[1]
        error = float(row["heart_rate_bpm"]) - float(row["label_heart_rate_bpm"])
        assert content["protocols"][protocol]["MAE"][0] == pytest.approx(abs(error), abs=0.01)
