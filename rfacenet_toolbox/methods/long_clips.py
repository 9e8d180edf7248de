"""Clips longer than those that a network was trained on: in segments that it takes whole, or in joined windows.

For convolutional networks that take (B, 3, T, H, W) of any T that is a multiple of some number of frames.
"""

import torch

#: by how much neighbouring windows overlap, of their length
OVERLAP = 0.5


def in_segments(predict, clip, bounds, factor):
    """The BVP of a clip, each segment of which the network takes as a whole.

    A segment that is no multiple of ``factor`` frames gets some of its neighbour's, whose values are left out again.

    Args:
        predict: clips (1, 3, T, H, W) -> BVP (1, T).
        clip: (3, T, H, W), T a multiple of ``factor``.
        bounds: ``[(start, stop), ...]``, which cover the clip's frames in order.
        factor: the network takes multiples of so many frames.

    Returns:
        (T,).
    """
    parts = []
    for start, stop in bounds:
        length = -(-(stop - start) // factor) * factor
        first = max(0, min(start, clip.shape[1] - length))
        bvp = predict(clip[None, :, first : first + length])[0]
        parts.append(bvp[start - first : stop - first])
    return torch.cat(parts)


def joined(predict, clip, frames):
    """The BVP of a clip of which the network takes windows of ``frames`` frames.

    Windows overlap by half, and the last one ends with the clip. Each window's BVP is z-scored, for its scale and
    offset have no meaning, and weighted by a Hann window, so that one passes over into the next.

    Args:
        predict: clips (1, 3, frames, H, W) -> BVP (1, frames).
        clip: (3, T, H, W), T at least ``frames``.

    Returns:
        (T,).
    """
    length = clip.shape[1]
    starts = [*range(0, length - frames, max(1, int(frames * (1 - OVERLAP)))), length - frames]
    weights = torch.hann_window(frames + 2, periodic=False, device=clip.device)[1:-1]
    total, weight = torch.zeros(length, device=clip.device), torch.zeros(length, device=clip.device)
    for start in starts:
        bvp = predict(clip[None, :, start : start + frames])[0].float()
        bvp = (bvp - bvp.mean()) / (bvp.std(unbiased=False) + 1e-8)
        total[start : start + frames] += weights * bvp
        weight[start : start + frames] += weights
    return total / weight
