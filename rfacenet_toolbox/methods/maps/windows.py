"""Windows cut from longer maps, and two augmentations in time: gaps, and stretching.

Maps are images (N, C, rows, T), as :mod:`.images` gives them.
"""

from typing import List, Tuple

import torch
from torch.nn import functional as F


def cut(signals: torch.Tensor, starts: List[int], length: int) -> torch.Tensor:
    """Windows of the last axis: (B, ..., T) -> (B, W, ..., length)."""
    return torch.stack([signals[..., start : start + length] for start in starts], dim=1)


def with_gaps(maps: torch.Tensor, share: float, frames: Tuple[int, int]) -> torch.Tensor:
    """RhythmNet's augmentation: a part of the maps loses a stretch of frames, as if there were no face in it.

    Draws from torch's generator.

    Args:
        maps: (N, C, rows, T).
        share: of the maps that get a gap.
        frames: shortest and longest gap; the frames in it are 0.
    """
    shortest, longest = frames
    count, length = len(maps), maps.shape[-1]
    chosen = torch.rand(count) < share
    lengths = torch.randint(shortest, longest + 1, (count,))
    starts = (torch.rand(count) * (length - lengths + 1)).long()
    time = torch.arange(length)
    inside = (time >= starts[:, None]) & (time < (starts + lengths)[:, None]) & chosen[:, None]
    return maps.masked_fill(inside[:, None, None].to(maps.device), 0.0)


def resampled(maps: torch.Tensor, length: int) -> torch.Tensor:
    """Maps (..., T) stretched or compressed in time to ``length`` frames, linearly between frames.

    Heart rates per frame change by T / length.
    """
    flat = maps.reshape(-1, 1, maps.shape[-1])
    # ends stay where they are, so that nothing is made up beyond them
    stretched = F.interpolate(flat, size=length, mode="linear", align_corners=True)
    return stretched.reshape(*maps.shape[:-1], length)
