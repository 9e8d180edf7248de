"""The sigmas of Eq. 4: what moves them, what holds them, how low they go."""

import math

import pytest
import torch

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.rfacenet.task_weights import TaskWeights


def terms(bvp, heart_rate, identity):
    values = {"bvp": bvp, "heart_rate": heart_rate, "identity": identity}
    return {task: torch.tensor(value) for task, value in values.items()}


def test_the_sum_is_that_of_equation_4():
    weights = TaskWeights((0.5, 2.0, 3.0))
    by_hand = 1.5 / (2 * 0.25) + math.log(0.5) + 4.0 / 8 + math.log(2) + 2.0 / 3 + math.log(3)
    assert float(weights.weighted_sum(terms(1.5, 4.0, 2.0))) == pytest.approx(by_hand, rel=1e-6)
    assert list(weights.state_dict()) == ["log_sigma"], "states written without the other settings have this alone"


def test_running_means_put_the_sigmas_where_the_sum_is_smallest():
    weights = TaskWeights(sigma_update="running_mean")
    for _ in range(3):
        weights.weighted_sum(terms(0.25, 16.0, 2.0))
    assert weights.sigmas == pytest.approx((0.5, 4.0, 2.0), rel=1e-5)
    learned = TaskWeights((0.5, 4.0, 2.0))
    learned.weighted_sum(terms(0.25, 16.0, 2.0)).backward()
    assert learned.log_sigma.grad.abs().max() < 1e-6
    assert not list(weights.parameters())


def test_a_term_that_was_never_seen_keeps_its_start():
    weights = TaskWeights((1.0, 7.0, 5.0), sigma_update="running_mean")
    weights.weighted_sum({"bvp": torch.tensor(0.25)})
    assert weights.sigmas == pytest.approx((0.5, 7.0, 5.0))


def test_validation_moves_nothing():
    weights = TaskWeights(sigma_update="running_mean")
    weights.weighted_sum(terms(0.25, 16.0, 2.0))
    weights.eval()
    before = weights.sigmas
    weights.weighted_sum(terms(9.0, 9.0, 9.0))
    assert weights.sigmas == before


def test_the_floor_keeps_the_heart_rates_sigma_above_its_term():
    weights = TaskWeights((1.0, 1.0, 1.0), sigma_floor=10.0)
    total = weights.weighted_sum(terms(1.0, 4.0, 1.0))
    assert weights.sigmas == pytest.approx((1.0, math.sqrt(40), 1.0))
    total.backward()
    assert weights.log_sigma.grad[1] == 0 and weights.log_sigma.grad[0] == 0.0  # term / sigma^2 - 1
    high = TaskWeights((1.0, 20.0, 1.0), sigma_floor=10.0)
    high.weighted_sum(terms(1.0, 4.0, 1.0))
    assert high.sigmas == pytest.approx((1.0, 20.0, 1.0))


def test_the_others_are_held_until_there_is_a_pulse():
    weights = TaskWeights(sigma_hold=1.0)
    weights.weighted_sum(terms(1.9, 4.0, 2.0)).backward()
    assert weights.log_sigma.grad[0] != 0 and weights.log_sigma.grad[1:].tolist() == [0, 0]
    for _ in range(200):
        weights.zero_grad()
        weights.weighted_sum(terms(0.5, 4.0, 2.0)).backward()
    assert weights.has_pulse and (weights.log_sigma.grad[1:] != 0).all()
    for _ in range(200):
        weights.weighted_sum(terms(1.9, 4.0, 2.0))
    assert weights.has_pulse, "they are not held again"


@pytest.mark.parametrize("settings", [{"sigma_update": "running_mean"}, {"sigma_floor": 10.0}, {"sigma_hold": 1.0}])
def test_what_was_seen_is_part_of_the_state(settings):
    weights, other = TaskWeights(**settings), TaskWeights(**settings)
    for bvp in (1.5, 0.1):
        weights.weighted_sum(terms(bvp, 4.0, 2.0))
    other.load_state_dict(weights.state_dict())
    assert other.sigmas == weights.sigmas
    assert torch.equal(other.running_mean, weights.running_mean)


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"sigma_update": "adam"}, "sigma_update is 'adam'.*learned or running_mean"),
        ({"sigma_floor": -1.0}, "sigma_floor is -1.0"),
        ({"sigma_hold": float("nan")}, "sigma_hold is nan"),
        ({"sigma_floor": 10.0, "sigma_update": "running_mean"}, "sigma_floor is 10.0.*leaves nothing"),
        ({"sigma_init": (1.0, 0.0, 1.0)}, "sigma_init is .1.0, 0.0, 1.0."),
        ({"sigma_init": (1.0, float("inf"), 1.0)}, "sigma_init"),
        ({"sigma_init": (1.0, True, "a")}, "sigma_init"),
    ],
)
def test_settings_that_it_cannot_have_are_refused(settings, said):
    with pytest.raises(ShapeError, match=said):
        TaskWeights(**settings)
