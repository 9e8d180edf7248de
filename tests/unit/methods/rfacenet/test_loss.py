"""Paper section 3.4: Eq. 3 hard and soft, Eq. 4 against numbers computed by hand."""

import math

import pytest
import torch
from torch.nn import functional as F

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.rfacenet import MultiTaskLoss, heart_rate_bpm, soft_heart_rate_bpm

FS_HZ = 30.0


def tones(frames, low_bpm=45, high_bpm=240):
    """Clean tones (N, frames) over the band, and their rates (N,) in bpm."""
    rates = torch.linspace(low_bpm, high_bpm, 120)
    phases = torch.arange(120) * 0.7
    time = torch.arange(frames) / FS_HZ
    return torch.sin(2 * math.pi * rates[:, None] / 60 * time + phases[:, None]), rates


@pytest.mark.parametrize("frames", [128, 256, 600])
def test_hard_rate_of_a_tone_is_right_to_half_a_bpm(frames):
    signal, rates = tones(frames)
    assert (heart_rate_bpm(signal, FS_HZ) - rates).abs().max() < 0.5


@pytest.mark.parametrize("frames", [64, 128, 256])
def test_soft_rate_agrees_with_the_hard_one_to_1_bpm(frames):
    signal, _ = tones(frames)
    assert (soft_heart_rate_bpm(signal, FS_HZ) - heart_rate_bpm(signal, FS_HZ)).abs().max() < 1


@pytest.mark.parametrize("frames", [128, 256])
def test_a_derivative_has_the_rate_of_its_signal_even_with_a_strong_harmonic(frames):
    signal, rates = tones(frames, 45, 120)
    time = torch.arange(frames) / FS_HZ
    harmonic = 0.7 * torch.sin(4 * math.pi * rates[:, None] / 60 * time)
    derivative = torch.diff(signal + harmonic, dim=-1, append=torch.zeros(len(rates), 1))
    derivative[:, -1] = 0
    doubled = heart_rate_bpm(derivative, FS_HZ)
    integrated = heart_rate_bpm(derivative, FS_HZ, is_derivative=True)
    assert (doubled - rates).abs().max() > 30, "the derivative's own peak is the harmonic's; else this shows nothing"
    assert (integrated - rates).abs().max() < 2


def test_rates_do_not_depend_on_scale_or_offset():
    signal, _ = tones(128)
    assert torch.equal(heart_rate_bpm(signal, FS_HZ), heart_rate_bpm(signal * 1000 + 5, FS_HZ))


def test_grid_is_as_fine_as_asked_and_inside_the_band():
    signal, _ = tones(128, 10, 400)
    rates = heart_rate_bpm(signal, FS_HZ)
    assert rates.min() > 30 and rates.max() < 252
    fine = heart_rate_bpm(signal, FS_HZ, resolution_bpm=0.1)
    coarse = heart_rate_bpm(signal, FS_HZ, resolution_bpm=5)
    assert len(fine.unique()) > len(coarse.unique())


def test_soft_rate_has_a_gradient_that_moves_the_rate():
    time = torch.arange(128) / FS_HZ
    rate = torch.tensor(80.0, requires_grad=True)
    soft_heart_rate_bpm(torch.sin(2 * math.pi * rate / 60 * time), FS_HZ).backward()
    assert rate.grad == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize("tasks", [("bvp",), ("bvp", "heart_rate")])
def test_the_loss_gives_the_logs_heart_rate_error(tasks):
    bvp, rates = tones(128, 60, 120)
    label, _ = tones(128, 70, 130)
    terms = MultiTaskLoss(FS_HZ, is_derivative=False, tasks=tasks)(bvp.requires_grad_(), label)
    expected = (heart_rate_bpm(bvp, FS_HZ) - heart_rate_bpm(label, FS_HZ)).abs().mean()
    assert float(terms.heart_rate_mae_bpm) == pytest.approx(float(expected), abs=0.2) == pytest.approx(10, abs=1)
    assert not terms.heart_rate_mae_bpm.requires_grad


