"""The main job as a user runs it: ``python main.py --config_file X`` on small recordings, stopped and broken in turn.

What is wrong with the data, the config or the weights is mostly tried by calling what main.py calls, in this process;
kills, loader workers and the exit status are tried on real processes.
"""
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from data_recordings import face_frames, noise_frames, pulse, write_ground_truth, write_pure, write_ubfc_rppg

from rfacenet_toolbox import RFaceNet, checkpoint
from rfacenet_toolbox.cli import standalone

ROOT = Path(__file__).parents[1]
REAL_VIDEO = ROOT.parent / "shared" / "data" / "real_video_1"
FRAMES, SIDE, CHUNKS = 32, 16, 3
LENGTH = CHUNKS * FRAMES + 6
EPOCHS = 3


def write_config(folder, **changes):
    """A config in ``folder`` for the recordings there; ``changes`` are dotted keys with ``__`` for the dot."""
    small = {
        "PREPROCESS": {
            "DATA_TYPE": ["DiffNormalized"],
            "LABEL_TYPE": "DiffNormalized",
            "CHUNK_LENGTH": FRAMES,
            "RESIZE": {"W": SIDE, "H": SIDE},
        },
        "CACHED_PATH": str(folder / "clips"),
    }
    pure = {"DATASET": "PURE", "DATA_PATH": str(folder / "PURE"), "END": 1.0, **small}
    tree = {
        "BASE": [str(ROOT / "toolbox_configs" / "RFACENET_BASE.yaml")],
        "TRAIN": {"EPOCHS": EPOCHS, "BATCH_SIZE": 1, "MODEL_FILE_NAME": "small", "DATA": pure},
        "VALID": {"DATA": dict(pure)},
        "TEST": {"DATA": {**pure, "DATASET": "UBFC-rPPG", "DATA_PATH": str(folder / "UBFC-rPPG")}},
        "MODEL": {"RFACENET": {"FRAME_NUM": FRAMES, "RUNTIME": {"WORKERS": 0}}},
        "DEVICE": "cpu",
        "LOG": {"PATH": str(folder / "run")},
    }
    for dotted, value in changes.items():
        *path, leaf = dotted.split("__")
        node = tree
        for key in path:
            node = node.setdefault(key, {})
        node[leaf] = value
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(json.loads(json.dumps(tree))))
    return path


def start(config):
    """The main job in a process group of its own, its output to be read as it comes."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "--config_file", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=dict(os.environ, OMP_NUM_THREADS="1"),
        start_new_session=True,
        universal_newlines=True,
    )


def finish(process):
    """The exit status and stderr of a process that is left to end."""
    _, errors = process.communicate(timeout=300)
    return process.returncode, errors


def kill(process):
    """kill -9; what the process had started goes with it."""
    process.kill()
    process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.stderr.close()


def read_until(process, pattern):
    """Read stderr until it matches. A carriage return, with which a progress bar begins anew, is read as a newline."""
    seen = ""
    while not re.search(pattern, seen):
        character = process.stderr.read(1)
        assert character, f"ended before {pattern!r} came:\n{seen}"
        seen += character


def snapshot(*folders):
    """{file: content} of what a failing run must leave alone."""
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def model_files(folder):
    (path,) = folder.glob("run/*/PreTrainedModels")
    return path


def write_recordings(folder):
    """Two PURE subjects and three of UBFC-rPPG, long enough for three clips and some frames over."""
    faces = face_frames(LENGTH)
    for subject in (1, 2):
        for scenario in (1, 2):
            ppg = pulse(2 * LENGTH, 60, 1.0 + 0.2 * scenario)
            write_pure(folder / "PURE", f"0{subject}-0{scenario}", faces[:, :, :: (-1) ** subject], ppg)
    for subject in (1, 2, 10):
        write_ubfc_rppg(folder / "UBFC-rPPG", f"subject{subject}", faces, pulse(LENGTH, 30, 1 + 0.1 * subject))


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A folder with recordings, and beside them the caches, states, weights and results of an undisturbed run."""
    folder = tmp_path_factory.mktemp("main_job") / "finished"
    write_recordings(folder)
    status, errors = finish(start(write_config(folder)))
    assert status == 0, errors
    return folder


@pytest.fixture
def copied(finished, tmp_path):
    """A copy of it to be broken, cached clips and all; its config is for this copy."""
    folder = tmp_path / "copied"
    shutil.copytree(str(finished), str(folder), ignore=shutil.ignore_patterns("DataFileLists"))  # they name the clips
    write_config(folder)
    return folder


