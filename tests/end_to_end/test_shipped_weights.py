"""The weights that the package ships."""

import numpy as np
import pytest
from support import own_videos
from support.paths import ROOT

import rfacenet_toolbox
from rfacenet_toolbox.prediction import clip_model
from rfacenet_toolbox.runtime import weights_path
from rfacenet_toolbox.training import weights_files

REAL = ROOT.parent / "shared" / "data" / "real_video_1" / "sample_video_1.mp4"


def test_they_are_small_and_know_nobody():
    file = weights_files.read(weights_path.PACKAGE)
    assert file.path.stat().st_size < 5e6
    assert not any(name.startswith("classifier") for name in file.weights)
    assert (file.metadata["frames"], file.metadata["size"], file.metadata["fusion"]) == ("128", "36", "stage3")


def test_they_are_the_same_as_onnx():
    pytest.importorskip(
        "onnxruntime", reason="ONNX Runtime, an optional extra, is not installed (pip install '.[onnx]')"
    )
    by_torch, by_onnx = clip_model.load("rfacenet"), clip_model.load("rfacenet", weights_path.SHIPPED_ONNX)
    side = by_torch.size
    frames = np.random.default_rng(0).integers(0, 255, (by_torch.frames + 1, side, side, 3), dtype=np.uint8)
    expected = by_torch.waveform(frames)
    assert by_onnx.waveform(frames) == pytest.approx(expected, abs=1e-4 * np.abs(expected).max())
    assert weights_path.SHIPPED_ONNX.stat().st_size < 5e6


def test_they_find_the_pulse_of_a_drawn_face():
    found = rfacenet_toolbox.predict(own_videos.at(own_videos.face_frames(), 30))
    assert found.heart_rate_bpm == pytest.approx(80, abs=3)
    assert (found.method, found.weights) == ("rfacenet", str(weights_path.SHIPPED))


@pytest.mark.real_data
def test_they_find_the_pulse_of_a_real_face():
    assert rfacenet_toolbox.predict(REAL).heart_rate_bpm == pytest.approx(75.7, abs=3)  # by its PPG
