"""What the methods share: mean colours, and windows of them."""

import numpy as np

from ...errors import DataError


def mean_rgb(frames):
    """The spatial mean of each frame's colours.

    Args:
        frames: (T, H, W, C) numbers of any kind; of more than three channels the first three are taken.

    Returns:
        (T, 3); float32 for float32 frames, else float64.

    Raises:
        DataError: another shape.

    Source: agrees with the toolbox's ``process_video``, to the last bit.
    """
    frames = _as_frames(frames)
    dtype = np.float32 if frames.dtype == np.float32 else np.float64
    by_column = frames[..., :3].sum(axis=1, dtype=dtype)
    return by_column.sum(axis=1) / dtype(frames.shape[1] * frames.shape[2])


def regional_rgb(frames, grid):
    """The mean colours of the cells of a grid in each frame.

    Args:
        frames: (T, H, W, C) numbers of any kind; of more than three channels the first three are taken.
        grid: (rows, columns), at most H and W. Cells differ by a pixel where H and W are no multiples of them.

    Returns:
        (rows * columns, T, 3), row by row; float32 for float32 frames, else float64.

    Raises:
        DataError: another shape, or frames that are smaller than the grid.
    """
    frames = _as_frames(frames)
    height, width = frames.shape[1:3]
    rows, columns = grid
    if height < rows or width < columns:
        raise DataError(
            f"The frames are {width}x{height} pixels and are divided into {columns}x{rows} regions. Use larger frames."
        )
    dtype = np.float32 if frames.dtype == np.float32 else np.float64
    edges = [np.arange(count + 1) * size // count for count, size in ((rows, height), (columns, width))]
    sums = np.add.reduceat(frames[..., :3], edges[0][:-1], axis=1, dtype=dtype)
    sums = np.add.reduceat(sums, edges[1][:-1], axis=2)
    pixels = np.outer(*map(np.diff, edges))[..., None].astype(dtype)
    return (sums / pixels).reshape(len(frames), -1, 3).transpose(1, 0, 2)


def _as_frames(frames):
    frames = np.asarray(frames)
    if frames.ndim != 4 or frames.shape[-1] < 3 or 0 in frames.shape:
        raise DataError(
            f"The frames are an array of shape {frames.shape}; expected (T, H, W, 3). Pass whole colour frames, with "
            f"DATA_FORMAT NDHWC."
        )
    return frames


def as_rgb(rgb, method, least_frames):
    """``rgb`` as a (T, 3) array of float32 or float64 that ``method`` can work on.

    Raises:
        DataError: another shape, fewer than ``least_frames`` frames, a value that is not finite, or one colour
            throughout.
    """
    rgb = np.asarray(rgb)
    if rgb.ndim != 2 or rgb.shape[1] != 3 or rgb.dtype.kind not in "fiu":
        raise DataError(
            f"{method} got an array of shape {rgb.shape} and type {rgb.dtype}; expected (T, 3) numbers, the mean red, "
            f"green and blue of each frame. mean_rgb(frames) gives them."
        )
    if len(rgb) < least_frames:
        raise DataError(f"{method} got {len(rgb)} frames and needs at least {least_frames}. Use a longer video.")
    bad = np.flatnonzero(~np.isfinite(rgb).all(axis=1))
    if len(bad):
        raise DataError(
            f"{method} got colours that are not finite in {len(bad)} of {len(rgb)} frames, the first of them frame "
            f"{bad[0]}. Look for damage in the recording or its cached clip."
        )
    if not np.ptp(rgb, axis=0).any():
        raise DataError(
            f"{method} got the same colour in all {len(rgb)} frames, so there is no pulse to find. Check that the "
            f"video moves and that the face crop shows a face."
        )
    return rgb if rgb.dtype in (np.float32, np.float64) else rgb.astype(np.float64)


def normalised_windows(rgb, length, hop):
    """Windows of ``rgb``, each divided by its mean colour: (number of windows, length, 3), in the precision of ``rgb``.

    Source: the temporal normalisation of CHROM (Eq. 5) and POS (Eq. 5).

    Raises:
        DataError: a channel that is 0 in a whole window.
    """
    windows = np.lib.stride_tricks.sliding_window_view(rgb, length, axis=0)[::hop].transpose(0, 2, 1)
    means = windows.mean(axis=1, keepdims=True)
    if not means.all():
        first = np.flatnonzero(~means.all(axis=(1, 2)))[0] * hop
        raise DataError(
            f"Frames {first} to {first + length - 1} are black in at least one channel, so their colours cannot be "
            f"normalised. Cut the black part off the video."
        )
    return windows / means


def combine(first, second, sign):
    """``first + sign * alpha * second``, alpha the ratio of their standard deviations along the last axis.

    Where ``second`` does not vary alpha is 0; the toolbox gets NaN there.
    """
    spread, other = first.std(axis=-1, keepdims=True), second.std(axis=-1, keepdims=True)
    alpha = np.divide(spread, other, out=np.zeros_like(spread), where=other > 0)
    return first + sign * alpha * second


def green_without(colours, direction):
    """The green part of (3, T) colours, less what lies along a unit ``direction`` (3,)."""
    return ((np.identity(3) - np.outer(direction, direction)) @ colours)[1]


def overlap_add(windows, hop, length):
    """Add windows (W, L) that start every ``hop`` frames: (length,), 0 where no window reaches."""
    total = np.zeros(length)
    for offset in range(windows.shape[1]):
        total[offset : offset + len(windows) * hop : hop][: len(windows)] += windows[:, offset]
    return total
