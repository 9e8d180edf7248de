"""How Eq. 4 weighs its terms: where the sigmas start, what moves them, and how low they may go."""

import math
from typing import Dict, Sequence, Tuple

import torch
from torch import nn

from ...errors import ShapeError

#: the tasks of Eq. 4 in the order of its sigmas
TASKS = ("bvp", "heart_rate", "identity")
#: what moves the sigmas: the optimiser, or the running mean of each term
SIGMA_UPDATES = ("learned", "running_mean")
#: share of the old running mean that each batch leaves
_MOMENTUM = 0.98


class TaskWeights(nn.Module):
    """Eq. 4's sum over tasks: ``term / (2 sigma^2) + log sigma``, and ``term / sigma + log sigma`` for likelihoods.

    Args:
        sigma_init: where sigma 1, 2 and 3 start.
        sigma_update: one of :data:`SIGMA_UPDATES`. ``"running_mean"`` sets each sigma where the sum is smallest for the
            running mean of its term; ``sigma_init`` then holds for terms that were never seen.
        sigma_floor: of the heart rate: sigma^2 is at least so many times the running mean of its term (a likelihood's
            sigma, not its square); 0 for no floor.
        sigma_hold: sigma 2 and 3 keep their start until the running mean of the BVP term has fallen below this;
            0 for no hold.
        likelihoods: the tasks whose term is a negative log-likelihood over classes; the others are squared errors.

    Running means are over the clips that this process sees, as the statistics of batch normalisation are.

    Raises:
        ShapeError: sigmas that are not positive, an unknown update, a negative floor or hold.
    """

    log_sigma: torch.Tensor
    running_mean: torch.Tensor
    has_pulse: torch.Tensor

    def __init__(
        self,
        sigma_init: Sequence[float] = (1.0, 1.0, 1.0),
        *,
        sigma_update: str = "learned",
        sigma_floor: float = 0.0,
        sigma_hold: float = 0.0,
        likelihoods: Sequence[str] = ("identity",),
    ) -> None:
        super().__init__()
        _check(sigma_init, sigma_update, sigma_floor, sigma_hold)
        self.sigma_update = sigma_update
        self.sigma_floor = float(sigma_floor)
        self.sigma_hold = float(sigma_hold)
        self.likelihoods = tuple(likelihoods)
        start = torch.log(torch.tensor([float(value) for value in sigma_init]))
        # The logarithm is what is learned: a sigma cannot reach zero or turn negative.
        if sigma_update == "learned":
            self.log_sigma = nn.Parameter(start)
        else:
            self.register_buffer("log_sigma", start)
        self.follows = bool(sigma_update != "learned" or sigma_floor or sigma_hold)
        if self.follows:
            self.register_buffer("running_mean", torch.full((len(TASKS),), math.nan))
            self.register_buffer("has_pulse", torch.tensor(False))

    @property
    def sigmas(self) -> Tuple[float, ...]:
        """The sigmas that are in force, as floats, in the order of :data:`TASKS`."""
        return tuple(self._log_sigma().detach().exp().tolist())

    def weighted_sum(self, terms: Dict[str, torch.Tensor]) -> torch.Tensor:
        """The weighted sum of the tasks that take part: {task: scalar}, in the order of :data:`TASKS`."""
        if self.training and self.follows:
            self._follow(terms)
        log_sigma = self._log_sigma()
        sigma = log_sigma.exp()
        total = torch.zeros((), device=log_sigma.device)
        for task, term in terms.items():
            index = TASKS.index(task)
            scale = sigma[index] if task in self.likelihoods else 2 * sigma[index] ** 2
            total = total + term / scale + log_sigma[index]
        return total

    def _log_sigma(self) -> torch.Tensor:
        log_sigma = self.log_sigma
        if not self.follows:
            return log_sigma
        best = self._best_log_sigma()
        seen = ~torch.isnan(best)
        if self.sigma_update == "running_mean":
            return torch.where(seen, best, log_sigma)
        if self.sigma_hold and not self.has_pulse:
            log_sigma = torch.cat([log_sigma[:1], log_sigma[1:].detach()])
        if self.sigma_floor and seen[1]:
            root = 1.0 if "heart_rate" in self.likelihoods else 0.5
            floor = best[1] + root * math.log(self.sigma_floor)
            log_sigma = torch.stack([log_sigma[0], torch.maximum(log_sigma[1], floor), log_sigma[2]])
        return log_sigma

    def _best_log_sigma(self) -> torch.Tensor:
        """Where the weighted sum of the running means is smallest; NaN for a term that was never seen."""
        roots = [1.0 if task in self.likelihoods else 0.5 for task in TASKS]
        smallest = 1e-6  # a task that is solved does not get an infinite weight
        return torch.log(self.running_mean.clamp_min(smallest)) * self.running_mean.new_tensor(roots)

    def _follow(self, terms: Dict[str, torch.Tensor]) -> None:
        for task, term in terms.items():
            index = TASKS.index(task)
            old, new = self.running_mean[index], term.detach().to(self.running_mean)
            self.running_mean[index] = torch.where(torch.isnan(old), new, _MOMENTUM * old + (1 - _MOMENTUM) * new)
        if self.running_mean[0] < self.sigma_hold:
            self.has_pulse.fill_(True)


def _check(sigma_init: Sequence[float], sigma_update: str, sigma_floor: float, sigma_hold: float) -> None:
    if len(sigma_init) != len(TASKS) or not all(_is_number(value) and value > 0 for value in sigma_init):
        raise ShapeError(f"sigma_init is {tuple(sigma_init)}; expected three positive numbers, one for each task.")
    if sigma_update not in SIGMA_UPDATES:
        raise ShapeError(f"sigma_update is {sigma_update!r}; expected {' or '.join(SIGMA_UPDATES)}.")
    for name, value in (("sigma_floor", sigma_floor), ("sigma_hold", sigma_hold)):
        if not _is_number(value) or value < 0:
            raise ShapeError(f"{name} is {value!r}; expected a number above 0, or 0 for none.")
        if value and sigma_update != "learned":
            raise ShapeError(f"{name} is {value}, and sigma_update {sigma_update!r} leaves nothing to it; set it to 0.")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
