"""Clips longer than those of the training: in segments, and in windows that are joined."""

import numpy as np
import pytest
import torch

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.long_clips import in_segments, joined
from rfacenet_toolbox.methods.physformer import PhysFormer
from rfacenet_toolbox.methods.physnet import PhysNet
from rfacenet_toolbox.methods.rfacenet import RFaceNet


def clip_of(signal):
    return torch.as_tensor(signal, dtype=torch.float32).expand(3, -1).reshape(3, -1, 1, 1)


class Echo:
    """Gives the first channel's first pixel of each frame, and keeps what it was given."""

    def __init__(self, factor=1, scales=(1.0,)):
        self.factor, self.scales, self.given = factor, scales, []

    def __call__(self, clips):
        assert clips.shape[2] % self.factor == 0
        self.given.append(clips[0, 0, :, 0, 0])
        return clips[:, 0, :, 0, 0] * self.scales[len(self.given) % len(self.scales)]


@pytest.mark.parametrize("bounds", [[(0, 96)], [(0, 31), (31, 62), (62, 96)], [(0, 2), (2, 96)]])
def test_segments_cover_every_frame_in_its_place(bounds):
    echo = Echo(factor=4)
    torch.testing.assert_close(in_segments(echo, clip_of(range(96)), bounds, 4), torch.arange(96.0))
    assert [len(given) for given in echo.given] == [-(-(stop - start) // 4) * 4 for start, stop in bounds]


@pytest.mark.parametrize("length", [64, 65, 96, 100, 300])
def test_joined_windows_give_back_what_each_of_them_shows_whatever_their_scales(length):
    signal = np.sin(2 * np.pi * np.arange(length) / 16)
    echo = Echo(factor=64, scales=(1.0, 7.0))
    found = joined(echo, clip_of(signal), 64)
    assert len(found) == length and all(len(given) == 64 for given in echo.given)
    assert echo.given[-1].tolist() == pytest.approx(signal[-64:].tolist(), abs=1e-6)
    assert np.corrcoef(found, signal)[0, 1] > 0.999


@pytest.mark.parametrize(
    "make",
    [
        lambda: RFaceNet(frames=32, subjects=2),
        lambda: RFaceNet(frames=32, subjects=2, fusion="stage1", tcu_steps=4, norm="time"),
        lambda: PhysNet(32),
    ],
    ids=["rFaceNet", "rFaceNet, variant", "PhysNet"],
)
def test_networks_take_longer_clips_in_evaluation_alone(make):
    torch.manual_seed(0)
    network = make().eval()
    for frames in (32, 36, 240):
        with torch.no_grad():
            out = network(torch.randn(1, 3, frames, 16, 16))
        assert getattr(out, "bvp", out).shape == (1, frames)
    for frames in (28, 34):
        with pytest.raises(ShapeError, match=rf"\(1, 3, {frames}, 16, 16\)"):
            network(torch.randn(1, 3, frames, 16, 16))
    with pytest.raises(ShapeError):
        network.train()(torch.randn(1, 3, 36, 16, 16))


@pytest.mark.parametrize("make", [lambda: RFaceNet(frames=32, subjects=0, contours="none", fusion="none"),
                                  lambda: PhysNet(32)])  # fmt: skip
def test_far_from_its_ends_a_long_clip_gives_what_a_short_one_does(make):
    """Convolutions see some frames to either side; what feels a clip's end lies near it."""
    torch.manual_seed(0)
    network, clip = make().eval(), torch.randn(1, 3, 160, 16, 16)
    with torch.no_grad():
        long, short = (getattr(out, "bvp", out)[0] for out in (network(clip), network(clip[:, :, 40:136])))
    torch.testing.assert_close(long[80:96], short[40:56], rtol=1e-4, atol=1e-6)


def test_physformer_takes_any_multiple_of_4_at_any_time():
    network = PhysFormer(dim=12, feed_forward=18, layers=3)
    for frames in (16, 28):
        assert network(torch.randn(2, 3, frames, 32, 32)).shape == (2, frames)
