"""Preprocessing on a full disk, and killed at any moment."""

import errno
import functools
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from support.caches import cached, clip_files, reused, three_recordings
from support.configs import data_node
from support.systems import needs_signals

from rfacenet_toolbox.datasets import clip_cache
from rfacenet_toolbox.datasets import preprocess as module
from rfacenet_toolbox.errors import DataError, OutputError


@pytest.fixture
def ubfc(tmp_path):
    return three_recordings(tmp_path)


def test_a_full_disk_is_no_fault_of_the_recordings(ubfc, monkeypatch):
    save, written = np.save, []

    def save_four(file, array):
        written.append(file)
        if len(written) > 7:  # 2 clips of 2 files a recording
            file.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        save(file, array)

    with monkeypatch.context() as patched, pytest.raises(OutputError) as caught:
        patched.setattr(np, "save", save_four)
        cached(ubfc)
    message = str(caught.value)
    assert "subject2_label1.npy cannot be written (the disk is full)" in message and "Repair" not in message
    assert "\n" not in message and len(clip_files(ubfc)) == 7 and len(written) == 8
    _, report = cached(ubfc)
    assert reused(report) == ["subject1"] and len(clip_files(ubfc)) == 12


CACHE_RECORDING = module.cache_recording


def killed_while_writing(task):
    """Stands in for ``cache_recording``: the worker of subject2 is killed after its first clip."""
    if task.recording.name == "subject2":
        write = clip_cache.write_clip

        def write_one(*arguments):
            if arguments[2] == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            return write(*arguments)

        clip_cache.write_clip = write_one
    return CACHE_RECORDING(task)


@needs_signals
def test_a_killed_worker_names_its_recording_and_the_next_run_completes_it(ubfc, monkeypatch):
    monkeypatch.setattr(module, "cache_recording", killed_while_writing)
    with pytest.raises(DataError, match="1 of 3 .*\n- UBFC-rPPG recording subject2 .*killed by signal 9"):
        cached(ubfc, workers=2)
    assert "subject2_input0.npy" in clip_files(ubfc) and "subject2_input1.npy" not in clip_files(ubfc)
    with pytest.raises(DataError, match="recording subject2 .* not complete"):
        clip_cache.cached_inputs(ubfc.CACHED_PATH, "subject2")
    monkeypatch.undo()
    files, report = cached(ubfc)
    assert reused(report) == ["subject1", "subject3"] and len(files) == 6
    assert len(clip_cache.cached_inputs(ubfc.CACHED_PATH, "subject2")) == 2


def killed_at_replacement(number, task):
    """Stands in for ``cache_recording``: subject2's worker is killed when its ``number``-th file is to be put in place.

    The files are: marker, clip 0, its label, clip 1, its label, marker.
    """
    if task.recording.name == "subject2":
        replace, left = os.replace, iter(range(number - 1, -1, -1))

        def replace_or_die(source, target):
            if not next(left):
                os.truncate(source, os.path.getsize(source) // 2)
                os.kill(os.getpid(), signal.SIGKILL)
            replace(source, target)

        os.replace = replace_or_die
    return CACHE_RECORDING(task)


@needs_signals
@pytest.mark.parametrize("number", [1, 2, 4, 5, 6])
def test_a_half_written_file_is_never_taken_for_a_whole_one(ubfc, tmp_path, monkeypatch, number):
    whole, _ = cached(data_node("UBFC-rPPG", ubfc.DATA_PATH, tmp_path / "undisturbed"))
    monkeypatch.setattr(module, "cache_recording", functools.partial(killed_at_replacement, number))
    with pytest.raises(DataError, match="subject2 .*killed by signal 9"):
        cached(ubfc, workers=2)
    monkeypatch.undo()
    halves = [file for file in os.listdir(ubfc.CACHED_PATH) if file.endswith(".tmp")]
    assert len(halves) == 1 and halves[0].startswith(".subject2_")
    for file in clip_files(ubfc):
        np.load(os.path.join(ubfc.CACHED_PATH, file))
    if number > 1:
        with pytest.raises(DataError, match="recording subject2 .* not complete"):
            clip_cache.cached_inputs(ubfc.CACHED_PATH, "subject2")
    files, report = cached(ubfc)
    assert reused(report) == ["subject1", "subject3"]
    assert not [file for file in os.listdir(ubfc.CACHED_PATH) if file.endswith(".tmp")]
    for file, undisturbed in zip(files, whole):
        assert Path(file).read_bytes() == Path(undisturbed).read_bytes()
        assert Path(clip_cache.label_path(file)).read_bytes() == Path(clip_cache.label_path(undisturbed)).read_bytes()