def test_arrays_and_lists_are_taken():
    signal, rates = tones(128)
    assert float(heart_rate_bpm(signal[10].numpy(), FS_HZ)) == pytest.approx(float(rates[10]), abs=1)
    assert float(heart_rate_bpm(signal[10].tolist(), FS_HZ)) == pytest.approx(float(rates[10]), abs=1)


@pytest.mark.parametrize(
    "bvp, fs_hz, band_hz, said",
    [
        (torch.zeros(8), 30, (0.5, 4.2), "16 samples or more.*found 8"),
        (torch.zeros(64), 0, (0.5, 4.2), "fs_hz is 0"),
        (torch.zeros(64), 30, (20, 25), "no frequency lies between 20 and 25"),
    ],
)
def test_bad_signals_are_refused(bvp, fs_hz, band_hz, said):
    with pytest.raises(ShapeError, match=said):
        heart_rate_bpm(bvp, fs_hz, band_hz)


def test_equation_4_is_its_three_terms_and_their_sigmas():
    loss = MultiTaskLoss(FS_HZ, is_derivative=False, heart_rate_unit="bpm", sigma_init=(0.5, 2.0, 3.0))
    label, _ = tones(128, 60, 150)
    bvp = label.roll(1, 0)
    scores, classes = torch.randn(120, 7), torch.arange(120) % 7
    with torch.no_grad():
        terms = loss(bvp, label, scores, classes)
    z = [(x - x.mean(1, keepdim=True)) / x.std(1, unbiased=False, keepdim=True) for x in (bvp, label)]
    squared = (z[0] - z[1]).square().mean()
    rate = (soft_heart_rate_bpm(bvp, FS_HZ) - heart_rate_bpm(label, FS_HZ)).square().mean()
    entropy = F.cross_entropy(scores, classes)
    assert float(terms.bvp) == pytest.approx(float(squared), rel=1e-4)
    assert float(terms.heart_rate) == pytest.approx(float(rate), rel=1e-3)
    assert float(terms.identity) == pytest.approx(float(entropy), rel=1e-5)
    by_hand = squared / (2 * 0.25) + math.log(0.5) + rate / (2 * 4) + math.log(2) + entropy / 3 + math.log(3)
    assert float(terms.total) == pytest.approx(float(by_hand), rel=1e-3)


def test_hertz_and_beats_per_minute_differ_by_60_squared():
    label, _ = tones(128)
    bvp = label.flip(0)
    bpm = MultiTaskLoss(FS_HZ, is_derivative=False, heart_rate_unit="bpm")(bvp, label).heart_rate
    hertz = MultiTaskLoss(FS_HZ, is_derivative=False)(bvp, label).heart_rate
    assert float(bpm) == pytest.approx(float(hertz) * 3600, rel=1e-4)


def test_bvp_term_is_twice_one_minus_pearson():
    bvp, label = torch.randn(6, 64), torch.randn(6, 64)
    pearson = torch.stack([torch.corrcoef(torch.stack(pair))[0, 1] for pair in zip(bvp, label)])
    term = MultiTaskLoss(FS_HZ, tasks=("bvp",))(bvp, label).bvp
    assert float(term) == pytest.approx(float((2 * (1 - pearson)).mean()), abs=1e-4)


def test_tasks_that_are_left_out_are_none_and_do_not_count():
    label, _ = tones(128)
    terms = MultiTaskLoss(FS_HZ, tasks=("bvp",))(label, label, torch.randn(120, 3), torch.zeros(120, dtype=torch.long))
    assert terms.heart_rate is None and terms.identity is None
    assert float(terms.total.detach()) == pytest.approx(0, abs=1e-5)


def test_subjects_that_training_does_not_know_do_not_count():
    loss = MultiTaskLoss(FS_HZ)
    label, scores = torch.randn(4, 64), torch.randn(4, 3)
    classes = torch.tensor([0, -1, 2, -1])
    expected = F.cross_entropy(scores[[0, 2]], torch.tensor([0, 2]))
    assert float(loss(label, label, scores, classes).identity) == pytest.approx(float(expected), rel=1e-5)
    assert loss(label, label, scores, torch.full((4,), -1)).identity is None


