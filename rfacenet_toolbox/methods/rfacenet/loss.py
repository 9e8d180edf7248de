"""The multi-task loss (paper Eq. 4), after Kendall, Gal and Cipolla (CVPR 2018).

``1/(2 s1^2) |bvp - f(x)|^2 + log s1  +  1/(2 s2^2) |hr - f(x)|^2 + log s2  +  1/s3 CE(id, f(x)) + log s3``

The three terms are made here and summed in :mod:`.task_weights`. What the equation leaves open, and how it is by
default: the BVPs are z-scored over the clip, and the squared error is a mean over time; the predicted heart rate is a
differentiable form of Eq. 3, the true one Eq. 3 of the label, both in Hz. Kendall et al. divide the cross-entropy by
s3 squared; here it is as the paper prints it. The reasons are in ``docs/paper-notes.md``.
"""

from typing import Any, Dict, NamedTuple, Optional, Sequence, Tuple

import torch
from torch.nn import functional as F

from ...errors import ShapeError
from ..learner import UNKNOWN_SUBJECT
from .heart_rate import SHARPNESS, band_power, heart_rate_bpm, peak_bpm
from .heart_rate_terms import HEART_RATE_TERMS, LIKELIHOODS
from .task_weights import TASKS, TaskWeights

#: what the squared BVP error compares: both signals z-scored over the clip, or as they are
BVP_ERRORS = ("z_scored", "raw")
#: beats per minute in one unit of the heart-rate term
HEART_RATE_UNITS = {"bpm": 1.0, "hz": 60.0}
LARGEST_SHARPNESS = 64.0


class LossTerms(NamedTuple):
    """Scalars. ``total`` is Eq. 4; the rest are its squared errors and its cross-entropy, before the sigmas.

    ``bvp`` is in z-scored units (0 to 4, 2 for no correlation) or the label's own, ``heart_rate`` in the loss's unit
    squared, or in nats for ``"cross_entropy"``, ``identity`` in nats. A task that is left out is None.

    ``heart_rate_mae_bpm`` is for the log: the mean absolute error of Eq. 3 with its argmax, without a gradient.
    """

    total: torch.Tensor
    bvp: torch.Tensor
    heart_rate: Optional[torch.Tensor]
    identity: Optional[torch.Tensor]
    heart_rate_mae_bpm: torch.Tensor


