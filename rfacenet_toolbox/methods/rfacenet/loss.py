"""The multi-task loss (paper Eq. 4), after Kendall, Gal and Cipolla (CVPR 2018).

``1/(2 s1^2) |bvp - f(x)|^2 + log s1  +  1/(2 s2^2) |hr - f(x)|^2 + log s2  +  1/s3 CE(id, f(x)) + log s3``
"""

from typing import NamedTuple, Optional, Sequence, Tuple

import torch
from torch import nn
from torch.nn import functional as F

from ...errors import ShapeError
from ..learner import UNKNOWN_SUBJECT
from .heart_rate import hard_and_soft_heart_rate_bpm, heart_rate_bpm

#: the tasks of Eq. 4 in the order of its sigmas
TASKS = ("bvp", "heart_rate", "identity")
#: beats per minute in one unit of the heart-rate term
HEART_RATE_UNITS = {"bpm": 1.0, "hz": 60.0}


class LossTerms(NamedTuple):
    """Scalars. ``total`` is Eq. 4; the rest are its squared errors and its cross-entropy, before the sigmas.

    ``bvp`` is in z-scored units (0 to 4, 2 for no correlation), ``heart_rate`` in the loss's unit squared,
    ``identity`` in nats. A task that is left out is None.

    ``heart_rate_mae_bpm`` is for the log: the mean absolute error of Eq. 3 with its argmax, without a gradient.
    """

    total: torch.Tensor
    bvp: torch.Tensor
    heart_rate: Optional[torch.Tensor]
    identity: Optional[torch.Tensor]
    heart_rate_mae_bpm: torch.Tensor


class MultiTaskLoss(nn.Module):
    """Eq. 4 with its three learned, positive sigmas.

    Args:
        fs_hz: frames per second.
        is_derivative: labels, and so predictions, are time derivatives of the BVP (DiffNormalized).
        heart_rate_unit: ``"hz"``, or ``"bpm"`` as Eq. 3 has it.
        sigma_init: where sigma 1, 2 and 3 start.
        tasks: those of :data:`TASKS` that take part; ``("bvp",)`` is the BVP term alone.

    Raises:
        ShapeError: an unknown task or unit, or a sigma that is not positive.
    """

    def __init__(
        self,
        fs_hz: float,
        *,
        is_derivative: bool = True,
        heart_rate_unit: str = "hz",
        sigma_init: Sequence[float] = (1.0, 1.0, 1.0),
        tasks: Sequence[str] = TASKS,
    ) -> None:
        super().__init__()
        if heart_rate_unit not in HEART_RATE_UNITS:
            raise ShapeError(f"heart_rate_unit is {heart_rate_unit!r}; expected {' or '.join(HEART_RATE_UNITS)}.")
        if "bvp" not in tasks or not set(tasks) <= set(TASKS):
            raise ShapeError(f"tasks are {tuple(tasks)}; expected 'bvp', and of the others any of {TASKS[1:]}.")
        numbers = all(isinstance(value, (int, float)) for value in sigma_init)
        if len(sigma_init) != len(TASKS) or not numbers or min(sigma_init) <= 0:
            raise ShapeError(f"sigma_init is {tuple(sigma_init)}; expected three positive numbers, one for each task.")
        self.fs_hz = fs_hz
        self.is_derivative = is_derivative
        self.bpm_per_unit = HEART_RATE_UNITS[heart_rate_unit]
        self.tasks = tuple(tasks)
        # The logarithm is what is learned: a sigma cannot reach zero or turn negative.
        self.log_sigma = nn.Parameter(torch.log(torch.tensor([float(value) for value in sigma_init])))

    @property
    def sigmas(self) -> Tuple[float, ...]:
        """The three sigmas as floats, in the order of :data:`TASKS`."""
        return tuple(self.log_sigma.detach().exp().tolist())

    def forward(
        self,
        bvp: torch.Tensor,
        label: torch.Tensor,
        scores: Optional[torch.Tensor] = None,
        classes: Optional[torch.Tensor] = None,
    ) -> LossTerms:
        """Eq. 4 of a batch.

        Args:
            bvp: (B, T) predicted; label: (B, T) ground truth. Both are z-scored over time here.
            scores: (B, K) of the identity classifier, or None.
            classes: (B,) integers, 0 to K - 1; :data:`UNKNOWN_SUBJECT` takes no part in the identity term. None is a
                batch of such.
        """
        bvp, label = bvp.float(), label.float()
        if bvp.shape != label.shape or bvp.dim() != 2:
            raise ShapeError(f"bvp {tuple(bvp.shape)} and label {tuple(label.shape)}: expected one (B, T) for both.")
        if classes is None:
            classes = torch.full((len(bvp),), UNKNOWN_SUBJECT, device=bvp.device)
        sigma = self.log_sigma.exp()
        bvp_term = (_z_score(bvp) - _z_score(label)).square().mean(dim=-1).mean()
        total = bvp_term / (2 * sigma[0] ** 2) + self.log_sigma[0]
        heart_rate_term = identity_term = None
        mae_bpm, soft_error_bpm = self._heart_rate_errors(bvp, label)
        if "heart_rate" in self.tasks:
            heart_rate_term = (soft_error_bpm / self.bpm_per_unit).square().mean()
            total = total + heart_rate_term / (2 * sigma[1] ** 2) + self.log_sigma[1]
        if "identity" in self.tasks and scores is not None and bool((classes >= 0).any()):
            identity_term = F.cross_entropy(scores.float(), classes, ignore_index=UNKNOWN_SUBJECT)
            total = total + identity_term / sigma[2] + self.log_sigma[2]
        return LossTerms(total, bvp_term, heart_rate_term, identity_term, mae_bpm)

    def _heart_rate_errors(self, bvp: torch.Tensor, label: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Mean absolute error of the rates as Eq. 3 has them, and the errors (B,) of the differentiable ones."""
        target = heart_rate_bpm(label, self.fs_hz, is_derivative=self.is_derivative)
        hard, soft = hard_and_soft_heart_rate_bpm(_z_score(bvp), self.fs_hz, is_derivative=self.is_derivative)
        return (hard - target).abs().mean(), soft - target


def _z_score(signal: torch.Tensor) -> torch.Tensor:
    centred = signal - signal.mean(dim=-1, keepdim=True)
    return centred / (centred.square().mean(dim=-1, keepdim=True) + 1e-8).sqrt()
