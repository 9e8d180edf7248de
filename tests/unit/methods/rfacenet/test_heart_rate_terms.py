"""The heart-rate term of Eq. 4 and the cap on its gradient."""

import math

import pytest
import torch

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.rfacenet import MultiTaskLoss, heart_rate_bpm
from rfacenet_toolbox.methods.rfacenet.heart_rate import band_power
from rfacenet_toolbox.methods.rfacenet.heart_rate_terms import HEART_RATE_TERMS

FS_HZ = 30.0


def tones(rates_bpm, frames=128):
    time = torch.arange(frames) / FS_HZ
    return torch.sin(2 * math.pi * torch.as_tensor(rates_bpm, dtype=torch.float32)[:, None] / 60 * time)


def term(name, signal, target_bpm, sharpness=8.0, bpm_per_unit=1.0):
    power, grid_bpm = band_power(signal, FS_HZ)
    return HEART_RATE_TERMS[name](power, grid_bpm, torch.as_tensor(target_bpm), sharpness, bpm_per_unit)


def test_on_a_clean_tone_both_squared_errors_are_the_squared_distance():
    signal = tones([60.0, 90.0])
    for name in ("squared_error", "expected_squared_error"):
        assert term(name, signal, [80.0, 70.0]).sqrt().tolist() == pytest.approx([20, 20], abs=0.5)
        assert term(name, signal, [80.0, 70.0], bpm_per_unit=60.0).sqrt().tolist() == pytest.approx(
            [1 / 3] * 2, abs=0.01
        )


def test_the_expected_error_is_the_squared_error_of_the_mean_and_the_variance():
    torch.manual_seed(0)
    signal, target = torch.randn(5, 128), torch.full((5,), 90.0)
    power, grid_bpm = band_power(signal, FS_HZ)
    weights = power.square() / power.square().sum(dim=-1, keepdim=True)
    mean = (weights * grid_bpm).sum(dim=-1)
    variance = (weights * (grid_bpm - mean[:, None]).square()).sum(dim=-1)
    expected = term("expected_squared_error", signal, target, sharpness=2.0)
    assert torch.allclose(expected, (mean - target).square() + variance, rtol=1e-2)


def test_two_peaks_around_the_rate_meet_the_squared_error_and_not_the_expected_one():
    signal = tones([60.0]) + tones([120.0])
    assert term("squared_error", signal, [90.0]).sqrt() < 3
    assert term("expected_squared_error", signal, [90.0]).sqrt() == pytest.approx(30, abs=2)


def test_the_cross_entropy_is_smallest_at_the_true_frequency():
    rates = torch.arange(60.0, 121.0, 5.0)
    entropies = [float(term("cross_entropy", tones([90.0]), [float(rate)], sharpness=1.0)) for rate in rates]
    assert rates[int(torch.tensor(entropies).argmin())] == 90
    flat = term("cross_entropy", torch.eye(1, 128), [90.0], sharpness=1e-3)
    assert float(flat) == pytest.approx(math.log(band_power(torch.zeros(128), FS_HZ)[1].numel()), abs=0.02)


@pytest.mark.parametrize("name", ["expected_squared_error", "cross_entropy"])
def test_gradients_lead_from_noise_to_the_rate(name):
    torch.manual_seed(3)
    signal = torch.randn(1, 128, requires_grad=True)
    optimizer = torch.optim.Adam([signal], lr=0.05)
    for _ in range(300):
        optimizer.zero_grad()
        term(name, signal, [75.0], sharpness=2.0).sum().backward()
        optimizer.step()
    assert float(heart_rate_bpm(signal.detach(), FS_HZ)) == pytest.approx(75, abs=8)


def test_the_cap_shortens_the_heart_rates_gradient_and_nothing_else():
    torch.manual_seed(1)
    signal, label = torch.randn(4, 128), tones([70.0, 80.0, 90.0, 100.0])
    results = {}
    for cap in (0.0, 0.5):
        for tasks in (("bvp",), ("bvp", "heart_rate")):
            bvp = signal.clone().requires_grad_()
            loss = MultiTaskLoss(FS_HZ, is_derivative=False, tasks=tasks, heart_rate_gradient_cap=cap)
            total = loss(bvp, label).total
            total.backward()
            results[cap, tasks] = float(total.detach()), bvp.grad, loss.log_sigma.grad
    both, alone = ("bvp", "heart_rate"), ("bvp",)
    of_bvp = results[0.0, alone][1].norm(dim=-1)
    uncapped, capped = (results[cap, both][1] - results[0.0, alone][1] for cap in (0.0, 0.5))
    assert (uncapped.norm(dim=-1) > 0.6 * of_bvp).all(), "else there is nothing to cap"
    assert torch.allclose(capped.norm(dim=-1), 0.5 * of_bvp, rtol=1e-3)
    assert torch.allclose(torch.cosine_similarity(capped, uncapped), torch.ones(4), atol=1e-3)
    assert results[0.0, both][0] == results[0.5, both][0]
    assert torch.equal(results[0.0, both][2], results[0.5, both][2])
    assert torch.equal(results[0.0, alone][1], results[0.5, alone][1])


def test_a_gradient_below_the_cap_is_left_alone():
    torch.manual_seed(1)
    signal, label = torch.randn(2, 128), tones([70.0, 80.0])
    gradients = []
    for cap in (0.0, 1e6):
        bvp = signal.clone().requires_grad_()
        MultiTaskLoss(FS_HZ, is_derivative=False, heart_rate_gradient_cap=cap)(bvp, label).total.backward()
        gradients.append(bvp.grad)
    assert torch.equal(*gradients)


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"heart_rate_term": "mse"}, "heart_rate_term is 'mse'.*squared_error or expected"),
        ({"bvp_error": "l1"}, "bvp_error is 'l1'.*z_scored or raw"),
        ({"sharpness": 0.0}, "sharpness is 0.0"),
        ({"heart_rate_gradient_cap": -1.0}, "heart_rate_gradient_cap is -1.0"),
        ({"heart_rate_gradient_cap": float("nan")}, "heart_rate_gradient_cap is nan"),
    ],
)
def test_settings_that_it_cannot_have_are_refused(settings, said):
    with pytest.raises(ShapeError, match=said):
        MultiTaskLoss(FS_HZ, **settings)
