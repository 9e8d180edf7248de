"""What augmentation does to a training clip: ``MODEL.RFACENET.AUGMENT``. Pure functions of arrays.

Frames are those that the network gets, (C, T, H, W) float32; labels are (T,).
"""

import numpy as np

#: heart rates that a change of speed may lead to
BAND_BPM = (40.0, 180.0)
#: the rate above which PhysFormer's authors halve a heart rate, and up to which they double it
DOUBLED_UP_TO_BPM = 88.0
#: smallest and largest share of an axis that is erased
ERASED = (0.1, 0.4)


def resampled(signal, positions, axis):
    """A signal at fractional positions along an axis, by linear interpolation; its ends are continued."""
    last = signal.shape[axis] - 1
    positions = np.clip(positions, 0, last)
    below = np.floor(positions).astype(np.intp)
    share = (positions - below).astype(signal.dtype)
    result = np.take(signal, below, axis=axis)
    if share.any():
        step = np.take(signal, np.minimum(below + 1, last), axis=axis)
        step -= result
        step *= share.reshape([-1 if one == axis % signal.ndim else 1 for one in range(signal.ndim)])
        result += step
    return result


def samples_needed(count, factor):
    """How many samples of a signal become ``count`` when it runs ``factor`` times as fast."""
    return int(max(np.ceil(count * factor), np.floor((count - 1) * factor) + 2)) if factor != 1 else count


def at_speed(signal, count, factor, axis, is_difference):
    """The first ``count`` samples of a signal that runs ``factor`` times as fast.

    Differences of neighbouring samples are added up, resampled and taken again: they are those of the faster signal,
    and so ``factor`` times as large.

    Args:
        signal: at least :func:`samples_needed` samples along ``axis``.
        is_difference: samples are the differences between neighbours (DiffNormalized).
    """
    if factor == 1:
        return np.take(signal, np.arange(count), axis=axis)
    if not is_difference:
        return resampled(signal, np.arange(count) * factor, axis)
    nothing = np.zeros_like(np.take(signal, [0], axis=axis))
    total = np.concatenate([nothing, np.cumsum(signal, axis=axis, dtype=signal.dtype)], axis=axis)
    return np.diff(resampled(total, np.arange(count + 1) * factor, axis), axis=axis)


def moved(frames, zoom=1.0, down=0.0, right=0.0, flip=False):
    """Frames enlarged ``zoom`` times about a centre that lies ``down`` and ``right`` of their own, then mirrored.

    The frames keep their size; beyond an edge, its pixels are repeated.

    Args:
        zoom: 1 or more.
        down, right: shares of the frame's height and width.
    """
    for axis, shift in ((-2, down), (-1, right)):
        size = frames.shape[axis]
        centre = (size - 1) / 2
        if zoom != 1 or shift:
            frames = resampled(frames, centre + shift * size + (np.arange(size) - centre) / zoom, axis)
    return frames[..., ::-1] if flip else frames


def lit(frames, brightness=0.0, contrast=1.0):
    """Frames with their distance from the clip's mean multiplied, and shifted by so many of its standard deviations."""
    mean, std = frames.mean(dtype=np.float64), frames.std(dtype=np.float64)
    return (frames * np.float32(contrast) + np.float32(mean * (1 - contrast) + brightness * std)).astype(np.float32)


def random_box(sizes, rng):
    """A slice for each axis, each of 10 to 40 % of it, anywhere along it."""
    box = []
    for size in sizes:
        length = max(1, int(round(size * rng.uniform(*ERASED))))
        start = int(rng.integers(size - length + 1))
        box.append(slice(start, start + length))
    return tuple(box)


def erased(frames, box):
    """Frames whose pixels in ``box``, slices of time, height and width, are their channel's mean over the clip."""
    frames = frames.copy()
    frames[(slice(None), *box)] = frames.mean(axis=(1, 2, 3), keepdims=True, dtype=np.float64)
    return frames


def noisy(frames, share, rng):
    """Frames with Gaussian noise of so large a share of the clip's standard deviation."""
    noise = rng.standard_normal(frames.shape, dtype=np.float32)
    noise *= np.float32(share * frames.std(dtype=np.float64))
    noise += frames
    return noise
