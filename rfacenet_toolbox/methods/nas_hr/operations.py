"""What an edge of a cell may do: the eight operations of NAS-HR's search space, which is that of DARTS."""

import torch
from torch import nn
from torch.nn import functional as F


class FactorizedReduce(nn.Module):
    """Half the height and width, rounded up, without losing half of the pixels: two 1x1 convolutions, one of the odd
    rows and columns, one of the even ones."""

    def __init__(self, in_channels, out_channels, affine=True):
        super().__init__()
        self.odd = nn.Conv2d(in_channels, out_channels - out_channels // 2, 1, stride=2, bias=False)
        self.even = nn.Conv2d(in_channels, out_channels // 2, 1, stride=2, bias=False)
        self.norm = norm(out_channels, affine)

    def forward(self, maps):
        """(B, C, H, W) -> (B, out_channels, H/2, W/2)."""
        maps = F.relu(maps)
        shifted = F.pad(maps[:, :, 1:, 1:], (0, 1, 0, 1))
        return self.norm(torch.cat([self.odd(maps), self.even(shifted)], dim=1))


class Zero(nn.Module):
    """No connection."""

    def __init__(self, stride):
        super().__init__()
        self.stride = stride

    def forward(self, maps):
        """(B, C, H, W) -> zeros (B, C, H / stride, W / stride)."""
        return torch.zeros_like(maps[:, :, :: self.stride, :: self.stride])


def norm(channels, affine):
    """Batch normalisation. In a search, ``affine`` is False, and the batch's own statistics hold in evaluation, too."""
    return nn.BatchNorm2d(channels, affine=affine, track_running_stats=affine)


def convolution(in_channels, out_channels, kernel, *, stride=1, dilation=1, groups=1, affine=True):
    """ReLU, a convolution that keeps the size but for the stride, a normalisation of what it gives."""
    return nn.Sequential(
        nn.ReLU(),
        *_convolution(in_channels, out_channels, kernel, stride, dilation, groups),
        norm(out_channels, affine),
    )


def _convolution(in_channels, out_channels, kernel, stride, dilation, groups):
    padding = dilation * (kernel // 2)
    yield nn.Conv2d(in_channels, out_channels, kernel, stride, padding, dilation, groups, bias=False)
    if groups > 1:  # depthwise, so channels are mixed thereafter
        yield nn.Conv2d(out_channels, out_channels, 1, bias=False)


def _pool(kind):
    def make(channels, stride, affine):
        more = {"count_include_pad": False} if kind is nn.AvgPool2d else {}
        return nn.Sequential(kind(3, stride, padding=1, **more), norm(channels, affine))

    return make


def _skip(channels, stride, affine):
    return nn.Identity() if stride == 1 else FactorizedReduce(channels, channels, affine)


def _separable(kernel):
    """Depthwise and pointwise, twice."""

    def make(channels, stride, affine):
        return nn.Sequential(
            convolution(channels, channels, kernel, stride=stride, groups=channels, affine=affine),
            convolution(channels, channels, kernel, groups=channels, affine=affine),
        )

    return make


def _dilated(kernel):
    def make(channels, stride, affine):
        return convolution(channels, channels, kernel, stride=stride, dilation=2, groups=channels, affine=affine)

    return make


#: name -> the function of channels, stride and whether normalisations learn that makes it
OPERATIONS = {
    "max_pool_3x3": _pool(nn.MaxPool2d),
    "avg_pool_3x3": _pool(nn.AvgPool2d),
    "skip_connect": _skip,
    "sep_conv_3x3": _separable(3),
    "sep_conv_5x5": _separable(5),
    "dil_conv_3x3": _dilated(3),
    "dil_conv_5x5": _dilated(5),
    "none": lambda channels, stride, affine: Zero(stride),
}
#: the one that a genotype never holds
NONE = "none"
