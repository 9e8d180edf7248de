"""Windows of maps, and what is done to them."""

import math

import pytest
import torch

from rfacenet_toolbox.methods.maps import windows
from rfacenet_toolbox.methods.rfacenet.heart_rate import heart_rate_bpm


def test_windows_are_cut_from_maps_and_from_labels():
    maps, labels = torch.randn(2, 3, 5, 40), torch.randn(2, 40)
    assert torch.equal(windows.cut(maps, [0, 7], 20)[:, 1], maps[..., 7:27])
    assert torch.equal(windows.cut(labels, [0, 7], 20)[:, 1], labels[:, 7:27])


def test_gaps_are_of_the_lengths_and_as_many_as_asked_for():
    torch.manual_seed(0)
    maps = windows.with_gaps(torch.ones(400, 2, 3, 300), 0.5, (10, 30))
    lengths = (maps == 0).sum(dim=-1)
    assert (lengths == lengths[:, :1, :1]).all()  # the same stretch in each row and channel
    lengths = lengths[:, 0, 0]
    assert 160 < int((lengths > 0).sum()) < 240
    assert int(lengths[lengths > 0].min()) == 10 and int(lengths.max()) == 30
    zero = maps[:, 0, 0] == 0
    edges = (zero[:, 1:] != zero[:, :-1]).sum(dim=1)
    assert int(edges.max()) <= 2  # one stretch each


@pytest.mark.parametrize("frames, factor", [(450, 1.5), (200, 2 / 3)])
def test_resampling_changes_the_heart_rate_per_frame(frames, factor):
    pulse = torch.sin(2 * math.pi * 1.2 * torch.arange(frames) / 30)
    resampled = windows.resampled(pulse.expand(2, 3, 5, frames), 300)
    assert resampled.shape == (2, 3, 5, 300)
    assert float(heart_rate_bpm(resampled[0, 0, 0], 30)) == pytest.approx(72 * factor, abs=1)