def test_the_main_job_leaves_weights_states_and_results(finished):
    models = sorted(path.name for path in model_files(finished).iterdir())
    assert models == ["small_Epoch0.pth", "small_Epoch1.pth", "small_Epoch2.pth", "small_state.pth"]
    content = json.loads((finished / "run" / "results.json").read_text())
    assert content["videos"] == {"expected": 3, "scored": 3, "missing": []}
    assert (content["host"], content["train_set"], content["test_set"]) == ("standalone", "PURE", "UBFC-rPPG")
    with open(finished / "run" / "per_video.csv") as file:
        videos = [row["video"] for row in csv.DictReader(file) if row["protocol"] == "neurips2023"]
    assert videos == ["subject1", "subject2", "subject10"]
    assert list(finished.glob("run/*/saved_test_outputs/small_outputs.pickle"))


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_killed_in_mid_epoch_ends_with_the_same_weights(finished, tmp_path, workers):
    shutil.copytree(str(finished / "clips"), str(tmp_path / "clips"))
    for dataset in ("PURE", "UBFC-rPPG"):
        os.symlink(str(finished / dataset), str(tmp_path / dataset))
    config = write_config(tmp_path, MODEL__RFACENET__RUNTIME__WORKERS=workers)
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
            checkpoint.load(model_files(folder) / f"small_Epoch{epoch}.pth") for folder in (finished, tmp_path)
        )
        assert whole.keys() == resumed.keys() and all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert not list(tmp_path.rglob("*.tmp"))
    results = [json.loads((folder / "run" / "results.json").read_text()) for folder in (finished, tmp_path)]
    assert results[0]["protocols"] == results[1]["protocols"]


def test_preprocessing_that_was_killed_goes_on_where_it_was(tmp_path):
    names = [f"subject{number}" for number in range(1, 6)]
    for number, name in enumerate(names):
        write_ubfc_rppg(tmp_path / "UBFC-rPPG", name, noise_frames(240, 120, 160, number), pulse(240, 30))
    weights = tmp_path / "weights.pth"
    checkpoint.save(weights, RFaceNet(FRAMES, 0).state_dict())
    config = write_config(
        tmp_path, TOOLBOX_MODE="only_test", INFERENCE__MODEL_PATH=str(weights),
        TEST__DATA__PREPROCESS__CROP_FACE__DETECTION={
            "DO_DYNAMIC_DETECTION": True, "DYNAMIC_DETECTION_FREQUENCY": 2,
        },
    )  # fmt: skip
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


def paragraph(errors):
    """The error message, after checking that it is all there is beside progress bars."""
    *bars, message = re.split(r"[\r\n](?=error: )", "\n" + errors)
    assert len(bars) == 1, errors
    for line in re.split(r"[\r\n]+", bars[0]):
        assert not line or re.match(r"(Preprocessing|Test|Train epoch \d+|Validation):", line), errors
    assert "Traceback" not in message and "\n\n" not in message, errors
    return message.strip()


