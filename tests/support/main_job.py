"""The main job on small recordings: what makes them, starts it, stops it, and the fixtures of a run to be broken."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest
import yaml
from support.data_recordings import face_frames, pulse, write_pure, write_ubfc_rppg
from support.paths import ROOT

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
        if hasattr(os, "killpg"):  # not on Windows
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
    for marker in folder.glob("clips/*/*_cached.json"):  # they name the recordings
        marker.write_text(marker.read_text().replace(str(finished), str(folder)))
    write_config(folder)
    return folder
