"""A data set from outside the package, cached, trained on with identity labels, and tested by the standalone host."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from support.configs import for_splits
from support.main_job import FRAMES, LENGTH, run_script, write_config
from support.paths import ROOT, SUPPORT
from support.recordings import face_frames, pulse

from rfacenet_toolbox.training import state_dicts

SCRIPT = SUPPORT / "made_up_dataset.py"
NAMES = ["P01_rest", "P01_talk", "P02_rest", "P10_rest", "P10_talk"]


def run(folder, *settings):
    data = for_splits({"DATASET": "MadeUp", "DATA_PATH": str(folder / "raw")})
    config = write_config(folder, data, {"TRAIN.EPOCHS": 1, "TRAIN.DATA.END": 0.7, "TEST.DATA.BEGIN": 0.7}, *settings)
    return run_script(SCRIPT, config)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Recordings of three subjects, the first two trained on, the last tested; and what the run left."""
    folder = tmp_path_factory.mktemp("added")
    for index, name in enumerate(NAMES):
        (folder / "raw" / name).mkdir(parents=True)
        np.save(folder / "raw" / name / "frames.npy", face_frames(LENGTH, seed=index))
        np.save(folder / "raw" / name / "ppg.npy", pulse(LENGTH, 30, 1 + 0.1 * index))
    (folder / "raw" / "notes").mkdir()
    done = run(folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_it_takes_under_60_lines():
    assert len(SCRIPT.read_text().splitlines()) < 60


def test_its_clips_are_cached_under_its_own_names(folder):
    (cache,) = folder.glob(f"clips/MadeUp_SizeW*_ClipLength{FRAMES}_*")
    inputs = sorted(path.name for path in cache.glob("*_input*.npy"))
    assert inputs == [f"{name}_input{index}.npy" for name in NAMES for index in range(LENGTH // FRAMES)]
    assert {path.name for path in cache.glob("*.json")} == {f"{name}_cached.json" for name in NAMES}


def test_its_subjects_become_identity_classes(folder):
    (state,) = folder.glob("run/*/PreTrainedModels/small_state.pth")
    content = state_dicts.load(state)
    assert content["identities"] == ["MadeUp/1", "MadeUp/2"]
    assert 0 <= content["history"][0]["identity_accuracy"] <= 1


def test_its_recordings_are_tested(folder):
    results = json.loads((folder / "run" / "results.json").read_text())
    assert results["train_set"] == results["test_set"] == "MadeUp"
    assert results["videos"] == {"expected": 2, "scored": 2, "missing": []}
    assert {name.split(",")[1] for name in (folder / "run" / "per_video.csv").read_text().splitlines()[1:]} == set(
        NAMES[3:]
    )


def test_a_sweep_knows_it_by_the_module_that_registers_it(folder):
    paths = os.pathsep.join([str(ROOT), str(SUPPORT)])
    environment = dict(os.environ, OMP_NUM_THREADS="1", PYTHONPATH=paths, RFACENET_PLUGINS="made_up_dataset")
    sweep = ["sweep", str(folder / "config.yaml"), "--set", "TRAIN.LR=1e-3", "--out", str(folder / "sweep")]
    command = [sys.executable, "-m", "rfacenet_toolbox", *sweep]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (results,) = (folder / "sweep").glob("*/results.json")
    assert json.loads(results.read_text())["videos"]["scored"] == 2


def test_what_is_cached_is_not_cached_again_and_a_changed_recording_is(folder):
    path = folder / "raw" / "P02_rest" / "ppg.npy"
    np.save(path, np.load(path)[:-1])
    done = run(folder)
    assert done.returncode == 2
    assert "1 of 3 recordings could not be preprocessed. The other 2 are cached" in done.stderr
    assert f"MadeUp recording P02_rest ({path.parent}): {LENGTH} frames and {LENGTH - 1} samples" in done.stderr


def test_a_misspelt_name_is_answered_with_its_own(folder):
    done = run(folder, {"TEST.DATA.DATASET": "MadUp"})
    assert (
        done.returncode == 2
        and "Did you mean 'MadeUp'? Available: PURE, UBFC-rPPG, VIPL-HR, SCAMPS, MCD-rPPG, Manifest, MadeUp."
        in done.stderr
    )
