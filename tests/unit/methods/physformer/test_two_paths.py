"""PhysFormer++: its two paths, its periodic and its cross-attention, and that its weights can be exported and read."""

import math

import numpy as np
import pytest
import torch

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.physformer.network import Attention, TemporalDifferenceConv
from rfacenet_toolbox.methods.physformer.two_paths import (
    CrossBlock,
    PeriodicAttention,
    PhysFormerPlusPlus,
    self_similarity,
)
from rfacenet_toolbox.prediction import clip_model
from rfacenet_toolbox.training import weights_files

SMALL = {"dim": 16, "feed_forward": 24, "heads": 2, "layers": 3}


def test_parameters_are_near_those_of_the_paper():
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in PhysFormerPlusPlus().parameters())
    assert count == 10_040_353 and count == pytest.approx(9.79e6, rel=0.03)


def test_one_value_for_each_frame_and_every_part_learns():
    torch.manual_seed(0)
    model, clip = PhysFormerPlusPlus(**SMALL), torch.randn(2, 3, 16, 32, 64)
    with torch.no_grad():
        for block in (block for group in model.fast for block in group.blocks):
            block.attn.strength.fill_(0.5)
    model(clip).square().sum().backward()
    assert model(clip).shape == (2, 16)
    # a bias in front of a batch normalisation changes nothing but by rounding
    idle = [name for name, one in model.named_parameters() if one.grad is None or not one.grad.abs().sum() > 0]
    assert not idle


def test_a_signal_is_as_alike_to_itself_a_period_later():
    time = torch.arange(40)
    beat = torch.stack([torch.sin(2 * math.pi * time / 8), torch.cos(2 * math.pi * time / 8)])[None]
    alike = self_similarity(beat)[0]
    assert torch.equal(alike, alike.T) and torch.allclose(alike.diagonal(), torch.ones(40))
    by_distance = alike[0]
    assert by_distance[8] > 0.7 and by_distance[4] < -0.8 and by_distance[2:7].argmin() == 2
    assert by_distance[6:11].argmax() == 2
    changes = np.diff(beat[0].numpy(), axis=1, prepend=beat[0, :, :1].numpy())
    expected = [(changes[:, : 40 - lag] * changes[:, lag:]).sum() / (changes**2).sum() for lag in range(40)]
    np.testing.assert_allclose(by_distance, expected, atol=1e-5)
    still = self_similarity(torch.ones(1, 3, 5))
    assert torch.isfinite(still).all()


def test_periodic_attention_is_attention_until_it_has_learnt_and_then_prefers_the_period():
    torch.manual_seed(0)
    plain, periodic, grid = Attention(8, 2, 0.7, 0.0).eval(), PeriodicAttention(8, 2, 0.7, 0.0).eval(), (16, 1, 2)
    periodic.load_state_dict(plain.state_dict(), strict=False)
    beat = torch.sin(2 * math.pi * torch.arange(16) / 8)[None, :, None].repeat_interleave(2, dim=1)
    tokens = beat + 0.01 * torch.randn(1, 32, 8)
    seen = []
    periodic.drop.register_forward_hook(lambda module, given, weights: seen.append(weights))
    with torch.no_grad():
        torch.testing.assert_close(periodic(tokens, grid), plain(tokens, grid))
        periodic.strength.fill_(10.0)
        periodic(tokens, grid)
    change = (seen[1] - seen[0])[0, :, 8].reshape(2, 16, 2).mean(dim=(0, 2))  # from the fifth moment
    assert change[4] > 0 and change[[0, 8]].max() < 0


def test_cross_attention_looks_at_the_other_path():
    torch.manual_seed(0)
    block = CrossBlock(8, 2, 12, 0.7, 0.0, source=4).eval()
    tokens, sources = torch.randn(2, 6, 8), torch.randn(2, 12, 4)
    with torch.no_grad():
        found = block(tokens, (6, 1, 1), sources, (12, 1, 1))
        other = block(tokens, (6, 1, 1), sources.roll(1, dims=0), (12, 1, 1))
    assert found.shape == tokens.shape and not torch.allclose(found, other)


def test_a_difference_of_theta_zero_is_a_convolution_of_any_width():
    layer, maps = TemporalDifferenceConv(3, 0.0, out_channels=5), torch.randn(1, 3, 4, 6, 6)
    torch.testing.assert_close(layer(maps), torch.nn.functional.conv3d(maps, layer.conv.weight, padding=1))


def test_a_width_that_cannot_be_halved_is_refused():
    with pytest.raises(ShapeError, match="DIM is 12, FF_DIM 24 and NUM_HEADS 4; the fast path has half"):
        PhysFormerPlusPlus(**{**SMALL, "dim": 12, "heads": 4})


def test_an_exported_file_is_read_for_prediction(tmp_path):
    torch.manual_seed(0)
    model, path = PhysFormerPlusPlus(**SMALL).eval(), tmp_path / "own.safetensors"
    clips = {"method": "physformer++", "frames": "16", "size": "32", "heads": "2", "data_type": "Scaled"}
    weights_files.write_safetensors(path, model.state_dict(), clips)
    frames = np.random.default_rng(0).integers(0, 256, (17, 32, 32, 3), dtype=np.uint8)
    with torch.no_grad():
        expected = model((torch.from_numpy(frames[:16]).permute(3, 0, 1, 2)[None] - 127.5) / 128)[0]
    np.testing.assert_allclose(clip_model.load("physformer++", path).waveform(frames), expected, atol=1e-4)
