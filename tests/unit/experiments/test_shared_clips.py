"""Clips that several runs share are made once, before any of them."""

import pytest
from support.fake_runs import BASE
from support.recordings import noise_frames, write_both

from rfacenet_toolbox.datasets import splits
from rfacenet_toolbox.experiments import Run, cache_shared_clips, overlaid


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


def make_run(folder, name, **changes):
    small = {
        "CACHED_PATH": str(folder / "clips"),
        "BEGIN": 0.0,
        "END": 1.0,
        "PREPROCESS": {"CHUNK_LENGTH": 16, "RESIZE": {"W": 16, "H": 16}, "CROP_FACE": {"DO_CROP_FACE": False}},
    }
    content = {
        "BASE": [BASE],
        "TRAIN": {"DATA": {**small, "DATA_PATH": str(folder / "PURE")}},
        "TEST": {"DATA": {**small, "DATA_PATH": str(folder / "UBFC-rPPG")}},
        "MODEL": {"RFACENET": {"FRAME_NUM": 16}},
    }
    return Run(name, folder / name, overlaid(content, changes))


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
    cache_shared_clips([make_run(recordings, "c", TRAIN={"EPOCHS": 3})])
    assert all(one.reused for _, _, report in loads[2:] for one in report.recordings)


def test_another_size_is_another_setting(recordings, loads):
    larger = {"DATA": {"PREPROCESS": {"RESIZE": {"W": 20, "H": 20}}}}
    assert cache_shared_clips([make_run(recordings, "a"), make_run(recordings, "b", TRAIN=larger)]) == {}
    assert [split for split, _, _ in loads] == ["TRAIN", "TEST", "TRAIN"]


def test_only_the_runs_that_need_the_damaged_clips_fail(recordings, loads):
    (recordings / "UBFC-rPPG" / "subject1" / "ground_truth.txt").write_text("")
    only_pure = {"DATA": {"DATASET": "PURE", "DATA_PATH": str(recordings / "PURE")}}
    runs = [make_run(recordings, "a"), make_run(recordings, "b", TEST=only_pure)]
    failures = cache_shared_clips(runs)
    assert list(failures) == [runs[0].folder]
    assert "its clips could not be prepared" in failures[runs[0].folder]
    assert "ground_truth.txt is empty" in failures[runs[0].folder]


def test_clips_that_are_not_to_be_preprocessed_are_left_alone(recordings, loads):
    ready = {"DATA": {"DO_PREPROCESS": False}}
    assert cache_shared_clips([make_run(recordings, "a", TRAIN=ready, TEST=ready)]) == {} and loads == []
