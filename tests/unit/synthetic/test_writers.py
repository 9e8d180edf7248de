import json

import cv2
import numpy as np
import pytest

from rfacenet_toolbox.errors import DataError, OutputError
from rfacenet_toolbox.synthetic import writers
from rfacenet_toolbox.synthetic.writers import Labels, lossless_codec, write_pure, write_ubfc


@pytest.fixture
def frames():
    smooth = np.linspace(20, 220, 64 * 48 * 3).reshape(48, 64, 3)
    return [np.uint8(smooth + np.random.default_rng(i).normal(0, 1.5, smooth.shape)) for i in range(6)]


def labels(count, fs_hz):
    times = np.arange(count) / fs_hz
    return Labels(times, 0.5 + 0.5 * np.sin(2 * np.pi * 1.2 * times), np.full(count, 72.4))


def test_pure_pictures_and_json(tmp_path, frames):
    write_pure(tmp_path, "01-02", frames, labels(12, 60.0), 30.0)
    pictures = sorted((tmp_path / "01-02").iterdir())
    assert [cv2.imread(str(path))[..., ::-1].tolist() for path in pictures] == [frame.tolist() for frame in frames]
    content = json.loads((tmp_path / "01-02.json").read_text())
    assert [f"Image{entry['Timestamp']}.png" for entry in content["/Image"]] == [path.name for path in pictures]
    stamps = [entry["Timestamp"] for entry in content["/FullPackage"]]
    assert len(stamps) == 12 and np.diff(stamps) == pytest.approx(1e9 / 60, abs=1)
    value = content["/FullPackage"][3]["Value"]
    assert set(value) == {"pulseRate", "o2saturation", "signalStrength", "waveform"}
    assert all(isinstance(number, int) for number in value.values())
    assert value["pulseRate"] == 72


def test_ubfc_video_is_lossless_and_text_has_three_lines(tmp_path, frames):
    write_ubfc(tmp_path, frames, labels(6, 30.0), 30.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ground_truth.txt", "vid.avi"]
    video = cv2.VideoCapture(str(tmp_path / "vid.avi"))
    assert video.get(cv2.CAP_PROP_FPS) == pytest.approx(30.0)
    for frame in frames:
        assert np.array_equal(video.read()[1][..., ::-1], frame)
    assert not video.read()[0]
    bvp, rate, times = np.loadtxt(tmp_path / "ground_truth.txt")
    assert bvp.mean() == pytest.approx(0, abs=1e-6) and bvp.std() == pytest.approx(1, abs=1e-6)
    assert (rate == 72).all()
    assert times == pytest.approx(np.arange(6) / 30, abs=1e-6)
    assert (tmp_path / "ground_truth.txt").read_text().startswith("  ")


def test_a_lossless_codec_is_found_and_leaves_no_trace(tmp_path):
    assert len(lossless_codec(tmp_path)) == 4
    assert not list(tmp_path.iterdir())


def test_unknown_codec_is_an_error(tmp_path, frames):
    with pytest.raises(DataError, match="'ZZZZ'"):
        write_ubfc(tmp_path, frames, labels(6, 30.0), 30.0, codec="ZZZZ")


def test_a_full_disk_is_told_from_a_codec_that_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(writers, "is_full", lambda folder: True)
    monkeypatch.setattr(writers, "_LOSSLESS_CODECS", ("ZZZZ",))
    with pytest.raises(OutputError, match="the disk is full"):
        writers.lossless_codec(tmp_path)
