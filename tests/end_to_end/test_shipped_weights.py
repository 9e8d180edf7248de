"""The weights that the package ships."""

import pytest
from support import own_videos
from support.paths import ROOT

import rfacenet_toolbox
from rfacenet_toolbox.config import weights_path
from rfacenet_toolbox.training import weights_files

REAL = ROOT.parent / "shared" / "data" / "real_video_1" / "sample_video_1.mp4"


def test_they_are_small_and_know_nobody():
    file = weights_files.read(weights_path.PACKAGE)
    assert file.path.stat().st_size < 5e6
    assert not any(name.startswith("classifier") for name in file.weights)
    assert (file.metadata["frames"], file.metadata["size"], file.metadata["fusion"]) == ("128", "36", "stage3")


def test_they_find_the_pulse_of_a_drawn_face():
    found = rfacenet_toolbox.predict(own_videos.at(own_videos.face_frames(), 30))
    assert found.heart_rate_bpm == pytest.approx(80, abs=3)
    assert (found.method, found.weights) == ("rfacenet", str(weights_path.SHIPPED))


@pytest.mark.real_data
def test_they_find_the_pulse_of_a_real_face():
    assert rfacenet_toolbox.predict(REAL).heart_rate_bpm == pytest.approx(75.7, abs=3)  # by its PPG
