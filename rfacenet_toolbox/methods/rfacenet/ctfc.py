"""Cross-Task Feature Combiner (paper section 3.3, Eq. 1 and Eq. 2)."""

import torch
from torch import nn
from torch.nn import functional as F

from ...errors import ShapeError

#: what the 1x1x1 convolutions learn
CTFC_CONVS = ("full", "scalar")


class CrossTaskFeatureCombiner(nn.Module):
    """``FuM = alpha * FM_i + beta * FM_r`` (Eq. 2): the identity map, repeated in time (Eq. 1), laid over the rPPG map.

    The paper wants the two 1x1x1 convolutions to keep each map's pixel ratios. They start as identities: before
    training, Eq. 2 acts on the maps themselves. ``"full"`` convolutions then learn to mix a branch's maps. ``"scalar"``
    ones keep the ratios for good: each of a branch's maps is multiplied by one learned number, without an offset,
    which would change them. A single number for all maps of a branch would be alpha or beta over again.

    Args:
        identity_channels: channels of the identity map.
        pulse_channels: channels of the rPPG map, and of the result.
        init: where alpha and beta start.
        convolution: one of :data:`CTFC_CONVS`.

    Raises:
        ShapeError: ``"scalar"`` convolutions for branches of different numbers of channels.
    """

    def __init__(self, *, identity_channels, pulse_channels, init=(1.0, 1.0), convolution="full"):
        super().__init__()
        is_scalar = convolution == "scalar"
        if is_scalar and identity_channels != pulse_channels:
            raise ShapeError(
                f"identity_channels is {identity_channels} and pulse_channels {pulse_channels}; scalar convolutions "
                f"leave the number as it is, so expected one for both."
            )
        groups = pulse_channels if is_scalar else 1
        self.identity_conv = nn.Conv3d(identity_channels, pulse_channels, 1, groups=groups, bias=not is_scalar)
        self.pulse_conv = nn.Conv3d(pulse_channels, pulse_channels, 1, groups=groups, bias=not is_scalar)
        self.alpha, self.beta = (nn.Parameter(torch.tensor(float(value))) for value in init)
        for conv in (self.identity_conv, self.pulse_conv):
            nn.init.dirac_(conv.weight, groups)
            if conv.bias is not None:
                nn.init.zeros_(conv.bias)

    def forward(self, identity_map, pulse_map):
        """(B, C_i, H_i, W_i) and (B, C_r, T_r, H_r, W_r) -> (B, C_r, T_r, H_r, W_r)."""
        resized = F.interpolate(identity_map, size=pulse_map.shape[-2:], mode="bilinear", align_corners=False)
        # Eq. 1 repeats the map along time. A 1x1x1 convolution treats equal frames equally, so it runs on one of
        # them and broadcasting does the repetition.
        return self.alpha * self.identity_conv(resized.unsqueeze(2)) + self.beta * self.pulse_conv(pulse_map)
