"""MP4 headers: orientation, codec, edit lists; and files that are none."""

import struct

import numpy as np
import pytest
from support import recordings

from rfacenet_toolbox.datasets import mp4_header
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.prediction import video
from rfacenet_toolbox.prediction.sources import open_source

UPRIGHT = np.zeros((48, 64, 3), np.uint8)
UPRIGHT[:24, :32] = 250  # bright at the top left


def write(path, matrix=(1, 0, 0, 1), codec=None, handler=None):
    """An MP4 of five frames, whose header is changed."""
    data = bytearray(recordings.write_video(path, [UPRIGHT] * 5, codec="mp4v").read_bytes())
    a, b, c, d = (value * 65536 for value in matrix)
    place = data.index(b"tkhd") + 4 + 40
    struct.pack_into(">9i", data, place, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    if codec:
        place = data.index(b"stsd") + 4 + 12
        data[place : place + 4] = codec
    if handler:
        place = data.index(b"hdlr") + 4 + 8
        data[place : place + 4] = handler
    path.write_bytes(bytes(data))
    return path


def bright(image):
    """The quarter of the picture that is bright, (down, across)."""
    height, width = image.shape[:2]
    means = image.mean(axis=2).reshape(2, height // 2, 2, width // 2).mean(axis=(1, 3))
    return tuple(map(int, np.unravel_index(np.argmax(means), (2, 2))))


@pytest.mark.parametrize(
    "matrix, shape, place",
    [
        ((1, 0, 0, 1), (48, 64), (0, 0)),
        ((0, 1, -1, 0), (64, 48), (0, 1)),  # a quarter turn clockwise
        ((-1, 0, 0, -1), (48, 64), (1, 1)),
        ((0, -1, 1, 0), (64, 48), (1, 0)),
        ((-1, 0, 0, 1), (48, 64), (0, 1)),  # mirrored
        ((1, 0, 0, -1), (48, 64), (1, 0)),
        ((0, 1, 1, 0), (64, 48), (0, 0)),
        ((0, -1, -1, 0), (64, 48), (1, 1)),
    ],
)
def test_frames_are_shown_as_the_container_says(tmp_path, matrix, shape, place):
    (first, *_) = open_source(write(tmp_path / "a.mp4", matrix)).frames()
    assert first.image.shape[:2] == shape and bright(first.image) == place
    (tmp_path / "manifest.csv").write_text("video,subject,truth\na.mp4,1,a.csv")
    (one,) = find_recordings("Manifest", str(tmp_path))
    assert all((ours == first.image).all() for ours in list(one.frames(bgr=True))[:1])
    is_known_to_be_turned = one.dataset.made_from(one)[-1] == {"upright": True}
    assert is_known_to_be_turned == (matrix != (1, 0, 0, 1))  # so that clips of a picture on its side are made again


def test_the_codec_that_is_missing_is_named(tmp_path):
    path = write(tmp_path / "a.mp4", codec=b"av01")
    assert "coded as AV1, and OpenCV" in video.why_not(path) and "Convert the file to H.264" in video.why_not(path)


def test_sound_without_a_picture_is_told(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"RIFF\0\0\0\0WAVE" + bytes(1000))
    with pytest.raises(DataError, match="there is sound in it and no picture"):
        list(open_source(tmp_path / "a.mp4").frames())
    path = write(tmp_path / "b.mp4", handler=b"soun")
    assert not mp4_header.read(path).has_video and "names no track with pictures" in video.why_not(path)


def test_a_name_with_a_colon_is_a_file(tmp_path, monkeypatch):
    write(tmp_path / "a.mp4").rename(tmp_path / "12:30.mp4")
    monkeypatch.chdir(tmp_path)
    assert len(list(open_source("12:30.mp4").frames())) == 5


@pytest.mark.parametrize("cut", [0, 4, 30, 200])
def test_what_is_no_whole_header_says_nothing(tmp_path, cut):
    path = write(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[:cut])
    assert mp4_header.read(path) is None
    path.write_bytes(np.random.default_rng(0).bytes(5000))
    assert mp4_header.read(path) is None
