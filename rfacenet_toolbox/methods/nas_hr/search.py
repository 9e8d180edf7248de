"""DARTS: weights learn on one half of the maps, the architecture on the other, in turns.

H. Liu, K. Simonyan, Y. Yang, "DARTS: Differentiable Architecture Search", ICLR 2019, its second-order step; settings
are those of NAS-HR's published code.
"""

import math
from typing import NamedTuple

import torch
from torch.func import functional_call
from torch.nn import functional as F


class SearchSettings(NamedTuple):
    """How a search is run; NAS-HR's by default."""

    epochs: int = 40
    learning_rate: float = 0.025  #: of the weights' SGD in the first epoch
    last_learning_rate: float = 0.001  #: and at the end, along a cosine
    momentum: float = 0.9
    weight_decay: float = 3e-4
    largest_gradient: float = 5.0  #: norm to which the weights' gradient is cut
    architecture_learning_rate: float = 3e-4
    architecture_weight_decay: float = 1e-3
    second_order: bool = True  #: False takes the weights for fixed: much less work, and a coarser gradient


class Search:
    """A search in progress.

    Args:
        network: a :class:`~.supernet.Supernet`, or any module with ``architecture`` and ``weight_parameters``.
        settings: :class:`SearchSettings`; NAS-HR's own for None.
    """

    def __init__(self, network, settings=None):
        self.network, self.settings = network, settings or SearchSettings()
        self.optimizer = torch.optim.SGD(
            list(network.weight_parameters().values()),
            self.settings.learning_rate,
            momentum=self.settings.momentum,
            weight_decay=self.settings.weight_decay,
        )
        self.architecture_optimizer = torch.optim.Adam(
            network.architecture.parameters(),
            self.settings.architecture_learning_rate,
            betas=(0.5, 0.999),
            weight_decay=self.settings.architecture_weight_decay,
        )

    def epoch(self, number, batches):
        """One epoch, ``number`` of 0 to ``settings.epochs - 1``.

        Args:
            batches: pairs of batches, the first for the weights, the second for the architecture; a batch is
                ``(maps, heart rates in beats per minute)``.

        Returns:
            ``(error of the first, error of the second)``, mean absolute errors in beats per minute.
        """
        rate = self._learning_rate(number)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.network.train()
        sums, count = torch.zeros(2, dtype=torch.float64), 0
        for train, valid in batches:
            sums[1] += self._step_architecture(train, valid, rate)
            sums[0] += self._step_weights(train)
            count += 1
        return tuple((sums / max(count, 1)).tolist())

    def state(self):
        """What :meth:`load` goes on from."""
        optimizers = self.optimizer.state_dict(), self.architecture_optimizer.state_dict()
        return {"network": self.network.state_dict(), "optimizers": optimizers}

    def load(self, state):
        """Go on from a :meth:`state`."""
        self.network.load_state_dict(state["network"])
        for optimizer, its_state in zip((self.optimizer, self.architecture_optimizer), state["optimizers"]):
            optimizer.load_state_dict(its_state)

    def _learning_rate(self, epoch):
        first, last = self.settings.learning_rate, self.settings.last_learning_rate
        return last + (first - last) * (1 + math.cos(math.pi * epoch / self.settings.epochs)) / 2

    def _step_weights(self, train):
        loss = _loss(self.network, train)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.weight_parameters().values(), self.settings.largest_gradient)
        self.optimizer.step()
        return loss.detach()

    def _step_architecture(self, train, valid, rate):
        architecture = list(self.network.architecture.parameters())
        if self.settings.second_order:
            loss, gradients = self._second_order(architecture, train, valid, rate)
        else:
            loss = _loss(self.network, valid)
            gradients = torch.autograd.grad(loss, architecture)
        for parameter, gradient in zip(architecture, gradients):
            parameter.grad = gradient
        self.architecture_optimizer.step()
        return loss.detach()

    def _second_order(self, architecture, train, valid, rate):
        """The gradient at the weights after their next step, which depend on the architecture, too.

        That dependence is a second derivative times a vector; it is taken from a difference of two first derivatives.
        """
        weights = self.network.weight_parameters()
        gradients = torch.autograd.grad(_loss(self.network, train), list(weights.values()))
        stepped = {
            name: self._stepped(weight.detach(), gradient, self.optimizer.state.get(weight, {}), rate).requires_grad_()
            for (name, weight), gradient in zip(weights.items(), gradients)
        }
        loss = _loss(self.network, valid, stepped)
        gradients = torch.autograd.grad(loss, [*architecture, *stepped.values()])
        direct, of_weights = gradients[: len(architecture)], gradients[len(architecture) :]
        length = 0.01 / torch.stack([gradient.norm() for gradient in of_weights]).norm().clamp_min(1e-12)
        beside = []
        for sign in (1, -1):
            moved = {
                name: weight.detach() + sign * length * gradient
                for (name, weight), gradient in zip(weights.items(), of_weights)
            }
            beside.append(torch.autograd.grad(_loss(self.network, train, moved), architecture))
        return loss, [one - rate * (more - less) / (2 * length) for one, more, less in zip(direct, *beside)]

    def _stepped(self, weight, gradient, state, rate):
        """A weight after the SGD step that its gradient would lead to."""
        gradient = gradient + self.settings.weight_decay * weight
        momentum = state.get("momentum_buffer")
        if momentum is not None:
            gradient = gradient + self.settings.momentum * momentum
        return weight - rate * gradient


def _loss(network, batch, weights=None):
    """Mean absolute error in beats per minute, with other weights than the network's where they are given."""
    maps, heart_rates = batch
    predicted = network(maps) if weights is None else functional_call(network, weights, (maps,))
    return F.l1_loss(predicted, heart_rates)
