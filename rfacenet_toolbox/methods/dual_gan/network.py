"""A BVP from a map, a map from a BVP, the noise of a map, and two discriminators.

What there is comes from the paper: a block that aligns regions and fuses them, a pair of networks for the BVP and one
for the noise, and that a map of the pulse and one of the noise add up to the map. All layers and sizes are ours.
"""

import torch
from torch import nn
from torch.nn import functional as F

from ...errors import ShapeError
from ..rfacenet.loss import z_scored

#: of the maps: Y, U and V, of 5x5 blocks of the face
CHANNELS, REGIONS = 3, 25
#: the BVP is read at a time resolution that is so much coarser
TIME_FACTOR = 4


class ROIAlignFuse(nn.Module):
    """The paper's ROI-AF block, as we read it.

    Each region is filtered in time by weights of its own, which can delay it; then a convolution looks at all of them
    together. What it gives is added to what came.
    """

    def __init__(self, channels, regions=REGIONS, frames=7):
        super().__init__()
        padding = frames // 2
        self.align = nn.Conv1d(
            regions * channels, regions * channels, frames, padding=padding, groups=regions * channels
        )
        self.norm = nn.BatchNorm2d(channels)
        self.fuse = nn.Conv1d(regions * channels, channels, 3, padding=1)
        self.back = nn.Conv2d(2 * channels, channels, 1)

    def forward(self, maps):
        """(B, C, R, T) -> (B, C, R, T)."""
        lines = maps.transpose(1, 2).flatten(1, 2)
        aligned = self.align(lines).reshape(len(maps), maps.shape[2], maps.shape[1], -1).transpose(1, 2)
        aligned = F.elu(self.norm(aligned))
        fused = self.fuse(aligned.transpose(1, 2).flatten(1, 2)).unsqueeze(2).expand_as(aligned)
        return maps + self.back(torch.cat([aligned, fused], dim=1))


class BVPGenerator(nn.Module):
    """A BVP (B, T) from maps (B, 3, 25, T)."""

    def __init__(self, width):
        super().__init__()
        self.stem = _maps(CHANNELS, width)
        self.blocks = nn.Sequential(ROIAlignFuse(width), _halved(width), ROIAlignFuse(width), _halved(width))
        self.finer = nn.Sequential(_doubled(width), _doubled(width))
        self.last = nn.Conv1d(width, 1, 1)

    def forward(self, maps):
        features = self.blocks(self.stem(maps)).mean(dim=2)
        return self.last(self.finer(features)).squeeze(1)


class PulseMapGenerator(nn.Module):
    """The map (B, 3, 25, T) that a BVP (B, T) alone would make."""

    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(1, width, 7, padding=3), nn.ELU(),
            nn.Conv1d(width, width, 7, padding=3), nn.ELU(),
            nn.Conv1d(width, CHANNELS * REGIONS, 7, padding=3),
        )  # fmt: skip

    def forward(self, bvp):
        return self.layers(bvp.unsqueeze(1)).reshape(len(bvp), CHANNELS, REGIONS, -1)


class NoiseGenerator(nn.Module):
    """What of a map (B, 3, 25, T) is not the pulse, as a map of that size."""

    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(
            _maps(CHANNELS, width), _maps(width, width), _maps(width, width),
            nn.Conv2d(width, CHANNELS, (3, 5), padding=(1, 2)),
        )  # fmt: skip

    def forward(self, maps):
        return self.layers(maps)


class BVPDiscriminator(nn.Module):
    """For each stretch of a BVP (B, T) -> (B, T/16), how true it looks."""

    def __init__(self, width):
        super().__init__()
        channels = (1, width, width, width, width)
        self.layers = nn.Sequential(
            *(
                layer
                for pair in zip(channels, channels[1:])
                for layer in (nn.Conv1d(*pair, 5, 2, 2), nn.LeakyReLU(0.2))
            ),
            nn.Conv1d(width, 1, 3, padding=1),
        )

    def forward(self, bvp):
        return self.layers(z_scored(bvp).unsqueeze(1)).squeeze(1)


class MapDiscriminator(nn.Module):
    """For each part of a map (B, 3, 25, T) -> (B, 7, T/4), how true it looks."""

    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(CHANNELS, width, 5, 2, 2), nn.LeakyReLU(0.2),
            nn.Conv2d(width, width, 5, 2, 2), nn.LeakyReLU(0.2),
            nn.Conv2d(width, 1, 3, padding=1),
        )  # fmt: skip

    def forward(self, maps):
        return self.layers(maps).squeeze(1)


class DualGAN(nn.Module):
    """All five networks. For its predictions, the first is enough.

    >>> import torch
    >>> tuple(DualGAN(width=8).eval()(torch.rand(2, 3, 25, 300)).shape)
    (2, 300)

    Args:
        width: channels of the layers.

    Raises:
        ShapeError: a width that it cannot have.
    """

    def __init__(self, width=32):
        super().__init__()
        if width < 1:
            raise ShapeError(f"WIDTH is {width}; expected 1 or more, such as 32.")
        self.bvp = BVPGenerator(width)
        self.pulse_map = PulseMapGenerator(width)
        self.noise_map = NoiseGenerator(width)
        self.bvp_discriminator = BVPDiscriminator(width)
        self.map_discriminator = MapDiscriminator(width)

    def forward(self, maps):
        """Maps (B, 3, 25, T), values 0 to 1, T a multiple of 4 -> BVP (B, T)."""
        if maps.dim() != 4 or maps.shape[1:3] != (CHANNELS, REGIONS) or maps.shape[3] % TIME_FACTOR:
            raise ShapeError(
                f"Dual-GAN got maps of shape {tuple(maps.shape)}; it takes (B, {CHANNELS}, {REGIONS}, T), T a multiple "
                f"of {TIME_FACTOR}."
            )
        return self.bvp(maps)


class _Reversed(torch.autograd.Function):
    @staticmethod
    def forward(context, values):
        return values.view_as(values)

    @staticmethod
    def backward(context, gradient):
        return -gradient


def reversed_gradient(values):
    """The values as they are; what is learned through them is turned around.

    So one optimiser has a discriminator learn to tell what its generator makes, and the generator to be taken for true.
    """
    return _Reversed.apply(values)


def _maps(in_channels, out_channels):
    convolution = nn.Conv2d(in_channels, out_channels, (3, 5), padding=(1, 2))
    return nn.Sequential(convolution, nn.BatchNorm2d(out_channels), nn.ELU())


def _halved(channels):
    """Half the frames."""
    convolution = nn.Conv2d(channels, channels, (1, 4), stride=(1, 2), padding=(0, 1))
    return nn.Sequential(convolution, nn.BatchNorm2d(channels), nn.ELU())


def _doubled(channels):
    convolution = nn.ConvTranspose1d(channels, channels, 4, stride=2, padding=1)
    return nn.Sequential(convolution, nn.BatchNorm1d(channels), nn.ELU())
