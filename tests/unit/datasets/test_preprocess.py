"""Clips of recordings: what is in them, what is reported, what is made again."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.caches import cached, clip_files, reused, three_recordings
from support.configs import CROPPED, data_node
from support.recordings import face_frames, noise_frames, pulse, write_ground_truth, write_pure, write_ubfc_rppg

from rfacenet_toolbox.datasets import clip_cache
from rfacenet_toolbox.datasets import preprocess as module
from rfacenet_toolbox.datasets.clips import ClipDataset
from rfacenet_toolbox.datasets.normalise import FrameFeatures, diff_normalise_label
from rfacenet_toolbox.datasets.preprocess import preprocess
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.errors import ConfigError, DataError


@pytest.fixture
def ubfc(tmp_path):
    return three_recordings(tmp_path)


def test_clips_are_the_normalised_recording_in_chunks(tmp_path):
    frames, wave = noise_frames(40, 12, 12), pulse(80, 60)
    write_pure(tmp_path / "raw", "01-02", frames, wave)
    node = data_node("PURE", tmp_path / "raw", tmp_path / "cache")
    files, report = cached(node)
    assert [os.path.basename(file) for file in files] == ["102_input0.npy", "102_input1.npy"]
    clips = FrameFeatures(frames, ["DiffNormalized"]).clip(0, 32)
    np.testing.assert_array_equal(np.concatenate([np.load(file) for file in files]), clips)
    stretched = np.interp(np.linspace(1, 80, 40), np.arange(1, 81), wave)
    labels = np.concatenate([np.load(clip_cache.label_path(file)) for file in files])
    np.testing.assert_allclose(labels, diff_normalise_label(stretched)[:32], atol=1e-9)
    (one,) = report.recordings
    assert (one.name, one.frames, one.clips, one.dropped_frames, one.reused) == ("102", 40, 2, 8, False)
    assert "1 recordings (0 of them cached before), 40 frames, 2 clips; 8 frames at the ends" in str(report)


def test_without_chunks_a_recording_is_one_clip(tmp_path):
    write_ubfc_rppg(tmp_path / "raw", frames=noise_frames(20), ppg=pulse(18, 30))
    files, _ = cached(data_node("UBFC-rPPG", tmp_path / "raw", tmp_path / "cache", {"PREPROCESS.DO_CHUNK": False}))
    assert np.load(files[0]).shape == (18, 12, 12, 3) and np.load(clip_cache.label_path(files[0])).shape == (18,)


def test_clips_are_covered_by_video_and_label(tmp_path):
    write_ubfc_rppg(tmp_path / "raw", frames=noise_frames(50), ppg=pulse(47, 30))
    files, report = cached(data_node("UBFC-rPPG", tmp_path / "raw", tmp_path / "cache"))
    assert len(files) == 2 and report.recordings[0].dropped_frames == 18


def test_faces_not_found_are_reported(tmp_path):
    write_pure(tmp_path / "raw", "01-01", face_frames(16))
    write_pure(tmp_path / "raw", "01-02", noise_frames(16, 60, 80))
    _, report = cached(data_node("PURE", tmp_path / "raw", tmp_path / "cache", CROPPED))
    assert [one.faces_not_found for one in report.recordings] == [0, 1]
    assert "Warning: no face found in 1 of the 1 frames of 102" in str(report) and "of 101" not in str(report)


def test_clips_of_before_in_float64_are_kept_and_read_as_the_same_numbers(ubfc):
    ubfc.PREPROCESS.DATA_TYPE = ["Standardized"]
    files, _ = cached(ubfc)
    new = [np.load(file) for file in files]
    assert {clip.dtype for clip in new} == {np.dtype(np.float32)}
    for file, clip in zip(files, new):
        np.save(file, clip.astype(np.float64))
    for name in ("subject1", "subject2", "subject3"):
        marker = clip_cache.read_marker(ubfc.CACHED_PATH, name)
        sizes = clip_cache.clip_bytes(clip_cache.input_path(ubfc.CACHED_PATH, name, 0))
        facts = {key: value for key, value in marker.items() if key not in ("format", "complete")}
        clip_cache.write_marker(ubfc.CACHED_PATH, name, complete=True, **{**facts, "clip_bytes": sizes})
    again, report = cached(ubfc)
    assert again == files and all(one.reused for one in report.recordings)
    assert {np.load(file).dtype for file in again} == {np.dtype(np.float64)}
    items = ClipDataset(again, "NDHWC")
    assert all(np.array_equal(items[index][0], clip) for index, clip in enumerate(new))


def test_workers_make_the_same_clips(ubfc, tmp_path):
    here, _ = cached(ubfc)
    away = data_node("UBFC-rPPG", ubfc.DATA_PATH, tmp_path / "away")
    there, report = cached(away, workers=2)
    assert [os.path.basename(file) for file in here] == [os.path.basename(file) for file in there]
    for one, other in zip(here, there):
        np.testing.assert_array_equal(np.load(one), np.load(other))
    assert [one.name for one in report.recordings] == ["subject1", "subject2", "subject3"]


def test_every_failed_recording_is_named_and_the_rest_is_cached(ubfc):
    raw = Path(ubfc.DATA_PATH)
    write_ubfc_rppg(raw, "subject4", noise_frames(10))
    (raw / "subject2" / "vid.avi").write_bytes(b"")
    with pytest.raises(DataError) as caught:
        cached(ubfc)
    message = str(caught.value)
    assert message.startswith("2 of 4 recordings could not be preprocessed. The other 2 are cached in")
    assert f"- UBFC-rPPG recording subject2 ({raw / 'subject2'}): no frame of vid.avi can be decoded" in message
    assert "subject4" in message and "10 labelled frames, and a clip needs 16 (PREPROCESS.CHUNK_LENGTH)" in message
    assert {file.split("_")[0] for file in clip_files(ubfc)} == {"subject1", "subject3"}


def test_a_second_run_does_only_what_is_missing(ubfc):
    _, report = cached(ubfc)
    assert reused(report) == []
    files, again = cached(ubfc)
    assert reused(again) == ["subject1", "subject2", "subject3"] and len(files) == 6
    assert again.recordings[0].dropped_frames == report.recordings[0].dropped_frames == 8
    os.remove(clip_cache.label_path(files[2]))
    Path(files[5]).write_bytes(Path(files[5]).read_bytes()[:100])
    assert reused(cached(ubfc)[1]) == ["subject1"]


def test_a_changed_source_is_done_again(ubfc):
    cached(ubfc)
    write_ground_truth(Path(ubfc.DATA_PATH) / "subject2", pulse(40, 30, heart_rate_hz=1.5))
    assert reused(cached(ubfc)[1]) == ["subject1", "subject3"]


def test_changed_settings_are_done_again(ubfc):
    cached(ubfc)
    ubfc.PREPROCESS.LABEL_TYPE = "Raw"
    assert reused(cached(ubfc)[1]) == []


def test_clips_of_a_longer_version_are_removed(ubfc):
    cached(ubfc)
    ubfc.PREPROCESS.CHUNK_LENGTH = 30
    files, _ = cached(ubfc)
    assert len(files) == 3 and len(clip_files(ubfc)) == 6


def test_the_toolbox_sees_clips_only(ubfc):
    cached(ubfc)
    others = set(os.listdir(ubfc.CACHED_PATH)) - set(clip_files(ubfc))
    assert others == {f"subject{subject}_cached.json" for subject in (1, 2, 3)}
    marker = json.loads((Path(ubfc.CACHED_PATH) / "subject1_cached.json").read_text())
    assert marker["complete"] and marker["report"]["clips"] == 2


def test_settings_are_checked_before_anything_is_read(tmp_path):
    node = data_node("PURE", tmp_path, tmp_path / "inputs")
    with pytest.raises(ConfigError, match="the word 'input'"):
        preprocess([], node, node.CACHED_PATH)
    with pytest.raises(ConfigError, match="workers is 0"):
        preprocess([], node, str(tmp_path / "cache"), workers=0)
    assert os.listdir(tmp_path) == []


def test_workers_import_numpy_and_opencv_alone():
    heavy = "{'torch', 'pandas', 'scipy', 'yacs', 'matplotlib'}"
    command = f"import sys, rfacenet_toolbox.datasets.preprocess; print(sorted({heavy} & set(sys.modules)))"
    root = Path(module.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", command], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_clips_of_another_folder_are_neither_taken_nor_overwritten_in_silence(ubfc, tmp_path):
    cached(ubfc)
    write_ubfc_rppg(tmp_path / "other", "subject1", noise_frames(50, seed=9))
    (recording,) = find_recordings("UBFC-rPPG", str(tmp_path / "other"))
    with pytest.raises(DataError, match="subject1 .*holds its clips already, made from another folder, .*raw/subject1"):
        clip_cache.check_origin(ubfc.CACHED_PATH, recording)
    shutil.rmtree(str(tmp_path / "raw"))  # moved
    clip_cache.check_origin(ubfc.CACHED_PATH, recording)


def test_clips_that_were_written_after_their_marker_are_made_again(ubfc):
    cached(ubfc)
    path = clip_cache.input_path(ubfc.CACHED_PATH, "subject2", 0)
    right = np.load(path)
    np.save(path, np.zeros_like(right))
    later = os.path.getmtime(path) + 5
    os.utime(path, (later, later))
    _, report = cached(ubfc)
    assert [one.reused for one in report.recordings] == [True, False, True]
    np.testing.assert_array_equal(np.load(path), right)
