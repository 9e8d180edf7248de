"""Eq. 3 for waveforms of any origin, which are looked at first."""

import math
import numbers
from typing import Any, Tuple

import torch

from ..errors import ShapeError
from ..methods.rfacenet import heart_rate

#: the finest grid; a finer one needs memory and shows no more
_FINEST_BPM = 0.001


def heart_rate_bpm(
    bvp: Any,
    fs_hz: float,
    band_hz: Tuple[float, float] = heart_rate.BAND_HZ,
    *,
    is_derivative: bool = False,
    resolution_bpm: float = heart_rate.RESOLUTION_BPM,
) -> torch.Tensor:
    """The frequency of a pulse waveform's largest power in the band (paper, Eq. 3).

    >>> import math, torch, rfacenet_toolbox
    >>> t = torch.arange(128) / 30
    >>> abs(float(rfacenet_toolbox.heart_rate_bpm(torch.sin(2 * math.pi * 1.2 * t), 30)) - 72) < 1
    True

    Args:
        bvp: (..., T) tensor or array, T of 16 or more.
        fs_hz: frames per second.
        band_hz: lowest and highest frequency looked at.
        is_derivative: the signal is the BVP's time derivative, as DiffNormalized labels are.
        resolution_bpm: the grid is this fine or finer.

    Returns:
        (...) tensor in beats per minute, float32.

    Raises:
        ShapeError: no signal, one that is too short, constant or not finite, or a rate, band or grid that none can
            have.
    """
    for name, value, bounds in (
        ("fs_hz", fs_hz, (0.1, 100_000.0)),
        ("resolution_bpm", resolution_bpm, (_FINEST_BPM, math.inf)),
    ):
        if not _is_number(value) or not bounds[0] <= value <= bounds[1]:
            raise ShapeError(f"{name} is {value!r}; expected a number from {bounds[0]:g} to {bounds[1]:g}.")
    is_pair = hasattr(band_hz, "__len__") and len(band_hz) == 2 and all(map(_is_number, band_hz))
    if not is_pair or not 0 <= band_hz[0] < band_hz[1] < math.inf:
        raise ShapeError(f"band_hz is {band_hz!r}; expected the lowest and the highest frequency, such as (0.5, 4.2).")
    if is_derivative not in (True, False):
        raise ShapeError(f"is_derivative is {is_derivative!r}; expected True or False.")
    try:
        signal = torch.as_tensor(bvp)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ShapeError(f"the BVP is a {type(bvp).__name__} of no numbers ({error}); expected a tensor.") from error
    if signal.dim() > 1 and not signal.numel():
        raise ShapeError(f"the BVP has the shape {tuple(signal.shape)}, with nothing in it; expected (..., T).")
    if signal.is_complex() or not torch.isfinite(signal).all():
        raise ShapeError("the BVP holds values that are no finite real numbers, so it has no heart rate. Look at it.")
    if signal.dim() and signal.numel() and (signal == signal[..., :1]).all(dim=-1).any():
        raise ShapeError("a BVP is constant, so it has no heart rate. Leave it out.")
    return heart_rate.heart_rate_bpm(
        signal, float(fs_hz), band_hz, is_derivative=is_derivative, resolution_bpm=float(resolution_bpm)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
