"""Every known defect of VIPL-HR: what is read, what is left out, what the log says."""

import json
import re

import numpy as np
import pytest
from support.recordings import noise_frames, write_vipl_hr

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.datasets import clip_cache
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.datasets.splits import load_split
from rfacenet_toolbox.datasets.vipl_hr import Parts
from rfacenet_toolbox.errors import DataError


def recording(root):
    (found,) = find_recordings("VIPL-HR", str(root))
    return found


def data_node(root, chunk_length=16, **own):
    node = toolbox_tree().TEST.DATA
    node.DATASET, node.DATA_PATH, node.DO_PREPROCESS = "VIPL-HR", str(root), True
    node.CACHED_PATH, node.FILE_LIST_PATH = str(root / "cache"), str(root / "lists" / "_0.0_1.0.csv")
    preprocess = node.PREPROCESS
    preprocess.DATA_TYPE, preprocess.LABEL_TYPE, preprocess.CHUNK_LENGTH = ["Raw"], "Raw", chunk_length
    preprocess.RESIZE.W = preprocess.RESIZE.H = 8
    preprocess.CROP_FACE.DO_CROP_FACE = False
    for key, value in own.items():
        node.VIPL_HR[key] = value
    (root / "lists").mkdir(exist_ok=True)
    return node


def cached(root, capsys, **settings):
    """``(clips, what was printed)`` of a tree."""
    clips = load_split("TEST", data_node(root, **settings), workers=1)
    return clips, capsys.readouterr().out


def marker(root, name):
    return json.loads((root / "cache" / f"{name}_cached.json").read_text())


