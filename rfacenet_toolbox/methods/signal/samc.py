"""SAMC: Tulyakov et al. 2016, self-adaptive matrix completion."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...evaluation import bandpass
from .colour import combine

BAND_HZ = (0.7, 4.0)
#: time over which the local standard deviation of a region is taken
LOCAL_S = 1.0
#: a stretch of a region is trusted at first while it varies at most so many times as much as the median one
TRUSTED = 3.0
#: an entry is kept while it is at most so many standard deviations of the kept ones' noise away from the low-rank one
NEAR = 2.5
#: share of that squared distance that the first guess of the mask is worth
PRIOR = 0.5
MASK_STEPS, MATRIX_STEPS = 40, 5
#: the least noise that is reckoned with, as a share of the signal
_LEAST_NOISE = 1e-3
_SETTLED = 0.99  # of the noise of the step before
#: median absolute deviation -> standard deviation of a normal distribution
_FROM_MEDIAN = 1.4826


class Completed(NamedTuple):
    """A matrix of regions over time, (R, T) each."""

    matrix: NDArray[np.float64]  #: the low-rank estimate, also where entries are not kept
    mask: NDArray[np.bool_]  #: which entries it was made from


class Samc(NamedTuple):
    """What :func:`samc_of_regions` gives."""

    bvp: NDArray[np.float64]  #: (T,), without unit
    mask: NDArray[np.bool_]  #: (R, T), True where a region was used at that time


def samc(rgb, fs_hz):
    """The pulse that the regions of a face have in common, without the regions and times that do not fit to it.

    Args:
        rgb: (R, T, 3) mean colours of regions, as :func:`~.colour.regional_rgb` gives them; R at least 2.
        fs_hz: frames per second, more than 8.

    Returns:
        (T,) float64, without unit.

    Raises:
        DataError: another shape, a value that is not finite, or too few regions with a colour that changes.
        EvaluationError: too few frames, or a frame rate too low for the band.

    Source: S. Tulyakov, X. Alameda-Pineda, E. Ricci, L. Yin, J. F. Cohn, N. Sebe, "Self-adaptive matrix completion for
    heart rate estimation from face videos under realistic conditions", CVPR 2016. No code of the authors is public.
    Where this is our reading of it, ``docs/methods/samc.md`` says so.
    """
    return samc_of_regions(rgb, fs_hz).bvp


def samc_of_regions(rgb, fs_hz):
    """:func:`samc` with the mask of what was used: a :class:`Samc`.

    The pulse is the leading component over time. Where no region is used, a line bridges it.
    """
    signals = chrominance(rgb, fs_hz)
    found = complete(signals, first_mask(signals, fs_hz))
    _, strengths, over_time = np.linalg.svd(found.matrix, full_matrices=False)
    pulse = strengths[0] * over_time[0]
    known = np.flatnonzero(found.mask.any(axis=0))
    if len(known):
        pulse = np.interp(np.arange(len(pulse)), known, pulse[known])
    return Samc(pulse if pulse @ found.matrix.mean(axis=0) >= 0 else -pulse, found.mask)


def chrominance(rgb, fs_hz):
    """CHROM's signal of each region over the whole time: (R, T, 3) -> (R, T); 0 of a region that is black or constant.

    ``X - (std(X) / std(Y)) Y`` of ``X = 3R - 2G`` and ``Y = 1.5R + G - 1.5B``, both within 0.7 to 4 Hz, where R, G and
    B are divided by their means over time. Errors are those of :func:`samc`.
    """
    rgb = np.asarray(rgb)
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype.kind not in "fiu":
        raise DataError(
            f"SAMC got an array of shape {rgb.shape} and type {rgb.dtype}; expected (R, T, 3) numbers, the mean red, "
            f"green and blue of each region in each frame. regional_rgb(frames, grid) gives them."
        )
    bad = np.flatnonzero(~np.isfinite(rgb).all(axis=(0, 2)))
    if len(bad):
        raise DataError(
            f"SAMC got colours that are not finite in {len(bad)} of {rgb.shape[1]} frames, the first of them frame "
            f"{bad[0]}. Look for damage in the recording or its cached clip."
        )
    usable = np.zeros(len(rgb), bool)
    if rgb.shape[1]:
        usable = (rgb.mean(axis=1) > 0).all(axis=1) & np.ptp(rgb, axis=1).any(axis=1)
    if usable.sum() < 2:
        raise DataError(
            f"SAMC got {len(rgb)} regions over {rgb.shape[1]} frames, {usable.sum()} of them with colours that change, "
            f"and needs at least 2. Check that the video moves and that the face crop shows a face."
        )
    colours = rgb[usable].astype(np.float64)
    red, green, blue = (colours / colours.mean(axis=1, keepdims=True)).transpose(2, 0, 1)
    x, y = (bandpass(one, fs_hz, BAND_HZ) for one in (3 * red - 2 * green, 1.5 * red + green - 1.5 * blue))
    signals = np.zeros(rgb.shape[:2])
    signals[usable] = combine(x, y, sign=-1)
    return signals


def first_mask(signals, fs_hz):
    """Where a region varies no more than usual within about a second: (R, T) -> (R, T) bool."""
    length = min(max(2, int(round(LOCAL_S * fs_hz))), signals.shape[1])
    sums = np.cumsum(np.pad(signals, ((0, 0), (1, 0))), axis=1)
    squares = np.cumsum(np.pad(signals**2, ((0, 0), (1, 0))), axis=1)
    mean, square = ((one[:, length:] - one[:, :-length]) / length for one in (sums, squares))
    spread = np.sqrt(np.maximum(square - mean**2, 0))
    before = (length - 1) // 2  # windows around each frame; the first and last ones stand for the ends
    spread = np.pad(spread, ((0, 0), (before, length - 1 - before)), mode="edge")
    return spread <= TRUSTED * np.median(spread)


def complete(signals, trusted):
    """The low-rank matrix E and the mask M that explain (R, T) signals C: a :class:`Completed`.

    ``nu |E|_* + |M (E - C)|^2 - beta |M|_1 + mu |M - trusted|^2`` is made smaller in E and in M by turns. With M fixed
    that is a proximal gradient step, which takes ``nu / 2`` off the singular values; with E fixed, M is 1 where
    ``(E - C)^2 < beta + mu (2 trusted - 1)``. The weights adapt: the standard deviation of the noise is read from what
    is left in the kept entries, ``nu / 2`` is the largest singular value that such noise has, ``beta`` the square of
    :data:`NEAR` deviations, and ``mu`` a share of it. They only ever become smaller.

    Args:
        trusted: (R, T) bool, the first guess of the mask.
    """
    signals, trusted = np.asarray(signals, dtype=np.float64), np.asarray(trusted, dtype=bool)
    matrix, mask = np.zeros_like(signals), trusted.copy()
    usual = noise = _FROM_MEDIAN * np.median(np.abs(signals[signals.any(axis=1)]))
    of_noise = np.sqrt(signals.shape).sum()
    for _ in range(MASK_STEPS):
        for _ in range(MATRIX_STEPS):
            matrix = _shrunk(np.where(mask, signals, matrix), noise * of_noise * np.sqrt(mask.mean()))
        distance, before = np.abs(matrix - signals), (mask, noise)
        if mask.any():
            noise = max(min(noise, _FROM_MEDIAN * np.median(distance[mask])), _LEAST_NOISE * usual)
        mask = distance**2 < (NEAR * noise) ** 2 * np.where(trusted, 1 + PRIOR, 1 - PRIOR)
        if (mask == before[0]).all() and noise > _SETTLED * before[1]:
            break
    return Completed(matrix, mask)


def _shrunk(matrix, by):
    """The matrix with ``by`` taken off its singular values, none of which becomes negative."""
    left, strengths, right = np.linalg.svd(matrix, full_matrices=False)
    return (left * np.maximum(strengths - by, 0)) @ right
