import math

import pytest
import torch
from yacs.config import CfgNode

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.dual_gan import DualGAN, ROIAlignFuse
from rfacenet_toolbox.methods.dual_gan.learner import DualGANLearner
from rfacenet_toolbox.methods.dual_gan.network import reversed_gradient
from rfacenet_toolbox.methods.learner import ClipSpec

FRAMES, FS = 64, 16.0


def test_the_block_aligns_regions_that_are_late():
    """Weights of its own let each region be delayed: with the right delays, all regions agree."""
    block = ROIAlignFuse(1, regions=3)
    with torch.no_grad():
        block.align.weight.zero_()
        for region, tap in enumerate((3, 4, 5)):  # the middle one leaves a region as it is
            block.align.weight[region, 0, tap] = 1.0
    pulse = torch.sin(torch.arange(40.0) / 3)
    late = torch.stack([pulse[4:-4], pulse[3:-5], pulse[2:-6]])  # by no, one and two frames
    aligned = block.align(late[None]) - block.align.bias[:, None]
    assert torch.allclose(aligned[0, :, 3:-3], late[0, 3:-3].expand(3, -1), atol=1e-6)
    assert block(late[None, None]).shape == (1, 1, 3, 32)


def test_the_gradient_is_turned_around():
    values = torch.ones(3, requires_grad=True)
    reversed_gradient(values).sum().backward()
    assert torch.equal(values.grad, -torch.ones(3))


def test_shapes():
    net = DualGAN(width=4).eval()
    maps, bvp = torch.rand(2, 3, 25, FRAMES), torch.randn(2, FRAMES)
    assert net(maps).shape == (2, FRAMES)
    assert net.pulse_map(bvp).shape == net.noise_map(maps).shape == maps.shape
    assert net.bvp_discriminator(bvp).shape == (2, 4) and net.map_discriminator(maps).shape == (2, 7, 16)


@pytest.mark.parametrize("shape", [(1, 3, 24, 64), (1, 3, 25, 62), (1, 6, 25, 64)])
def test_other_maps_are_refused(shape):
    with pytest.raises(ShapeError, match="T a multiple of 4"):
        DualGAN(width=2)(torch.zeros(shape))


def toy_batch(generator, count=8):
    """Maps of a pulse, at a strength of its own in each region, and of a drift that is the noise."""
    time_s = torch.arange(FRAMES) / FS
    rates = 1 + 1.5 * torch.rand(count, 1, generator=generator)
    pulse = torch.sin(2 * math.pi * (rates * time_s + torch.rand(count, 1, generator=generator)))
    drift = torch.sin(2 * math.pi * (0.3 * time_s + torch.rand(count, 3, 25, 1, generator=generator)))
    strength = torch.linspace(0.1, 0.5, 25)[:, None]
    clips = 100 + strength * pulse[:, None, None, :] + 0.5 * drift
    return clips.transpose(2, 3)[..., None].contiguous(), pulse


@pytest.mark.slow
def test_a_bvp_put_into_another_clips_noise_is_read_again_after_a_short_training():
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    learner = DualGANLearner(CfgNode({"WIDTH": 8}), ClipSpec(FRAMES, 25, 1, FS, is_derivative=False))
    optimizer = torch.optim.Adam(learner.model.parameters(), lr=3e-3)
    logs = []
    for _ in range(60):
        step = learner.step(*toy_batch(generator), torch.full((8,), -1))
        optimizer.zero_grad()
        step.loss.backward()
        optimizer.step()
        logs.append({name: total / count for name, (total, count) in step.log.items()})
    assert set(learner.log_columns) < set(logs[0])
    assert logs[-1]["bvp"] < 0.3 and logs[-1]["made_bvp"] < 0.3
    assert logs[-1]["rebuilt"] < logs[0]["rebuilt"] / 2
