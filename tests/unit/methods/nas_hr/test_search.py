import copy

import pytest
import torch
from torch import nn
from torch.func import functional_call

from rfacenet_toolbox.methods.nas_hr import Search, SearchSettings, Supernet

POOLS = ("max_pool_3x3", "avg_pool_3x3", "skip_connect", "none")


def batches(count, generator, size=16):
    """Maps of noise; their heart rate is the mean of their 3x3 maxima, which no mean of pixels tells."""
    for _ in range(count):
        pair = []
        for _ in range(2):
            scale = 0.5 + torch.rand(size, 1, 1, 1, generator=generator)
            maps = scale * torch.randn(size, 1, 12, 12, generator=generator)
            maps = maps - maps.mean(dim=(2, 3), keepdim=True)
            pair.append((maps, 10 * nn.functional.max_pool2d(maps, 3, 1, 1).mean(dim=(1, 2, 3))))
        yield tuple(pair)


class OneEdge(nn.Module):
    """The smallest network that can be searched: one edge of pools, and a straight line."""

    def __init__(self):
        super().__init__()
        self.architecture = nn.ParameterList([nn.Parameter(torch.zeros(1, len(POOLS)))])
        self.line = nn.Linear(1, 1)

    def weight_parameters(self):
        return {f"line.{name}": parameter for name, parameter in self.line.named_parameters()}

    def forward(self, maps):
        pooled = [nn.functional.max_pool2d(maps, 3, 1, 1), nn.functional.avg_pool2d(maps, 3, 1, 1), maps, 0 * maps]
        weights = torch.softmax(self.architecture[0][0], dim=-1)
        mixed = sum(weight * one for weight, one in zip(weights, pooled))
        return self.line(mixed.mean(dim=(1, 2, 3))[:, None])[:, 0]


@pytest.mark.parametrize("second_order", [pytest.param(True, marks=pytest.mark.slow), False])
def test_the_search_prefers_the_useful_operation(second_order):
    torch.manual_seed(0)
    network, generator = OneEdge(), torch.Generator().manual_seed(0)
    settings = SearchSettings(epochs=4, architecture_learning_rate=0.05, second_order=second_order)
    searching = Search(network, settings)
    errors = [searching.epoch(number, batches(40, generator)) for number in range(settings.epochs)]
    weights = torch.softmax(network.architecture[0][0], dim=-1)
    assert POOLS[int(weights.argmax())] == "max_pool_3x3" and weights.max() > 0.5
    assert errors[-1][1] < errors[0][1] / 2


def test_the_second_order_gradient_is_that_of_the_loss_after_a_step():
    """Against the loss itself, after one step of SGD, at two neighbouring architectures."""
    torch.manual_seed(0)
    searched, rate = OneEdge().double(), 0.01
    network = copy.deepcopy(searched)
    (train, valid) = next(batches(1, torch.Generator().manual_seed(1)))
    train, valid = (tuple(one.double() for one in batch) for batch in (train, valid))
    searching = Search(searched, SearchSettings(learning_rate=rate, momentum=0.0, weight_decay=0.0))
    gradients = []
    searching.architecture_optimizer.register_step_pre_hook(
        lambda *step: gradients.append(searched.architecture[0].grad.clone())
    )
    searching.epoch(0, [(train, valid)])
    (gradient,) = gradients

    def error(batch, weights):
        return nn.functional.l1_loss(functional_call(network, weights, batch[0]), batch[1])

    def loss_after_a_step(index, change):
        with torch.no_grad():
            network.architecture[0][0, index] += change
        weights = network.weight_parameters()
        gradients = torch.autograd.grad(error(train, weights), list(weights.values()))
        moved = {name: weight - rate * its for (name, weight), its in zip(weights.items(), gradients)}
        loss = float(error(valid, moved).detach())
        with torch.no_grad():
            network.architecture[0][0, index] -= change
        return loss

    for index in range(len(POOLS)):
        slope = (loss_after_a_step(index, 1e-5) - loss_after_a_step(index, -1e-5)) / 2e-5
        assert float(gradient[0, index]) == pytest.approx(slope, rel=1e-3, abs=1e-6)


def supernet_batches(count):
    generator = torch.Generator().manual_seed(2)

    def draw():
        return torch.randn(2, 3, 16, 32, generator=generator), 70 + torch.rand(2, generator=generator)

    return [(draw(), draw()) for _ in range(count)]


def test_weights_and_architecture_of_the_supernet_both_move():
    torch.manual_seed(0)
    network = Supernet(channels=2, cells=4, nodes=2)
    before = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    Search(network).epoch(0, supernet_batches(2))
    moved = [name for name, parameter in network.named_parameters() if not torch.equal(parameter, before[name])]
    assert any("architecture" in name for name in moved) and any("stem" in name for name in moved)


def test_a_search_goes_on_from_its_state():
    def fresh():
        torch.manual_seed(0)
        return Search(Supernet(channels=2, cells=4, nodes=2), SearchSettings(epochs=2))

    data, whole, stopped = supernet_batches(2), fresh(), fresh()
    for number in range(2):
        whole.epoch(number, data)
    stopped.epoch(0, data)
    resumed = fresh()
    resumed.load(stopped.state())
    resumed.epoch(1, data)
    for one, other in zip(whole.network.parameters(), resumed.network.parameters()):
        assert torch.equal(one, other)


def test_the_learning_rate_follows_a_cosine():
    searching, rates = Search(OneEdge()), []
    for epoch in (0, 20, 40):
        searching.epoch(epoch, [])
        rates.append(searching.optimizer.param_groups[0]["lr"])
    assert rates == pytest.approx([0.025, 0.013, 0.001])
