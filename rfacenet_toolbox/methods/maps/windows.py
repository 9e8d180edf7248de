"""Windows cut from longer maps, and two augmentations in time: gaps, and stretching.

Maps are images (N, C, rows, T), as :mod:`.images` gives them.
"""

from typing import List, Optional, Tuple

import torch
from torch.nn import functional as F

from ...errors import ShapeError


def window_starts(frames: int, length: int, step: int, count: Optional[int] = None) -> List[int]:
    """First frames of the windows of a clip: every ``step``, as many as fit, or the first ``count``.

    Raises:
        ShapeError: the clip is too short for one, or for ``count``.
    """
    least = length + step * ((count or 1) - 1)
    if frames < least:
        windows = "a window" if count is None else f"{count} windows, {step} frames apart,"
        raise ShapeError(f"{windows} of {length} frames take a clip of {least}; found {frames}.")
    starts = list(range(0, frames - length + 1, step))
    return starts if count is None else starts[:count]


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
