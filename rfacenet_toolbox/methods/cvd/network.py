"""Two encoders and a decoder of maps of skin colour: what the pulse has put into a map, and all the rest.

Sizes are those of the authors' published network, which has 12,335,812 parameters. 66 of them lie in two 1x1
convolutions that it never runs; they are not here, which leaves 12,335,746.
"""

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from ...errors import ShapeError
from ...runtime import limits
from ..resnet import WIDTHS, ResNet18

#: red, green, blue, and Y, U, V
CHANNELS = 6
#: height and width to which maps are stretched
SIDE = 320
#: the decoder reads the maps behind so many of ResNet-18's stages
SHARED_STAGES = 2
#: which have so many channels
SHARED_CHANNELS = WIDTHS[SHARED_STAGES - 1]
#: they are so much lower and narrower than the image
SHARED_FACTOR = 8


class Physiology(NamedTuple):
    """What the physiological encoder reads from maps."""

    beats: torch.Tensor  #: (B,) heart beats within the map
    bvp: torch.Tensor  #: (B, T)
    features: torch.Tensor  #: (B, 128, H/8, W/8), for the decoder

    def float(self):
        """The same in float32."""
        return Physiology(*(one.float() for one in self))


class PhysiologicalEncoder(nn.Module):
    """ResNet-18 with three outputs: beats, BVP and features.

    Args:
        frames: T, of the BVP. It is 300 in the paper; the BVP is made from ten steps in time, whatever T.
    """

    def __init__(self, frames=300):
        super().__init__()
        self.backbone = ResNet18(channels=CHANNELS, outputs=1, stem_pool=_average_pool())
        self.steps = nn.AdaptiveAvgPool2d((1, 10))
        self.finer = nn.Sequential(*_longer(WIDTHS[2], 64, 3), *_longer(64, 32, 5))
        self.frames = nn.AdaptiveAvgPool2d((1, frames))
        self.last = nn.Conv2d(32, 1, kernel_size=1)

    def forward(self, images):
        """(B, 6, H, W), time along W -> :class:`Physiology`."""
        stages = self.backbone.features(images)
        beats = self.backbone.head(stages[-1]).squeeze(1)
        bvp = self.last(self.frames(self.finer(self.steps(stages[2])))).flatten(1)
        return Physiology(beats, bvp, stages[SHARED_STAGES - 1])


class NoiseEncoder(nn.Module):
    """The first half of a ResNet-18 of its own, for what is not the pulse."""

    def __init__(self):
        super().__init__()
        self.backbone = ResNet18(channels=CHANNELS, outputs=None, stages=SHARED_STAGES, stem_pool=_average_pool())

    def forward(self, images):
        """(B, 6, H, W) -> (B, 128, H/8, W/8)."""
        return self.backbone.features(images)[-1]


class Decoder(nn.Module):
    """A map from the sum of two encoders' features, by three doublings. Values are between -1 and 1."""

    def __init__(self):
        super().__init__()
        widths = [SHARED_CHANNELS >> halvings for halvings in range(4)]
        self.block = nn.Sequential(*_same_size(widths[0]), nn.ReLU(), *_same_size(widths[0]))
        self.doublings = nn.Sequential(*(layer for pair in zip(widths, widths[1:]) for layer in _doubled(*pair)))
        self.last = nn.Conv2d(widths[-1], CHANNELS, 7, padding=3, bias=False)

    def forward(self, physiological, noise):
        """Twice (B, 128, h, w) -> (B, 6, 8h, 8w)."""
        features = physiological + noise
        return torch.tanh(self.last(self.doublings(features + self.block(features))))


class CVD(nn.Module):
    """The network. For its predictions, the physiological encoder is enough.

    >>> import torch
    >>> net = CVD(frames=300).eval()
    >>> read = net(torch.rand(1, 6, 63, 300))
    >>> tuple(read.beats.shape), tuple(read.bvp.shape), tuple(read.features.shape)
    ((1,), (1, 300), (1, 128, 40, 40))

    Args:
        frames: T, of the maps and so of the BVP.
        side: height and width to which the maps are stretched, a multiple of 8. The parameters are the same for any.

    Raises:
        ShapeError: a side that the decoder cannot give back.
    """

    def __init__(self, frames=300, side=SIDE):
        super().__init__()
        if not 32 <= side <= limits.CLIP_SIDE[1] or side % SHARED_FACTOR:
            raise ShapeError(
                f"SIDE is {side}; expected a multiple of {SHARED_FACTOR}, 32 to {limits.CLIP_SIDE[1]}, such as {SIDE}."
            )
        self.side = side
        self.physiological = PhysiologicalEncoder(frames)
        self.noise = NoiseEncoder()
        self.decoder = Decoder()

    def stretched(self, maps):
        """Maps (B, 6, rows, T) -> images (B, 6, side, side), bilinearly."""
        if maps.dim() != 4 or maps.shape[1] != CHANNELS:
            raise ShapeError(
                f"CVD got maps of shape {tuple(maps.shape)}; it takes (B, {CHANNELS}, rows, frames): red, green, blue, "
                f"Y, U and V."
            )
        if maps.shape[2:] == (self.side, self.side):
            return maps
        return F.interpolate(maps, (self.side, self.side), mode="bilinear", align_corners=False)

    def forward(self, maps):
        """Maps (B, 6, rows, T), values 0 to 1 -> :class:`Physiology`."""
        return self.physiological(self.stretched(maps))


def _average_pool():
    return nn.AvgPool2d(3, stride=2, padding=1)


def _longer(in_channels, out_channels, factor):
    convolution = nn.ConvTranspose2d(in_channels, out_channels, (1, factor), stride=(1, factor))
    return convolution, nn.BatchNorm2d(out_channels), nn.ELU()


def _same_size(channels):
    convolution = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
    return convolution, nn.InstanceNorm2d(channels, affine=True)


def _doubled(in_channels, out_channels):
    convolution = nn.ConvTranspose2d(in_channels, out_channels, 3, 2, padding=1, output_padding=1, bias=False)
    return convolution, nn.InstanceNorm2d(out_channels, affine=True), nn.ReLU()
