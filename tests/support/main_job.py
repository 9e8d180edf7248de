"""The main job on small recordings: what makes them, starts it, stops it, and the fixtures of a run to be broken."""

import os
import re
import shutil
import signal
import subprocess
import sys

import pytest
from support.configs import small_job, write
from support.paths import ROOT
from support.recordings import face_frames, write_both

FRAMES, CHUNKS = 32, 3
LENGTH = CHUNKS * FRAMES + 6
EPOCHS = 3


def write_config(folder, *settings):
    """A config in ``folder`` for the recordings there, with other settings over it."""
    return write(folder / "config.yaml", small_job(folder, FRAMES), {"TRAIN.EPOCHS": EPOCHS}, *settings)


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


def run_script(script, config):
    """What ``script`` in the place of main.py did with a config: a CompletedProcess, its output as text."""
    environment = dict(os.environ, OMP_NUM_THREADS="1", PYTHONPATH=str(ROOT))
    command = [sys.executable, str(script), "--config_file", str(config)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


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


@pytest.fixture(scope="session")
def finished_job(tmp_path_factory):
    """A folder with recordings, and beside them the caches, states, weights and results of an undisturbed run."""
    folder = tmp_path_factory.mktemp("main_job") / "finished"
    write_both(folder, face_frames(LENGTH))
    status, errors = finish(start(write_config(folder)))
    assert status == 0, errors
    return folder


@pytest.fixture
def finished_job_copy(finished_job, tmp_path):
    """A copy of the finished job to be broken, cached clips and all; its config is for this copy."""
    folder = tmp_path / "copy"
    lists = shutil.ignore_patterns("DataFileLists")  # they name the clips
    shutil.copytree(str(finished_job), str(folder), ignore=lists)
    for marker in folder.glob("clips/*/*_cached.json"):  # they name the recordings
        marker.write_text(marker.read_text().replace(str(finished_job), str(folder)))
    write_config(folder)
    return folder