def truncate(path):
    """Keep the first half of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def truncated_video(folder):
    truncate(folder / "UBFC-rPPG" / "subject2" / "vid.avi")


def missing_frame(folder):
    sorted((folder / "PURE" / "02-01" / "02-01").iterdir())[7].unlink()


def empty_ground_truth(folder):
    (folder / "UBFC-rPPG" / "subject10" / "ground_truth.txt").write_text("")


def no_such_data(folder):
    write_config(folder, TEST__DATA__DATA_PATH=str(folder / "nowhere"))


def misspelt_key(folder):
    write_config(folder, MODEL__RFACENET__FUSSION="stage2")


def short_recording(folder):
    write_ubfc_rppg(folder / "UBFC-rPPG", "subject3", noise_frames(FRAMES - 1))


def no_config(folder):
    (folder / "config.yaml").unlink()


def frame_num(folder):
    write_config(folder, MODEL__RFACENET__FRAME_NUM=2 * FRAMES)


def only_test(folder, weights):
    write_config(folder, TOOLBOX_MODE="only_test", INFERENCE__MODEL_PATH=str(weights))


def damaged_weights(folder):
    weights = folder / "damaged.pth"
    shutil.copy(str(model_files(folder) / "small_Epoch2.pth"), str(weights))
    truncate(weights)
    only_test(folder, weights)


def weights_that_are_text(folder):
    (folder / "text.pth").write_text("a note, not weights\n")
    only_test(folder, folder / "text.pth")


def weights_of_another_variant(folder):
    checkpoint.save(folder / "other.pth", RFaceNet(FRAMES, 0, fusion="none", identity="none").state_dict())
    only_test(folder, folder / "other.pth")


def state_instead_of_weights(folder):
    only_test(folder, model_files(folder) / "small_state.pth")


def unreadable_clip(folder):
    for path in folder.glob("clips/*/subject2_input1.npy"):
        truncate(path)
    changes = {f"{split}__DATA__DO_PREPROCESS": False for split in ("TRAIN", "VALID", "TEST")}
    write_config(folder, **changes)


def log_below_a_file(folder):
    (folder / "a_file").write_text("")
    write_config(folder, LOG__PATH=str(folder / "a_file" / "run"))


BROKEN = {
    truncated_video: r"1 of 3 .*- UBFC-rPPG recording subject2 .*s of video are missing",
    missing_frame: rf"1 of 4 .*- PURE recording 201 .*1 of the {LENGTH} frames .* not there, the first is Image\d+.png",
    empty_ground_truth: r"- UBFC-rPPG recording subject10 .*ground_truth.txt is empty",
    no_such_data: r"nowhere' is no folder, so there are no UBFC-rPPG recordings",
    misspelt_key: r"config.yaml sets MODEL.RFACENET.FUSSION, which is no setting. Did you mean MODEL.RFACENET.FUSION\?",
    short_recording: r"- UBFC-rPPG recording subject3 .*it has 31 labelled frames, and a clip needs 32",
    no_config: r"no config file at .*config.yaml",
    frame_num: r"CHUNK_LENGTH is 32, and MODEL.RFACENET.FRAME_NUM is 64",
    damaged_weights: r"damaged.pth cannot be read as a checkpoint",
    weights_that_are_text: r"text.pth cannot be read as a checkpoint",
    weights_of_another_variant: r"other.pth is of another model than the config describes: .* absent \(",
    state_instead_of_weights: r"small_state.pth holds epoch, run, identities .* as a training state does",
    unreadable_clip: r"subject2_input1.npy cannot be read .*Delete it and run again",
    log_below_a_file: r"LOG.PATH is .*a_file/run",
}


@pytest.mark.parametrize("spoil", BROKEN, ids=lambda spoil: spoil.__name__)
def test_what_is_broken_is_named_before_any_training_and_nothing_is_lost(copied, capfd, spoil):
    spoil(copied)
    before = snapshot(copied / "clips", copied / "run")
    capfd.readouterr()
    assert standalone(["--config_file", str(copied / "config.yaml")]) == 2
    errors = capfd.readouterr().err
    assert re.search(BROKEN[spoil], paragraph(errors), re.DOTALL)
    assert "Train epoch" not in errors
    after = snapshot(copied / "clips", copied / "run")
    assert {path: after.get(path) for path in before} == before


def test_a_clip_that_is_not_finite_stops_the_training_by_name(copied, capfd):
    for path in copied.glob("clips/*/102_input2.npy"):
        clip = np.load(path)
        clip[5] = np.nan
        np.save(path, clip)
    changes = {f"{split}__DATA__DO_PREPROCESS": False for split in ("TRAIN", "TEST")}
    config = write_config(copied, **changes)
    before = snapshot(copied / "run")
    assert standalone(["--config_file", str(config)]) == 2
    message = paragraph(capfd.readouterr().err)
    assert re.search("the loss became nan in epoch 0, at the clips 102 chunk 2. No epoch was finished", message)
    assert snapshot(copied / "run") == before


@pytest.mark.parametrize("spoil", [truncated_video, unreadable_clip], ids=lambda spoil: spoil.__name__)
def test_a_process_ends_with_status_2_and_the_paragraph(copied, spoil):
    spoil(copied)
    status, errors = finish(start(copied / "config.yaml"))
    assert status == 2
    assert re.search(BROKEN[spoil], paragraph(errors), re.DOTALL)


@pytest.mark.real_data
def test_a_real_recording_gets_its_heart_rate_and_the_truths(tmp_path):
    if not REAL_VIDEO.is_dir():
        pytest.skip(f"there is no real recording in {REAL_VIDEO}")
    subject = tmp_path / "UBFC-rPPG" / "subject1"
    subject.mkdir(parents=True)
    shutil.copy(str(REAL_VIDEO / "sample_video_1.mp4"), str(subject / "vid.avi"))  # OpenCV goes by the content
    with open(REAL_VIDEO / "sample_vitals_1.csv") as file:
        ppg = [float(row["ppg"]) for row in csv.DictReader(file)]
    write_ground_truth(subject, ppg)
    torch.manual_seed(0)
    checkpoint.save(tmp_path / "untrained.pth", RFaceNet(128, 0).state_dict())
    config = write_config(
        tmp_path, TOOLBOX_MODE="only_test", INFERENCE__MODEL_PATH=str(tmp_path / "untrained.pth"),
        MODEL__RFACENET__FRAME_NUM=128, TEST__DATA__PREPROCESS={},
    )  # fmt: skip
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