class MultiTaskLoss(TaskWeights):
    """Eq. 4 with its three learned, positive sigmas.

    Args:
        fs_hz: frames per second.
        is_derivative: labels, and so predictions, are time derivatives of the BVP (DiffNormalized).
        heart_rate_unit: ``"hz"``, or ``"bpm"`` as Eq. 3 has it.
        tasks: those of :data:`TASKS` that take part; ``("bvp",)`` is the BVP term alone.
        bvp_error: one of :data:`BVP_ERRORS`.
        heart_rate_term: a name in :data:`~.heart_rate_terms.HEART_RATE_TERMS`.
        sharpness: exponent of the powers that weigh the frequencies in the heart-rate term; may be set anew between
            epochs.
        heart_rate_gradient_cap: in each clip, the gradient of the weighted heart-rate term with respect to the
            predicted BVP is at most so many times as long as that of the weighted BVP term. The loss's value and the
            sigmas' gradients are untouched. 0 for no cap.
        sigmas: ``sigma_init`` and what else :class:`~.task_weights.TaskWeights` takes.

    Raises:
        ShapeError: a setting that it cannot have.
    """

    def __init__(
        self,
        fs_hz: float,
        *,
        is_derivative: bool = True,
        heart_rate_unit: str = "hz",
        tasks: Sequence[str] = TASKS,
        bvp_error: str = "z_scored",
        heart_rate_term: str = "squared_error",
        sharpness: float = SHARPNESS,
        heart_rate_gradient_cap: float = 0.0,
        **sigmas: Any,
    ) -> None:
        likelihoods = ["identity", *(["heart_rate"] if heart_rate_term in LIKELIHOODS else [])]
        super().__init__(likelihoods=likelihoods, **sigmas)
        for name, value, known in (
            ("heart_rate_unit", heart_rate_unit, HEART_RATE_UNITS),
            ("bvp_error", bvp_error, BVP_ERRORS),
            ("heart_rate_term", heart_rate_term, HEART_RATE_TERMS),
        ):
            if value not in known:
                raise ShapeError(f"{name} is {value!r}; expected {' or '.join(known)}.")
        if "bvp" not in tasks or not set(tasks) <= set(TASKS) or len(set(tasks)) < len(tasks):
            raise ShapeError(f"tasks are {tuple(tasks)}; expected 'bvp', and of the others any of {TASKS[1:]}, once.")
        if not 0 < sharpness <= LARGEST_SHARPNESS:
            raise ShapeError(f"sharpness is {sharpness}; expected above 0 and up to {LARGEST_SHARPNESS:g}.")
        if not 0 <= heart_rate_gradient_cap < float("inf"):
            raise ShapeError(f"heart_rate_gradient_cap is {heart_rate_gradient_cap}; expected above 0, or 0 for none.")
        self.fs_hz = fs_hz
        self.is_derivative = is_derivative
        self.bpm_per_unit = HEART_RATE_UNITS[heart_rate_unit]
        self.tasks = tuple(tasks)
        self.bvp_error = bvp_error
        self.heart_rate_term = HEART_RATE_TERMS[heart_rate_term]
        self.sharpness = sharpness
        self.heart_rate_gradient_cap = heart_rate_gradient_cap

    def forward(
        self,
        bvp: torch.Tensor,
        label: torch.Tensor,
        scores: Optional[torch.Tensor] = None,
        classes: Optional[torch.Tensor] = None,
        fs_hz: Optional[torch.Tensor] = None,
        heart_rates_bpm: Optional[torch.Tensor] = None,
    ) -> LossTerms:
        """Eq. 4 of a batch.

        Args:
            bvp: (B, T) predicted; label: (B, T) ground truth.
            scores: (B, K) of the identity classifier, or None.
            classes: (B,) integers, 0 to K - 1; :data:`UNKNOWN_SUBJECT` takes no part in the identity term. None is a
                batch of such.
            fs_hz: (B,) frames per second of each clip; None is that of the loss for all.
            heart_rates_bpm: (B,) true heart rates; those that are NaN, or all for None, are read from the labels.
        """
        bvp, label = bvp.float(), label.float()
        if bvp.shape != label.shape or bvp.dim() != 2:
            raise ShapeError(f"bvp {tuple(bvp.shape)} and label {tuple(label.shape)}: expected one (B, T) for both.")
        if classes is None:
            classes = torch.full((len(bvp),), UNKNOWN_SUBJECT, device=bvp.device)
        terms: Dict[str, torch.Tensor] = {"bvp": self._bvp_term(bvp, label)}
        heart_rate_term, mae_bpm = self._heart_rate_term_and_mae(
            self._capped(bvp, label), label, fs_hz, heart_rates_bpm
        )
        if "heart_rate" in self.tasks:
            terms["heart_rate"] = heart_rate_term
        if "identity" in self.tasks and scores is not None and bool((classes >= 0).any()):
            terms["identity"] = F.cross_entropy(scores.float(), classes, ignore_index=UNKNOWN_SUBJECT)
        total = self.weighted_sum(terms)
        return LossTerms(total, terms["bvp"], terms.get("heart_rate"), terms.get("identity"), mae_bpm)

    def _bvp_term(self, bvp: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        if self.bvp_error == "z_scored":
            bvp, label = z_scored(bvp), z_scored(label)
        return (bvp - label).square().mean(dim=-1).mean()

    def _heart_rate_term_and_mae(
        self,
        bvp: torch.Tensor,
        label: torch.Tensor,
        fs_hz: Optional[torch.Tensor],
        heart_rates_bpm: Optional[torch.Tensor],
    ) -> Tuple[torch.Tensor, torch.Tensor]:
        """The term, and the mean absolute error in bpm of the rates as Eq. 3 has them."""
        known = None if heart_rates_bpm is None else heart_rates_bpm.to(bvp)
        if fs_hz is None:
            terms, errors_bpm = self._heart_rate_terms(bvp, label, self.fs_hz, known)
        else:  # clips of one rate share a grid of frequencies
            groups = [(rate, torch.nonzero(fs_hz == rate)[:, 0].to(bvp.device)) for rate in fs_hz.unique().tolist()]
            parts = [
                self._heart_rate_terms(bvp[same], label[same], rate, None if known is None else known[same])
                for rate, same in groups
            ]
            terms, errors_bpm = (torch.cat(part) for part in zip(*parts))
        return terms.mean(), errors_bpm.mean()

    def _heart_rate_terms(
        self, bvp: torch.Tensor, label: torch.Tensor, fs_hz: float, known_bpm: Optional[torch.Tensor]
    ) -> Tuple[torch.Tensor, torch.Tensor]:
        """The terms and the absolute errors of clips that have one frame rate, (B,) each."""
        target = heart_rate_bpm(label, fs_hz, is_derivative=self.is_derivative)
        if known_bpm is not None:
            target = torch.where(known_bpm.isnan(), target, known_bpm)
        power, grid_bpm = band_power(z_scored(bvp), fs_hz, is_derivative=self.is_derivative)
        terms = self.heart_rate_term(power, grid_bpm, target, self.sharpness, self.bpm_per_unit)
        return terms, (peak_bpm(power.detach(), grid_bpm) - target).abs()

    def _capped(self, bvp: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """The same BVP, through which no gradient passes that is longer than the cap allows."""
        if not self.heart_rate_gradient_cap or "heart_rate" not in self.tasks or not bvp.requires_grad:
            return bvp
        leaf = bvp.detach().requires_grad_()
        (reference,) = torch.autograd.grad(self._bvp_term(leaf, label), leaf)
        longest = self.heart_rate_gradient_cap * reference.norm(dim=-1, keepdim=True) / (2 * self.sigmas[0] ** 2)

        def shorten(gradient: torch.Tensor) -> torch.Tensor:
            length = gradient.norm(dim=-1, keepdim=True).clamp_min(1e-20)
            return gradient * (longest / length).clamp_max(1.0)

        capped = bvp.view_as(bvp)
        capped.register_hook(shorten)
        return capped


def z_scored(signal: torch.Tensor) -> torch.Tensor:
    """A signal (..., T) with mean 0 and standard deviation 1 over time; a constant one becomes zeros."""
    centred = signal - signal.mean(dim=-1, keepdim=True)
    return centred / (centred.square().mean(dim=-1, keepdim=True) + 1e-8).sqrt()