def test_sigmas_are_learned_and_stay_positive():
    loss = MultiTaskLoss(FS_HZ)
    optimizer = torch.optim.Adam(loss.parameters(), lr=0.5)
    label = torch.randn(4, 64)
    for _ in range(50):
        optimizer.zero_grad()
        loss(label + 0.01, label).total.backward()
        optimizer.step()
    assert 0 < loss.sigmas[0] < 1 and all(sigma > 0 for sigma in loss.sigmas)


def test_a_constant_signal_gives_a_finite_loss_and_gradient():
    bvp = torch.zeros(2, 64, requires_grad=True)
    terms = MultiTaskLoss(FS_HZ)(bvp, torch.randn(2, 64))
    terms.total.backward()
    assert torch.isfinite(terms.total) and torch.isfinite(bvp.grad).all()


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"heart_rate_unit": "beats"}, "bpm or hz"),
        ({"sigma_init": (1, 0, 1)}, "three positive numbers"),
        ({"tasks": ("identity",)}, "expected 'bvp'"),
        ({"tasks": ("bvp", "age")}, "age"),
    ],
)
def test_bad_settings_are_refused(settings, said):
    with pytest.raises(ShapeError, match=said):
        MultiTaskLoss(FS_HZ, **settings)


def test_bvp_and_label_of_two_shapes_are_refused():
    with pytest.raises(ShapeError, match=r"\(2, 64\).*\(2, 60\)"):
        MultiTaskLoss(FS_HZ)(torch.zeros(2, 64), torch.zeros(2, 60))


def clips_of_rates(rates_hz, frames=96, heart_rate_bpm=80.0):
    """Tones (B, frames) of one heart rate, each sampled at its own rate; and the rates (B,)."""
    time = torch.arange(frames) / torch.tensor(rates_hz)[:, None]
    return torch.sin(2 * math.pi * heart_rate_bpm / 60 * time), torch.tensor(rates_hz, dtype=torch.float64)


@pytest.mark.parametrize("term", ["squared_error", "expected_squared_error", "cross_entropy"])
def test_each_clip_has_its_own_frame_rate(term):
    torch.manual_seed(0)
    label, rates_hz = clips_of_rates([16.0, 24.95, 29.8, 24.95])
    bvp = torch.randn_like(label).requires_grad_()
    loss = MultiTaskLoss(FS_HZ, is_derivative=False, heart_rate_term=term)
    together = loss(bvp, label, fs_hz=rates_hz)
    alone = [
        MultiTaskLoss(rate, is_derivative=False, heart_rate_term=term)(bvp[k : k + 1], label[k : k + 1])
        for k, rate in enumerate(rates_hz.tolist())
    ]
    for name in ("heart_rate", "heart_rate_mae_bpm"):
        expected = torch.stack([getattr(one, name) for one in alone]).mean()
        torch.testing.assert_close(getattr(together, name), expected)
    together.total.backward()
    assert torch.isfinite(bvp.grad).all() and (bvp.grad.norm(dim=1) > 0).all()
    perfect = loss(label, label, fs_hz=rates_hz, heart_rates_bpm=torch.full((4,), 80.0))
    assert perfect.heart_rate_mae_bpm < 1
    assert loss(label, label, heart_rates_bpm=torch.full((4,), 80.0)).heart_rate_mae_bpm > 10  # 30 Hz for all is wrong


def test_equal_frame_rates_give_what_one_rate_gives_to_the_last_bit():
    label, _ = tones(96)
    bvp = label.flip(0)
    loss = MultiTaskLoss(FS_HZ, is_derivative=False)
    assert torch.equal(loss(bvp, label).total, loss(bvp, label, fs_hz=torch.full((120,), FS_HZ).double()).total)


def test_a_true_heart_rate_takes_the_place_of_the_labels_where_it_is_known():
    label, rates = tones(128, 60, 120)
    loss = MultiTaskLoss(FS_HZ, is_derivative=False)
    known = rates + 30
    assert loss(label, label, heart_rates_bpm=known).heart_rate_mae_bpm == pytest.approx(30, abs=0.5)
    known[::2] = math.nan
    assert loss(label, label, heart_rates_bpm=known).heart_rate_mae_bpm == pytest.approx(15, abs=0.5)
    unknown = torch.full((120,), math.nan)
    assert torch.equal(loss(label, label, heart_rates_bpm=unknown).total, loss(label, label).total)
