"""Frames and their times, from folders of images and cameras; and what cannot be read."""

import os
import wave

import numpy as np
import pytest
from support import recordings
from support.own_videos import read, small
from support.systems import WINDOWS, needs_odd_names

from rfacenet_toolbox.errors import ConfigError, DataError
from rfacenet_toolbox.prediction.sources import Camera, open_source


def test_images_named_by_nanoseconds_bring_their_times(tmp_path):
    folder = recordings.write_images(tmp_path / "01-01" / "01-01", small(4), [0, 0.04, 0.1, 0.11])
    for path in (folder, folder.parent):  # PURE's folder of images, or the recording's
        assert [time_s for time_s, _ in read(open_source(path))] == [0, 0.04, 0.1, 0.11]


def test_numbered_images_are_taken_in_number_order_at_the_rate_given(tmp_path):
    folder = recordings.write_images(tmp_path / "frames", small(12))
    assert read(open_source(folder, fps_hz=20)) == [(round(index / 20, 4), 10 + index) for index in range(12)]
    unsaid = open_source(folder)
    assert unsaid.length_s == pytest.approx(11 / 30) and "30 frames per second are assumed" in unsaid.notes[0]


def renamed(folder, new_name):
    """The images of a folder, each called what ``new_name`` makes of its number; None removes it."""
    for image in sorted(folder.iterdir(), key=lambda path: int(path.stem[len("frame") :])):
        name = new_name(int(image.stem[len("frame") :]))
        image.unlink() if name is None else image.rename(folder / name)
    return folder


@pytest.mark.parametrize("per_second, digits", [(1e9, 19), (1e6, 16), (1e3, 13), (1e6, 9)])
def test_times_in_names_are_read_in_their_unit(tmp_path, per_second, digits):
    first = 0 if digits == 9 else int(1392643993 * per_second)
    folder = recordings.write_images(tmp_path / "frames", small(12))
    renamed(folder, lambda index: f"img_{first + round(index * per_second / 25):0{digits}d}.png")
    source = open_source(folder)
    assert [time_s for time_s, _ in read(source)] == pytest.approx(np.arange(12) / 25, abs=0.001)
    assert source.notes == []
    with pytest.raises(ConfigError, match="--fps .* is 50, and by the times in their names .* 25.00 frames per second"):
        open_source(folder, fps_hz=50)


def test_images_that_are_missing_leave_their_time_empty(tmp_path):
    folder = recordings.write_images(tmp_path / "frames", small(12))
    renamed(folder, lambda index: None if index in (3, 4, 8) else f"take2_frame{index + 5}.png")
    source = open_source(folder, fps_hz=20)
    assert read(source) == [(round(index / 20, 4), 10 + index) for index in range(12) if index not in (3, 4, 8)]
    assert source.notes == [
        "Of the images, 3 numbers are missing between 5 and 16, the first after 7. Their numbers were taken for their "
        "times."
    ]


@pytest.mark.parametrize(
    "name, said",
    [
        (lambda index: f"shot{2 * index}.png", "numbered in steps of 2, from 0 to 22"),
        (lambda index: f"shot{index // 2}.{'png' if index % 2 else 'bmp'}", "number 0 comes after 0"),
    ],
)
def test_numbers_that_do_not_tell_the_times_are_refused(tmp_path, name, said):
    folder = renamed(recordings.write_images(tmp_path / "frames", small(12)), name)
    with pytest.raises(DataError, match=f"cannot be put in time: .*{said}"):
        open_source(folder)


def test_images_of_two_sizes_and_broken_ones_are_named(tmp_path):
    folder = recordings.write_images(tmp_path / "frames", small(2) + [np.zeros((10, 10, 3), np.uint8)])
    with pytest.raises(DataError, match="frame2.png is 10x10, the first image 48x32"):
        read(open_source(folder))
    (folder / "frame1.png").write_bytes(b"no image")
    with pytest.raises(DataError, match="frame1.png cannot be read as an image"):
        read(open_source(folder))


def audio(path):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))


