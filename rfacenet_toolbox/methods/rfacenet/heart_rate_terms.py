"""The heart-rate term of Eq. 4, by name: how far a predicted spectrum is from the true heart rate.

Each is a function of the power (B, F) of the predicted BVP, its frequencies (F,) in bpm, the true heart rates (B,) in
bpm, the sharpness, an exponent: ``power ** sharpness``, normalised, weighs the frequencies; and the beats per minute in
one unit of the term. They give (B,).
"""

from typing import Callable, Dict

import torch

from .heart_rate import frequency_weights, log_frequency_weights, mean_bpm


def squared_error(
    power: torch.Tensor, grid_bpm: torch.Tensor, target_bpm: torch.Tensor, sharpness: float, bpm_per_unit: float
) -> torch.Tensor:
    """``|hr - mean frequency|^2`` (B,): Eq. 4 with the differentiable form of Eq. 3."""
    return ((mean_bpm(power, grid_bpm, sharpness) - target_bpm) / bpm_per_unit).square()


def expected_squared_error(
    power: torch.Tensor, grid_bpm: torch.Tensor, target_bpm: torch.Tensor, sharpness: float, bpm_per_unit: float
) -> torch.Tensor:
    """The mean of ``|hr - frequency|^2`` (B,) over the weighted frequencies.

    It is the squared error of the mean frequency plus the frequencies' variance. So a flat spectrum cannot meet it by
    having its mean in the right place, and on a clean tone it is the squared error.
    """
    distance = (grid_bpm - target_bpm.unsqueeze(-1)) / bpm_per_unit
    return (frequency_weights(power, sharpness) * distance.square()).sum(dim=-1)


def cross_entropy(
    power: torch.Tensor, grid_bpm: torch.Tensor, target_bpm: torch.Tensor, sharpness: float, bpm_per_unit: float
) -> torch.Tensor:
    """``-log`` of the true frequency's weight (B,) in nats, whatever the unit.

    The heart rate is a class here, where Eq. 4 has a Gaussian.
    """
    nearest = (grid_bpm - target_bpm.unsqueeze(-1)).abs().argmin(dim=-1, keepdim=True)
    return -log_frequency_weights(power, sharpness).gather(-1, nearest).squeeze(-1)


#: LOSS.HEART_RATE_TERM -> function
HEART_RATE_TERMS: Dict[str, Callable[..., torch.Tensor]] = {
    "squared_error": squared_error,
    "expected_squared_error": expected_squared_error,
    "cross_entropy": cross_entropy,
}
#: those that are negative log-likelihoods over classes, in nats
LIKELIHOODS = ("cross_entropy",)
