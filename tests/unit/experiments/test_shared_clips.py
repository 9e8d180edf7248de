"""Clips that several runs share are made once, before any of them."""

import pytest
from support.configs import NOT_CROPPED, PURE_TO_UBFC, for_splits, laid_over, resized, small_job
from support.recordings import noise_frames, write_both

from rfacenet_toolbox.datasets import splits
from rfacenet_toolbox.errors import OutputError
from rfacenet_toolbox.experiments import Run, cache_shared_clips


@pytest.fixture
def loads(monkeypatch):
    """The splits that were loaded, by name and number of clips."""
    seen = []
    original = splits.load_split

    def load(split, *args, **settings):
        clips = original(split, *args, workers=1, **settings)
        seen.append((split, len(clips), clips.report))
        return clips

    monkeypatch.setattr(splits, "load_split", load)
    return seen


def make_run(folder, name, *settings):
    small = {"BEGIN": 0.0, "END": 1.0, **NOT_CROPPED}
    content = laid_over(small_job(folder, 16), for_splits(small), {"BASE": [PURE_TO_UBFC]}, *settings)
    return Run(name, folder / name, content)


@pytest.fixture
def recordings(tmp_path):
    write_both(tmp_path, noise_frames(40), scenarios=(1,), test_subjects=(1,))
    return tmp_path


def test_each_setting_is_preprocessed_once_and_then_found(recordings, loads):
    runs = [make_run(recordings, name) for name in ("a", "b")]
    assert cache_shared_clips(runs) == {}
    assert [(split, count) for split, count, _ in loads] == [("TRAIN", 4), ("TEST", 2)]
    assert len(list(recordings.glob("clips/PURE_*/*_input*.npy"))) == 4
    assert len(list(recordings.glob("clips/DataFileLists/*.csv"))) == 2
    cache_shared_clips([make_run(recordings, "c", {"TRAIN.EPOCHS": 3})])
    assert all(one.reused for _, _, report in loads[2:] for one in report.recordings)


def test_another_size_is_another_setting(recordings, loads):
    larger = for_splits(resized(20, 20), ["TRAIN"])
    assert cache_shared_clips([make_run(recordings, "a"), make_run(recordings, "b", larger)]) == {}
    assert [split for split, _, _ in loads] == ["TRAIN", "TEST", "TRAIN"]


def test_only_the_runs_that_need_the_damaged_clips_fail(recordings, loads):
    (recordings / "UBFC-rPPG" / "subject1" / "ground_truth.txt").write_text("")
    only_pure = {"TEST.DATA": {"DATASET": "PURE", "DATA_PATH": str(recordings / "PURE")}}
    runs = [make_run(recordings, "a"), make_run(recordings, "b", only_pure)]
    failures = cache_shared_clips(runs)
    assert list(failures) == [runs[0].folder]
    assert "its clips could not be prepared" in failures[runs[0].folder]
    assert "ground_truth.txt is empty" in failures[runs[0].folder]


def test_clips_that_are_not_to_be_preprocessed_are_left_alone(recordings, loads):
    ready = for_splits({"DO_PREPROCESS": False})
    assert cache_shared_clips([make_run(recordings, "a", ready)]) == {} and loads == []


def test_a_full_disk_ends_all_runs(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OutputError("102_input0.npy cannot be written (the disk is full).")

    monkeypatch.setattr(splits, "load_split", full)
    with pytest.raises(OutputError, match="the disk is full"):
        cache_shared_clips([make_run(tmp_path, "a")])
