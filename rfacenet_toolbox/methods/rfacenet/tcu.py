"""Temporal Compressor Unit (paper section 3.2)."""

import torch
from torch import nn
from torch.nn import functional as F


class TemporalCompressorUnit(nn.Module):
    """A clip -> one image in which the temporal fluctuations are averaged out and the facial contour stays.

    On DiffNormalized clips a pooled frame is a mean of differences, so with one step it telescopes to nearly
    ``log(last) - log(first)``: an outline that head motion draws. More steps keep more of the motion in between.

    Args:
        steps: time steps that the average pooling leaves; they are stacked as channels.
        upscale: factor of the interpolation that follows (section 4.2 doubles the resolution).
    """

    def __init__(self, *, steps=1, upscale=2):
        super().__init__()
        self.steps = steps
        self.upscale = upscale

    def forward(self, clip):
        """(B, C, T, H, W) -> (B, C * steps, upscale * H, upscale * W)."""
        height, width = clip.shape[-2:]
        time_last = torch.permute(clip, (0, 1, 3, 4, 2))
        pooled = F.adaptive_avg_pool3d(time_last, (height, width, self.steps))
        image = torch.permute(pooled, (0, 1, 4, 2, 3)).flatten(1, 2)
        return F.interpolate(image, scale_factor=float(self.upscale), mode="bilinear", align_corners=False)
