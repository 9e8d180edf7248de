import pytest
import torch

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.cvd import CVD
from rfacenet_toolbox.methods.cvd.network import Decoder, NoiseEncoder, PhysiologicalEncoder

#: of the authors' network
PUBLISHED = 12_335_812
#: of two convolutions from 32 channels to one that the authors' network holds and never runs
NEVER_RUN = 2 * (32 + 1)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_it_has_the_published_parameters_that_are_ever_run():
    net = CVD()
    assert count(net) == PUBLISHED - NEVER_RUN
    assert count(net.physiological) == 11_246_146  # 11.25 M
    assert count(net.noise) == 692_480  # 0.69 M
    assert count(net.decoder) == 397_120  # 0.40 M


def test_shapes_at_the_papers_size():
    net = CVD().eval()
    with torch.no_grad():
        images = net.stretched(torch.rand(1, 6, 63, 300))
        read, noise = net.physiological(images), net.noise(images)
        rebuilt = net.decoder(read.features, noise)
    assert images.shape == rebuilt.shape == (1, 6, 320, 320)
    assert read.features.shape == noise.shape == (1, 128, 40, 40)
    assert read.beats.shape == (1,) and read.bvp.shape == (1, 300)
    assert rebuilt.abs().max() < 1


def test_every_parameter_learns():
    net = CVD(frames=60, side=32)
    images = net.stretched(torch.rand(2, 6, 63, 60))
    read = net.physiological(images)
    loss = read.beats.sum() + read.bvp.square().sum() + net.decoder(read.features, net.noise(images)).square().sum()
    loss.backward()
    assert [name for name, parameter in net.named_parameters() if parameter.grad is None] == []


def test_the_stem_pools_by_the_mean():
    for encoder in (PhysiologicalEncoder(), NoiseEncoder()):
        assert isinstance(encoder.backbone.pool, torch.nn.AvgPool2d)


def test_the_decoder_reads_the_sum():
    torch.manual_seed(0)
    decoder, a, b = Decoder(), torch.randn(1, 128, 4, 4), torch.randn(1, 128, 4, 4)
    assert torch.allclose(decoder(a, b), decoder(a + b, torch.zeros_like(a)))


def test_maps_of_the_side_are_not_stretched():
    images = torch.rand(1, 6, 32, 32)
    assert CVD(side=32).stretched(images) is images


@pytest.mark.parametrize("side", [0, 24, 60])
def test_a_side_that_cannot_be_given_back_is_refused(side):
    with pytest.raises(ShapeError, match=f"SIDE is {side}; expected a multiple of 8"):
        CVD(side=side)


def test_maps_of_three_channels_are_refused():
    with pytest.raises(ShapeError, match="six|6"):
        CVD(side=32)(torch.zeros(1, 3, 63, 60))
