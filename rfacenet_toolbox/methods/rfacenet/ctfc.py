"""Cross-Task Feature Combiner (paper section 3.3, Eq. 1 and Eq. 2)."""

import torch
from torch import nn
from torch.nn import functional as F


class CrossTaskFeatureCombiner(nn.Module):
    """``FuM = alpha * FM_i + beta * FM_r``: the identity map laid over every frame of the rPPG map.

    The paper wants the two 1x1x1 convolutions to keep each map's pixel ratios, so they start as identities: before
    training, Eq. 2 acts on the maps themselves.

    Args:
        identity_channels: channels of the identity map.
        pulse_channels: channels of the rPPG map, and of the result.
        init: where alpha and beta start.
    """

    def __init__(self, *, identity_channels, pulse_channels, init=(1.0, 1.0)):
        super().__init__()
        self.identity_conv = nn.Conv3d(identity_channels, pulse_channels, kernel_size=1)
        self.pulse_conv = nn.Conv3d(pulse_channels, pulse_channels, kernel_size=1)
        self.alpha, self.beta = (nn.Parameter(torch.tensor(float(value))) for value in init)
        for conv in (self.identity_conv, self.pulse_conv):
            nn.init.dirac_(conv.weight)
            nn.init.zeros_(conv.bias)

    def forward(self, identity_map, pulse_map):
        """(B, C_i, H_i, W_i) and (B, C_r, T_r, H_r, W_r) -> (B, C_r, T_r, H_r, W_r)."""
        resized = F.interpolate(identity_map, size=pulse_map.shape[-2:], mode="bilinear", align_corners=False)
        # Eq. 1 repeats the map along time. A 1x1x1 convolution treats equal frames equally, so it runs on one of
        # them and broadcasting does the repetition.
        return self.alpha * self.identity_conv(resized.unsqueeze(2)) + self.beta * self.pulse_conv(pulse_map)
