"""PhysFormer's network against its definition; against the toolbox's with the same weights in tests/contract."""

import pytest
import torch
from torch.nn import functional as F

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.physformer import PhysFormer
from rfacenet_toolbox.methods.physformer.network import Attention, TemporalDifferenceConv

SMALL = {"dim": 24, "feed_forward": 36, "layers": 3}


def test_the_papers_network_has_7380865_parameters():
    assert sum(parameter.numel() for parameter in PhysFormer().parameters()) == 7_380_865


@pytest.mark.parametrize("shape", [(1, 3, 160, 32, 32), (2, 3, 16, 64, 32), (1, 3, 4, 96, 128)])
def test_one_value_for_each_frame_at_any_size_that_tubes_fill(shape):
    with torch.no_grad():
        assert PhysFormer(**SMALL).eval()(torch.randn(shape)).shape == (shape[0], shape[2])


def test_the_temporal_difference_is_subtracted_in_the_middle_frame():
    layer, maps = TemporalDifferenceConv(5, 0.7), torch.randn(2, 5, 6, 4, 4)
    kernel = layer.conv.weight
    difference = F.conv3d(maps, (kernel[:, :, 0] + kernel[:, :, 2]).sum(dim=(2, 3))[..., None, None, None])
    torch.testing.assert_close(layer(maps), F.conv3d(maps, kernel, padding=1) - 0.7 * difference)
    still = maps[:, :, :1].expand(-1, -1, 6, -1, -1).mean(dim=(3, 4), keepdim=True).expand(-1, -1, -1, 4, 4)
    plain, whole = TemporalDifferenceConv(5, 0.0), TemporalDifferenceConv(5, 1.0)
    whole.conv.weight = plain.conv.weight
    with torch.no_grad():  # inside, of what does not change in space, theta 1 leaves the middle slice alone
        expected = F.conv3d(still, plain.conv.weight[:, :, 1:2], padding=(0, 1, 1))
    torch.testing.assert_close(whole(still)[:, :, 2:4, 1:3, 1:3], expected[:, :, 2:4, 1:3, 1:3])


def test_attention_is_a_softmax_over_all_tubes_for_each_head():
    torch.manual_seed(0)
    layer, grid = Attention(8, 2, 0.7, 0.0).eval(), (3, 2, 2)
    tokens = torch.randn(2, 12, 8)
    maps = tokens.transpose(1, 2).reshape(2, 8, *grid)
    with torch.no_grad():
        query, key, value = (part(maps).flatten(2) for part in (layer.proj_q, layer.proj_k, layer.proj_v))
        found = layer(tokens, grid)
    for head in (slice(0, 4), slice(4, 8)):
        weights = torch.softmax(torch.einsum("bcn,bcm->bnm", query[:, head], key[:, head]) / 2.0, dim=-1)
        torch.testing.assert_close(found[:, :, head], torch.einsum("bnm,bcm->bnc", weights, value[:, head]))


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"patch": 2}, "PATCH_SIZE is 2; the head doubles time twice, so expected 4"),
        ({"dim": 30}, "DIM is 30 and FF_DIM 144; expected a multiple of 4"),
        ({"heads": 5}, "NUM_HEADS is 5; expected a divisor of DIM, which is 96"),
        ({"layers": 10}, "NUM_LAYERS is 10; expected a multiple of 3"),
        ({"theta": 1.5}, "THETA is 1.5"),
        ({"dropout": 1.0}, "DROP_RATE 1.0; expected"),
    ],
)
def test_numbers_that_it_cannot_have_are_refused(settings, message):
    with pytest.raises(ShapeError, match=message):
        PhysFormer(**settings)


@pytest.mark.parametrize("shape", [(1, 3, 158, 32, 32), (1, 3, 16, 72, 72), (1, 6, 16, 32, 32), (3, 16, 32, 32)])
def test_clips_that_it_cannot_take_are_refused(shape):
    with pytest.raises(ShapeError, match=r"takes \(B, 3, T, H, W\) with T a multiple of 4, H and W of 32"):
        PhysFormer(**SMALL)(torch.zeros(shape))
