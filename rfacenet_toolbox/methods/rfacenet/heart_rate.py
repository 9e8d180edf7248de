"""Heart rate as the largest peak of the power spectrum (paper Eq. 3), hard and differentiable.

``hr = argmax over 0.5 Hz < f < 4.2 Hz of |FFT(bvp)|^2, times 60``

128 frames at 30 fps give a grid of 14 bpm, so the signal is zero-padded until the grid is 1 bpm or finer, and a Hann
window keeps the spectrum's mirror image below 0 Hz from pulling the peak of a slow pulse.

Labels are DiffNormalized: a time derivative, whose power spectrum is the BVP's times f^2. Its largest peak can be the
dicrotic wave's harmonic. So a derivative is integrated first: mean removed, cumulative sum, straight line removed.
"""

import math
from typing import Any, Tuple

import torch

from ...errors import ShapeError

#: the band of Eq. 3
BAND_HZ = (0.5, 4.2)
#: the frequency grid is this fine or finer
RESOLUTION_BPM = 1.0
#: exponent of the powers that weigh the frequencies of the differentiable rate
SHARPNESS = 8.0


def heart_rate_bpm(
    bvp: Any,
    fs_hz: float,
    band_hz: Tuple[float, float] = BAND_HZ,
    *,
    is_derivative: bool = False,
    resolution_bpm: float = RESOLUTION_BPM,
) -> torch.Tensor:
    """Eq. 3 with its argmax, which has no gradient: the frequency of the largest power in the band.

    (..., T) -> (...) in beats per minute, float32. Arguments are those of
    :func:`rfacenet_toolbox.library.heart_rate_bpm`, which looks at signals of any origin before it calls this.

    Raises:
        ShapeError: a signal too short, or a band that holds no frequency.
    """
    return peak_bpm(*band_power(bvp, fs_hz, band_hz, is_derivative=is_derivative, resolution_bpm=resolution_bpm))


def soft_heart_rate_bpm(
    bvp: Any,
    fs_hz: float,
    band_hz: Tuple[float, float] = BAND_HZ,
    *,
    is_derivative: bool = False,
    resolution_bpm: float = RESOLUTION_BPM,
    sharpness: float = SHARPNESS,
) -> torch.Tensor:
    """Eq. 3 with a gradient: the mean frequency under weights ``power ** sharpness``.

    On a clean tone the weights sit on the peak, and the result agrees with :func:`heart_rate_bpm` to 1 bpm.
    Arguments, shapes, units and errors are those of :func:`heart_rate_bpm`.
    """
    power, grid_bpm = band_power(bvp, fs_hz, band_hz, is_derivative=is_derivative, resolution_bpm=resolution_bpm)
    return mean_bpm(power, grid_bpm, sharpness)


def peak_bpm(power: torch.Tensor, grid_bpm: torch.Tensor) -> torch.Tensor:
    """The frequency of the largest power; arguments as :func:`band_power` gives them."""
    return grid_bpm[power.argmax(dim=-1)]


def mean_bpm(power: torch.Tensor, grid_bpm: torch.Tensor, sharpness: float) -> torch.Tensor:
    """The mean frequency under :func:`frequency_weights`; the first two arguments as :func:`band_power` gives them."""
    return (frequency_weights(power, sharpness) * grid_bpm).sum(dim=-1)


def frequency_weights(power: torch.Tensor, sharpness: float) -> torch.Tensor:
    """``power ** sharpness`` (..., F), normalised to a sum of 1."""
    return torch.softmax(_log_power(power, sharpness), dim=-1)


def log_frequency_weights(power: torch.Tensor, sharpness: float) -> torch.Tensor:
    """The logarithm of :func:`frequency_weights`."""
    return torch.log_softmax(_log_power(power, sharpness), dim=-1)


def _log_power(power: torch.Tensor, sharpness: float) -> torch.Tensor:
    peak = power.detach().amax(dim=-1, keepdim=True).clamp_min(1e-20)
    # Powers 50 dB below the peak weigh nothing, and the floor keeps the logarithm's gradient finite there. The peak
    # is only a scale, which the softmax does not see, so no gradient needs to pass through it.
    return sharpness * torch.log(power / peak + 1e-5)


def band_power(
    bvp: Any,
    fs_hz: float,
    band_hz: Tuple[float, float] = BAND_HZ,
    *,
    is_derivative: bool = False,
    resolution_bpm: float = RESOLUTION_BPM,
) -> Tuple[torch.Tensor, torch.Tensor]:
    """The power spectrum (..., F) of Eq. 3 inside the band, and its frequencies (F,) in bpm.

    Arguments and errors are those of :func:`heart_rate_bpm`.
    """
    signal = torch.as_tensor(bvp).to(torch.float32)
    length = signal.shape[-1] if signal.dim() else 0
    if length < 16:
        raise ShapeError(f"a heart rate needs a BVP of 16 samples or more along its last axis; found {length}.")
    if fs_hz <= 0:
        raise ShapeError(f"fs_hz is {fs_hz}; expected the sampling rate in Hz, such as 30.")
    signal = signal - signal.mean(dim=-1, keepdim=True)
    if is_derivative:
        signal = _without_line(torch.cumsum(signal, dim=-1))
    window = torch.hann_window(length, periodic=False, dtype=signal.dtype, device=signal.device)
    points = 2 ** math.ceil(math.log2(max(length, 60.0 * fs_hz / resolution_bpm)))
    spectrum = torch.fft.rfft(signal * window, n=points)
    power = spectrum.real.square() + spectrum.imag.square()
    step_hz = fs_hz / points
    first, stop = math.floor(band_hz[0] / step_hz) + 1, min(math.ceil(band_hz[1] / step_hz), power.shape[-1])
    if first >= stop:
        raise ShapeError(f"no frequency lies between {band_hz[0]} and {band_hz[1]} Hz at {fs_hz} samples per second.")
    grid_hz = torch.arange(first, stop, device=signal.device, dtype=signal.dtype) * step_hz
    return power[..., first:stop], grid_hz * 60.0


def _without_line(signal: torch.Tensor) -> torch.Tensor:
    time = torch.linspace(-1.0, 1.0, signal.shape[-1], dtype=signal.dtype, device=signal.device)
    slope = (signal * time).sum(dim=-1, keepdim=True) / (time * time).sum()
    return signal - signal.mean(dim=-1, keepdim=True) - slope * time