def test_every_folder_is_found_and_told_by_its_name(tmp_path):
    for folder in ("p10/v1/source1", "p10/v1-2/source4", "p100/v8/source2", "p107/v7/source3"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    (tmp_path / "data" / "p10" / "notes").mkdir()
    (tmp_path / "Missing_data.txt").write_text("")
    found = find_recordings("VIPL-HR", str(tmp_path))
    names = ["p10_v1-2_source4", "p10_v1_source1", "p100_v8_source2", "p107_v7_source3"]
    assert [(one.name, one.subject) for one in found] == list(zip(names, (10, 10, 100, 107)))
    assert [one.name for one in find_recordings("VIPL-HR", str(tmp_path / "data"))] == names
    assert found[0].dataset.parts("p10_v1-2_source4") == Parts(10, 1, 2, 4)


@pytest.mark.parametrize("folder", ["p01/v1/source1", "p1/v10/source1", "p1/v1/source5", "p1/v1x/source1"])
def test_a_folder_that_cannot_be_is_refused(tmp_path, folder):
    (tmp_path / "data" / folder).mkdir(parents=True)
    with pytest.raises(DataError, match=f"{folder}' cannot be a recording of VIPL-HR: .*no leading zeros"):
        find_recordings("VIPL-HR", str(tmp_path))


def test_frames_have_the_times_of_time_txt_and_not_the_rate_of_the_container(tmp_path):
    stamps = np.cumsum(np.r_[0, np.tile([30.0, 50.0, 40.0], 33)])  # 25 frames per second, but not evenly
    frames = noise_frames(100)
    write_vipl_hr(tmp_path, frames=frames, fs_hz=99, stamps=stamps, wave=np.linspace(0, 1, 240))
    one = recording(tmp_path)
    np.testing.assert_array_equal(np.stack(list(one.frames())), frames)
    assert one.measured(100).fs_hz == pytest.approx(25.0)
    label = one.label(one.ppg(), 100, 30.0)
    np.testing.assert_allclose(label, 8 + 80 * stamps / stamps[-1], atol=0.51)  # whole numbers in wave.csv


@pytest.mark.parametrize("rate_hz", [16.0, 24.95, 29.8])
def test_the_rate_is_the_recordings_own(tmp_path, rate_hz):
    write_vipl_hr(tmp_path, fs_hz=rate_hz)
    assert recording(tmp_path).measured(100).fs_hz == pytest.approx(rate_hz, rel=1e-3)


def test_the_wave_is_stretched_whatever_its_rate(tmp_path):
    write_vipl_hr(tmp_path, "data/p1/v1/source1", wave=np.linspace(0, 1, 200))
    write_vipl_hr(tmp_path, "data/p1/v2/source1", wave=np.linspace(0, 1, 300))
    one, other = find_recordings("VIPL-HR", str(tmp_path))
    np.testing.assert_allclose(one.label(one.ppg(), 100, 30), other.label(other.ppg(), 100, 30), atol=1.0)
    assert one.measured(100).notes[-1][0].startswith("wave.csv does not have about 60 samples")


def test_heart_rates_come_once_a_second_and_reach_each_frame(tmp_path):
    write_vipl_hr(tmp_path, fs_hz=25, heart_rates=[50, 60, 70, 80, 90])
    measured = recording(tmp_path).measured(100)
    np.testing.assert_allclose(measured.heart_rates_bpm, 50 + 10 * np.arange(100) / 25)
    assert measured.heart_rate_bpm == 70


def test_heart_rates_of_another_length_are_stretched_and_said(tmp_path):
    write_vipl_hr(tmp_path, fs_hz=25, frames=noise_frames(101), heart_rates=50 + np.arange(9))
    measured = recording(tmp_path).measured(101)
    np.testing.assert_allclose(measured.heart_rates_bpm, np.linspace(50, 58, 101))
    assert ("gt_HR.csv is stretched over a video of another length", "9 rows, 4.0 s") in measured.notes


def test_fault_codes_are_dropped_before_the_mean_and_bridged(tmp_path, capsys):
    write_vipl_hr(tmp_path, heart_rates=[60, 255, 255, 90, 255])
    measured = recording(tmp_path).measured(100)
    assert measured.heart_rate_bpm == 75
    assert measured.heart_rates_bpm[[25, 50, 99]] == pytest.approx([70, 80, 90])
    assert (
        "seconds without a heart rate (fault code 255) in gt_HR.csv are left out, in 1 recording: p1_v1_source1 (3 s)"
        in cached(tmp_path, capsys)[1]
    )


@pytest.mark.parametrize(
    "frames, rows, rate_hz, said",
    [
        (100, 4, 25.0, r"frames by rows of gt_HR.csv, in 1 recording: p1_v1_source2 \(25.00 per second\)"),
        (100, 3, 30.0, r"outside 24-33 per second: 30 taken, in 1 recording: p1_v1_source2 \(100 frames, 3 rows\)"),
        (70, 3, 30.0, r"30 taken, in 1 recording: p1_v1_source2 \(70 frames, 3 rows\)"),
    ],
)
def test_source_2_has_no_stamps_and_the_rate_of_its_heart_rates(tmp_path, capsys, frames, rows, rate_hz, said):
    write_vipl_hr(tmp_path, "data/p1/v1/source2", noise_frames(frames), rate_hz, np.arange(rows) + 70, stamps=None)
    clips, log = cached(tmp_path, capsys)
    assert marker(tmp_path, "p1_v1_source2")["measured"]["fs_hz"] == rate_hz and len(clips) == frames // 16
    assert re.search(said, log)


@pytest.mark.parametrize("difference", [5, -5])
def test_stamps_and_frames_that_differ_a_little_are_stretched_and_said(tmp_path, capsys, difference):
    stamps = 40.0 * np.arange(100 + difference)
    write_vipl_hr(tmp_path, stamps=stamps)
    measured = recording(tmp_path).measured(100)
    assert measured.fs_hz == pytest.approx(99 / (stamps[-1] / 1000))
    assert f"p1_v1_source1 ({100 + difference} stamps, 100 frames)" in cached(tmp_path, capsys)[1]


def without(name):
    return lambda folder: (folder / name).unlink()


def text(name, content):
    return lambda folder: (folder / name).write_text(content)


@pytest.mark.parametrize(
    "spoil, why",
    [
        (
            text("time.txt", "".join(f"{40 * k}\n" for k in range(130))),
            "100 frames and time.txt 130 stamps, 1.2 s more",
        ),
        (text("time.txt", "".join(f"{40 * k}\n" for k in range(70))), "100 frames and time.txt 70 stamps, 1.2 s less"),
        (text("time.txt", "".join(f"{40 * (k % 60)}\n" for k in range(100))), "time.txt goes back after line 60"),
        (text("time.txt", "".join(f"{0.04 * k}\n" for k in range(100))), "time.txt it has 25000.0 frames per second"),
        (text("time.txt", "0\n40\nx\n"), "time.txt cannot be read"),
        (without("time.txt"), "time.txt is not there, and only source 2 has none"),
        (without("video.avi"), "its video .* is not there"),
        (text("video.avi", "nothing"), "no frame of video.avi can be decoded"),
        (without("gt_HR.csv"), "its ground truth gt_HR.csv is not there"),
        (without("wave.csv"), "its ground truth wave.csv is not there"),
        (text("gt_HR.csv", "HR\n255\n255\n"), "gt_HR.csv has no heart rate in 2 rows; they hold the fault code 255"),
        (text("gt_HR.csv", "72\n73\n"), "gt_HR.csv begins with '72'; expected the title 'HR'"),
        (text("wave.csv", "Wave\n5\n5\n5\n"), "its PPG is constant"),
    ],
)
def test_what_cannot_be_used_is_left_out_named_and_counted(tmp_path, capsys, spoil, why):
    write_vipl_hr(tmp_path, "data/p2/v1/source1")
    spoil(write_vipl_hr(tmp_path, "data/p1/v1/source1"))
    for again in (False, True):  # the second time, from the marker
        clips, log = cached(tmp_path, capsys)
        assert clips.recordings == ["p2_v1_source1"]
        assert "Warning: 1 of 2 recordings are left out:\n- VIPL-HR recording p1_v1_source1 (" in log
        assert re.search(why, clip_cache.left_out(str(tmp_path / "cache"), "p1_v1_source1"))
        assert f"({2 if again else 0} of them cached before)" in log


def test_a_short_video_is_left_out_where_it_fills_no_clip_and_said_where_it_does(tmp_path, capsys):
    write_vipl_hr(tmp_path, "data/p1/v1/source1", noise_frames(100))
    write_vipl_hr(tmp_path, "data/p19/v2/source1", noise_frames(40))
    clips, log = cached(tmp_path, capsys, chunk_length=64)
    assert clips.recordings == ["p1_v1_source1"] and len(clips) == 1
    assert "it has 40 labelled frames, and a clip needs 64" in log
    assert "shorter than 10 s, in 1 recording: p1_v1_source1 (4.0 s)" in log
    node = data_node(tmp_path, chunk_length=64)
    node.DO_PREPROCESS = False
    assert len(load_split("TEST", node)) == 1  # the list, and then the cache alone, do not miss it
    (tmp_path / "lists" / "_0.0_1.0.csv").unlink()
    assert len(load_split("TEST", node)) == 1


def test_a_recording_that_was_repaired_is_read_again(tmp_path, capsys):
    folder = write_vipl_hr(tmp_path, "data/p1/v1/source1")
    write_vipl_hr(tmp_path, "data/p2/v1/source1")
    held = (folder / "wave.csv").read_text()
    (folder / "wave.csv").unlink()
    assert cached(tmp_path, capsys)[0].recordings == ["p2_v1_source1"]
    (folder / "wave.csv").write_text(held)
    assert cached(tmp_path, capsys)[0].recordings == ["p1_v1_source1", "p2_v1_source1"]


def test_nothing_that_can_be_used_is_an_error(tmp_path):
    (write_vipl_hr(tmp_path) / "wave.csv").unlink()
    with pytest.raises(DataError, match="None of the recordings can be used.\nWarning: 1 of 1"):
        load_split("TEST", data_node(tmp_path), workers=1)


def test_frames_at_an_uneven_rate_are_said(tmp_path):
    stamps = 40.0 * np.arange(100) + 1500 * (np.arange(100) > 50)
    write_vipl_hr(tmp_path, stamps=stamps)
    kinds = [kind for kind, _ in recording(tmp_path).measured(100).notes]
    assert "its frames do not come at an even rate" in kinds


def test_each_clip_has_the_mean_heart_rate_of_its_frames(tmp_path, capsys):
    write_vipl_hr(tmp_path, fs_hz=25, heart_rates=[50, 60, 70, 80, 90])
    cached(tmp_path, capsys, chunk_length=50)
    measured = marker(tmp_path, "p1_v1_source1")["measured"]
    assert measured["clip_heart_rates_bpm"] == pytest.approx([50 + 10 * 24.5 / 25, 50 + 10 * 74.5 / 25])
    assert (measured["fs_hz"], measured["heart_rate_bpm"]) == (pytest.approx(25), 70)
