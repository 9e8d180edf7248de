"""Frames of a video file and their times."""

import numpy as np
import pytest
from support import recordings
from support.own_videos import read, small

from rfacenet_toolbox.prediction.sources import open_source


def test_a_video_gives_each_frame_its_time(tmp_path):
    source = open_source(recordings.write_video(tmp_path / "a.avi", small(10), fps_hz=25))
    assert read(source) == [(round(index / 25, 4), 10 + index) for index in range(10)]
    assert source.length_s == pytest.approx(0.4) and source.notes == []


def test_a_part_of_a_video_keeps_the_times_of_the_whole(tmp_path):
    path = recordings.write_video(tmp_path / "a.avi", small(10), fps_hz=10)
    assert read(open_source(path, start_s=0.3, duration_s=0.25)) == [(0.3, 13), (0.4, 14), (0.5, 15)]


def test_a_cut_video_is_read_as_far_as_it_goes_and_said(tmp_path):
    noise = list(np.random.default_rng(0).integers(0, 255, (60, 64, 64, 3), dtype=np.uint8))
    whole = recordings.write_video(tmp_path / "whole.avi", noise, codec="MJPG").read_bytes()
    (tmp_path / "cut.avi").write_bytes(whole[: len(whole) // 2])
    source = open_source(tmp_path / "cut.avi")
    count = len(read(source))
    assert 20 <= count <= 35
    assert f"60 frames, and {count} could be decoded" in source.notes[0]


def test_a_header_without_a_frame_rate_is_said(tmp_path):
    path = recordings.write_video(tmp_path / "a.avi", small(20), codec="MJPG")
    whole = path.read_bytes()
    without = bytearray(whole)
    for place, size in ((whole.index(b"avih") + 8, 4), (whole.index(b"strh") + 28, 8)):
        without[place : place + size] = bytes(size)
    path.write_bytes(without)
    assert "header holds no frame rate, so 25" in open_source(path).notes[0]
    path.write_bytes(whole)
    assert open_source(path).notes == []


def test_a_rate_that_is_given_for_a_video_is_not_used_and_that_is_said(tmp_path):
    source = open_source(recordings.write_video(tmp_path / "a.avi", small(10), fps_hz=25), fps_hz=10)
    assert read(source)[1][0] == 0.04 and "the video's own times were taken" in source.notes[0]
