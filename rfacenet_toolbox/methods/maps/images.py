"""Spatial-temporal maps as networks take them: what a method makes of a window of mean colours.

A batch of clips of maps is (B, channels, T, rows, 1), the mean colours of a face's regions, 0 to 255, as they are.
"""

import torch
from torch.nn import functional as F

from ...errors import ShapeError


def as_images(clips, channels):
    """Clips of maps (B, channels, T, rows, 1) -> images (B, channels, rows, T), time to the right.

    Raises:
        ShapeError: these are no maps of so many channels.
    """
    if clips.dim() != 5 or clips.shape[1] != channels or clips.shape[4] != 1:
        raise ShapeError(
            f"got clips of shape {tuple(clips.shape)}; expected maps, (B, {channels}, T, rows, 1). Compare DATA_TYPE, "
            f"and set DATA_FORMAT to NCDHW."
        )
    return clips.squeeze(-1).transpose(2, 3)


def min_max(images):
    """Every row of every channel of images (B, C, rows, T) brought to 0 to 1 over time; a row that is constant to 0."""
    low, high = images.amin(dim=-1, keepdim=True), images.amax(dim=-1, keepdim=True)
    return (images - low) / (high - low).clamp_min(torch.finfo(images.dtype).tiny)


def moving_mean(images, frames):
    """Means over so many neighbouring frames, an odd number; of fewer at both ends."""
    batch, channels, rows, length = images.shape
    lines = images.reshape(batch * channels, rows, length)
    smooth = F.avg_pool1d(lines, frames, stride=1, padding=frames // 2, count_include_pad=False)
    return smooth.reshape(images.shape)