def half_of_an_mp4(path):
    whole = recordings.write_video(path.parent / "whole.mp4", small(60), codec="mp4v").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    "name, make, said",
    [
        ("none.mp4", lambda path: None, "There is nothing at .*none.mp4"),
        ("empty.mp4", lambda path: path.write_bytes(b""), "the file is empty"),
        ("sound.wav", audio, "by its name it is an audio file"),
        ("notes.txt", lambda path: path.write_text("words " * 100), "it is a text file"),
        ("cut.mp4", half_of_an_mp4, "It may be cut short"),
        ("noise.mp4", lambda path: path.write_bytes(bytes(range(256)) * 9), "no picture that OpenCV's FFmpeg"),
        ("folder", lambda path: path.mkdir(), "holds no images"),
        pytest.param(
            *("pipe.mp4", getattr(os, "mkfifo", None), "is neither a file nor a folder"),
            marks=pytest.mark.skipif(WINDOWS, reason="Windows has no named pipes among its files"),
        ),
        pytest.param("name\udcff.mp4", lambda path: None, "is not in UTF-8", marks=needs_odd_names),
    ],
)
def test_what_cannot_be_read_is_said_plainly(tmp_path, name, make, said):
    make(tmp_path / name)
    with pytest.raises(DataError, match=said):
        open_source(tmp_path / name)


def test_what_may_not_be_read_is_said_plainly(tmp_path, monkeypatch):
    video = recordings.write_video(tmp_path / "a.avi", small(2))
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(DataError, match="a.avi is not readable by this user"):
        open_source(video)

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(DataError, match=r"cannot be listed \(Permission denied\)"):
        open_source(tmp_path)


def test_a_start_behind_the_end_is_said(tmp_path):
    video = open_source(recordings.write_video(tmp_path / "a.avi", small(10), fps_hz=10), start_s=3)
    assert video.length_s == 0
    with pytest.raises(DataError, match="a.avi ends after 0.9 s, before the start of 3 s"):
        read(video)
    with pytest.raises(DataError, match="frames ends after 0.3 s, before the start of 3 s"):
        open_source(recordings.write_images(tmp_path / "frames", small(4), [0, 0.1, 0.2, 0.3]), start_s=3)


@pytest.mark.parametrize(
    "part",
    [
        {"start_s": -1},
        {"start_s": float("nan")},
        {"duration_s": 0},
        {"duration_s": float("nan")},
        {"fps_hz": 0},
        {"start_s": "1"},
        {"start_s": None},
        {"duration_s": True},
    ],
)
def test_impossible_parts_are_refused(tmp_path, part):
    ((name, value),) = part.items()
    with pytest.raises(ConfigError, match=rf"\({name}\) is {value!r}; expected"):
        open_source(tmp_path, **part)


def test_a_path_may_be_bytes_and_anything_else_is_named(tmp_path):
    path = recordings.write_video(tmp_path / "a.avi", small(2))
    assert open_source(os.fsencode(path)).name == "a.avi"
    for source in (None, True, 0.5, [path], small(2)):
        with pytest.raises(ConfigError, match=f"The source is a {type(source).__name__}; expected the path"):
            open_source(source)


class FakeCapture:
    """A camera at 10 fps that fails now and then, and for good after its last frame."""

    def __init__(self, frames, opens=True):
        self.now_s, self.released = 100.0, False
        self._frames, self._opens = iter(frames), opens

    def isOpened(self):  # noqa: N802  (OpenCV's name)
        return self._opens

    def read(self):
        self.now_s += 0.1
        frame = next(self._frames, None)
        return frame is not None, frame

    def release(self):
        self.released = True


def test_a_camera_stamps_frames_on_arrival_and_is_given_back():
    first, second, third = small(3)
    capture = FakeCapture([first, None, second, third])
    camera = Camera(0, capture=lambda index: capture, clock=lambda: capture.now_s)
    assert read(camera) == [(0.0, 10), (0.2, 11), (0.3, 12)]
    assert camera.notes == ["The camera gave no more frames."]
    camera.close()
    assert capture.released


def test_a_camera_stops_after_its_duration():
    capture = FakeCapture(small(50))
    camera = Camera(0, duration_s=0.45, capture=lambda index: capture, clock=lambda: capture.now_s)
    assert len(read(camera)) == 5


def test_a_camera_that_is_not_there_is_said():
    with pytest.raises(DataError, match="Camera 7 cannot be opened"):
        Camera(7, capture=lambda index: FakeCapture([], opens=False))
