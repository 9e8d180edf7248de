"""``rfacenet predict`` as it is typed: what it prints, what it writes, its exit status."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import warnings

import cv2
import numpy as np
import pytest
from support import own_videos, recordings
from support.paths import ROOT
from support.systems import needs_odd_names

from rfacenet_toolbox import cli, prediction
from rfacenet_toolbox.prediction import plot
from rfacenet_toolbox.prediction import sources as sources

WINDOW_KEYS = {"start_s", "stop_s", "heart_rate_bpm", "quality", "expected_error_bpm"}
KEYS = {
    "schema", "source", "method", "gives", "weights", "start_s", "duration_s", "frames", "fps_hz", "face_share",
    "face", "face_box", "heart_rate_bpm", "heart_rate_range_bpm", "expected_error_bpm", "doubted", "quality",
    "windows", "hrv", "hrv_reason", "respiration", "respiration_reason", "reference_bpm", "notes",
}  # fmt: skip


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    return recordings.write_video(tmp_path_factory.mktemp("videos") / "me.avi", own_videos.face_frames()[::2])


def run(capsys, *argv):
    status = cli.main(["predict", *map(str, argv)])
    out, err = capsys.readouterr()
    return status, out, err


def test_json_has_the_documented_keys_and_says_what_failed(capsys, video):
    status, out, err = run(capsys, video, "none.mp4", "--method", "pos", "--json")
    assert status == 2
    content = json.loads(out)
    (found,), (failed,) = content["predictions"], content["failed"]
    assert set(found) == KEYS and found["schema"] == 1
    assert found["heart_rate_bpm"] == pytest.approx(80, abs=3) and 0 <= found["quality"] <= 1
    assert found["source"] == "me.avi" and found["method"] == "pos" and found["frames"] == 330
    assert [set(window) for window in found["windows"]] == [WINDOW_KEYS] * 2
    assert failed["source"] == "none.mp4" and "There is nothing at none.mp4" in failed["error"]
    assert err.startswith("error: There is nothing at none.mp4") and err.count("\n") == 1


def test_people_get_a_few_lines_and_nothing_is_written(capsys, video, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, video, "--method", "pos", "--window", 5)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("me.avi: ") and " bpm, signal quality 0." in lines[0]
    assert re.search(r", expected error \d\.\d bpm \(pos\)$", lines[0])
    assert lines[1] == "  11.0 s at 30.0 frames per second, a face in 100% of 330 frames"
    assert re.match(r"  \d+\.\d to \d+\.\d bpm over time$", lines[2])
    assert lines[3].startswith("  windows of 5 s: ")
    assert list(tmp_path.iterdir()) == []


def test_out_gets_json_csv_and_a_picture(capsys, video, tmp_path):
    status, out, _ = run(capsys, video, "--method", "pos", "--out", tmp_path / "out", "--duration", 8)
    assert status == 0 and "written: " in out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["me.json", "me.png", "me_bvp.csv"]
    rows = list(csv.DictReader((tmp_path / "out" / "me_bvp.csv").open()))
    assert [float(row["time_s"]) for row in rows] == pytest.approx(np.arange(240) / 30, abs=1e-6)
    assert np.std([float(row["bvp"]) for row in rows]) > 0
    assert set(json.loads((tmp_path / "out" / "me.json").read_text())) == KEYS
    assert cv2.imread(str(tmp_path / "out" / "me.png")).shape[1] >= 1000


def test_all_faces_have_files_of_their_own(capsys, tmp_path):
    pictures = zip(own_videos.face_frames()[::2], own_videos.face_frames(heart_rate_bpm=105.0, subject=5)[::2])
    both = recordings.write_video(tmp_path / "both.avi", [np.concatenate(pair, axis=1) for pair in pictures])
    status, out, _ = run(capsys, both, "--method", "pos", "--faces", "all", "--json", "--out", tmp_path / "out")
    found = json.loads(out)["predictions"]
    assert status == 0 and [one["face"] for one in found] == [1, 2]
    rates = [one["heart_rate_bpm"] for one in sorted(found, key=lambda one: one["face_box"][0])]
    assert rates == pytest.approx([80, 105], abs=2)
    expected = [f"both_face{number}{ending}" for number in (1, 2) for ending in (".json", ".png", "_bvp.csv")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == expected


@pytest.mark.slow
def test_the_face_is_in_the_picture_unless_it_is_not_wanted(capsys, video, tmp_path, monkeypatch):
    drawn = []
    png = plot.png
    monkeypatch.setattr(plot, "png", lambda found: drawn.append(found.thumbnail) or png(found))
    run(capsys, video, "--method", "pos", "--out", tmp_path)
    run(capsys, video, "--method", "pos", "--out", tmp_path, "--no-face")
    assert max(drawn[0].shape) == 160 and drawn[1] is None


def test_a_picture_is_drawn_without_a_heart_rate_too(capsys, tmp_path):
    folder = recordings.write_images(tmp_path / "still", own_videos.face_frames()[:1] * 200, np.arange(200) / 30)
    status, out, _ = run(capsys, folder, "--method", "pos", "--out", tmp_path / "out")
    assert status == 0 and out.startswith("still: no heart rate (pos)")
    assert (tmp_path / "out" / "still.png").stat().st_size > 0


def test_a_folder_that_cannot_be_written_to_is_an_error_before_any_video_is_read(capsys, video, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    status, out, err = run(capsys, video, "--method", "pos", "--out", tmp_path / "file" / "out")
    assert (status, out) == (2, "") and "cannot be made a folder to write to" in err

    def refuse(dir):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    status, out, err = run(capsys, video, "--method", "pos", "--out", tmp_path)
    assert (status, out) == (2, "") and "write to (Permission denied)" in err


@pytest.mark.slow
def test_a_result_that_cannot_be_written_leaves_the_others(capsys, video, tmp_path):
    (tmp_path / "out" / "two.json").mkdir(parents=True)
    for name in ("one.avi", "two.avi"):
        shutil.copy(video, tmp_path / name)
    videos = tmp_path / "two.avi", tmp_path / "one.avi"
    status, out, err = run(capsys, *videos, "--method", "pos", "--out", tmp_path / "out", "--json")
    content = json.loads(out)
    assert status == 2 and [found["source"] for found in content["predictions"]] == ["two.avi", "one.avi"]
    assert len(content["failed"]) == 1 and "two.json cannot be written" in content["failed"][0]["error"]
    assert (tmp_path / "out" / "one.png").is_file()


@pytest.mark.slow
@needs_odd_names
def test_odd_names_of_files_are_no_trouble(capsys, video, tmp_path):
    names = ["mein Vidéo 视频 (1)", "cost $5^$ x", "100% a'b\nc", "my.holiday.2024", "no_ending"]
    videos = [shutil.copy(video, tmp_path / (name + ("" if name == "no_ending" else ".avi"))) for name in names]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        status, out, err = run(capsys, *videos, "--method", "pos", "--out", tmp_path / "ö 1")
    assert (status, err) == (0, "") and all(f"{name}.avi: " in out for name in names[:-1])
    expected = {name + ending for name in names for ending in (".json", ".png", "_bvp.csv")}
    assert {path.name for path in (tmp_path / "ö 1").iterdir()} == expected


def test_bad_files_get_one_line_each_and_nothing_from_opencv(video, tmp_path):
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "cut.avi").write_bytes(video.read_bytes()[:2000])
    command = [sys.executable, "-m", "rfacenet_toolbox", "predict", "--method", "pos"]
    command += ["empty.mp4", "noise.mp4", "cut.avi"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=str(tmp_path), env=environment, capture_output=True, text=True)
    assert done.returncode == 2 and done.stdout == ""
    # FFmpeg's own line, which an old OpenCV lets through
    lines = [line for line in done.stderr.splitlines() if not line.startswith("[mov,")]
    assert [line[:7] for line in lines] == ["error: "] * 3


def test_ctrl_c_in_a_video_gives_what_is_done(capsys, video, tmp_path, monkeypatch):
    predict = prediction.predict

    def interrupted(source, *method, **settings):
        if source == "second.avi":
            raise KeyboardInterrupt
        return predict(source, *method, **settings)

    monkeypatch.setattr(prediction, "predict", interrupted)
    status, out, err = run(capsys, video, "second.avi", "third.avi", "--method", "pos", "--json")
    content = json.loads(out)
    assert status == 2 and err == "stopped. second.avi is not done.\n"
    assert len(content["predictions"]) == 1 and [one["source"] for one in content["failed"]] == ["second.avi"]


def test_a_camera_shows_a_running_estimate_and_stops_on_ctrl_c(capsys, monkeypatch):
    frames = own_videos.face_frames()[::2]

    class FakeCapture:
        number, released = 0, False

        def __init__(self, index):
            assert index == 0

        def isOpened(self):  # noqa: N802  (OpenCV's name)
            return True

        def read(self):
            self.number += 1
            if self.number > 310:
                raise KeyboardInterrupt
            return True, frames[self.number]

        def release(self):
            FakeCapture.released = True

    ticks = iter(np.arange(1, 1000) / 30)
    camera = sources.Camera(0, capture=FakeCapture, clock=lambda: next(ticks))
    monkeypatch.setattr(sources, "Camera", lambda index, duration_s: camera)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    status, out, err = run(capsys, "0", "--method", "pos")
    assert status == 0 and FakeCapture.released
    assert out.startswith("camera0: ") and "Stopped by hand." in out
    assert any(70 < float(part.split()[2]) < 90 for part in err.split("\r") if "bpm, quality" in part)
