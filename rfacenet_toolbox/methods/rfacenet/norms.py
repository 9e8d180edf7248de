"""How the 3D branch normalises its feature maps. The paper does not say; ``batch`` is PhysNet's."""

import torch
from torch import nn

#: name -> fewest frames of a clip. A quarter of them reach the last convolutions, of a frame of 16x16 as single pixels.
#: There, a variance takes two numbers, and what is left of a signal without its straight line takes more than two.
NORMS = {"batch": 4, "instance": 8, "time": 16}


class TemporalNorm(nn.Module):
    """Every pixel of every map over time: without its straight line, divided by what remains of its root mean square.

    A pixel's brightness, contrast and drift are gone, and the other clips of the batch take no part. After Wang et al.,
    "A Plug-and-Play Temporal Normalization Module for Robust Remote Photoplethysmography" (arXiv:2411.15283, 2024),
    who put it before each convolution of PhysNet's encoder. It has no parameters.

    Args:
        eps: added to the mean square, so that a pixel that does not change stays zero.
    """

    def __init__(self, eps=1e-5):
        super().__init__()
        self.eps = eps

    def forward(self, maps):
        """(B, C, T, H, W) -> the same shape and type; computed in float32."""
        values = maps.float()
        time = torch.linspace(-1, 1, maps.shape[2], device=maps.device).view(-1, 1, 1)
        values = values - values.mean(dim=2, keepdim=True)
        slope = (values * time).sum(dim=2, keepdim=True) / time.square().sum()
        values = values - slope * time
        scale = torch.rsqrt(values.square().mean(dim=2, keepdim=True) + self.eps)
        return (values * scale).to(maps.dtype)


def channel_norm(norm, channels):
    """What stands between a convolution and its ReLU, with a learned scale and offset for each channel.

    ``batch`` and ``time``: by the statistics of the batch in training, by running ones in evaluation. ``instance``: by
    those of the clip itself, in both.
    """
    return nn.InstanceNorm3d(channels, affine=True) if norm == "instance" else nn.BatchNorm3d(channels)


def map_norm(norm):
    """What normalises the maps that enter a convolution: a :class:`TemporalNorm` with ``time``, else None."""
    return TemporalNorm() if norm == "time" else None
