"""PhysFormer's loss: its spectrum and terms against NumPy, and that it finds a heart rate in noise."""

import numpy as np
import pytest
import torch

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.physformer import PhysFormerLoss, pulse_spectrum
from rfacenet_toolbox.methods.physformer.loss import BAND_HZ
from rfacenet_toolbox.methods.rfacenet.heart_rate import heart_rate_bpm

FRAMES, FS_HZ = 160, 30
CLASSES = np.arange(40, 180)


def spectrum_by_hand(bvp, fs_hz):
    windowed = (bvp - bvp.mean()) * np.hanning(len(bvp))
    phase = 2j * np.pi * np.outer(CLASSES / 60, np.arange(len(bvp)) / fs_hz)
    power = np.abs(np.exp(-phase) @ windowed) ** 2
    return power / power.sum()


def tone(bpm, fs_hz=FS_HZ, frames=FRAMES):
    return torch.sin(2 * np.pi * bpm / 60 * torch.arange(frames) / fs_hz)


def test_the_spectrum_is_a_windowed_dft_at_whole_beats_per_minute():
    bvp = np.random.RandomState(0).randn(3, FRAMES) + 2.0
    rates_hz = [30.0, 25.0, 16.5]
    expected = [spectrum_by_hand(*pair) for pair in zip(bvp, rates_hz)]
    np.testing.assert_allclose(pulse_spectrum(torch.tensor(bvp), torch.tensor(rates_hz)), expected, rtol=1e-6)
    np.testing.assert_allclose(pulse_spectrum(torch.tensor(bvp[:1]), 30), expected[:1], rtol=1e-6)
    assert int(pulse_spectrum(tone(97.0)[None], FS_HZ).argmax()) + 40 == 97


def test_of_a_derivative_the_pulses_own_spectrum_is_taken():
    pulse = tone(60.0) + 0.7 * tone(120.0)  # of the derivative, the harmonic is the stronger
    derivative = torch.diff(pulse, append=pulse[-1:])[None]
    assert int(pulse_spectrum(derivative, FS_HZ).argmax()) + 40 == pytest.approx(120, abs=2)
    assert int(pulse_spectrum(derivative, FS_HZ, is_derivative=True).argmax()) + 40 == pytest.approx(60, abs=3)


def test_the_terms_are_those_of_the_paper_by_hand():
    random = np.random.RandomState(1)
    bvp, label, rates = random.randn(2, FRAMES), random.randn(2, FRAMES), np.array([72.4, 131.0])
    loss = PhysFormerLoss(FS_HZ)
    loss.progress = 0.5
    terms = loss(torch.tensor(bvp), torch.tensor(label), torch.tensor(rates))
    shares = np.array([spectrum_by_hand(one, FS_HZ) for one in bvp])
    log_shares = shares - np.log(np.exp(shares).sum(axis=1, keepdims=True))
    wanted = np.exp(-0.5 * (CLASSES - rates[:, None]) ** 2) / np.sqrt(2 * np.pi)
    pearson = np.mean([1 - np.corrcoef(pair)[0, 1] for pair in zip(bvp, label)])
    cross_entropy = -np.mean([log_shares[0, 72 - 40], log_shares[1, 131 - 40]])
    divergence = np.sum(wanted * (np.log(np.maximum(wanted, 1e-300)) - log_shares)) / 2
    expected = pearson, cross_entropy, divergence, np.abs(CLASSES[shares.argmax(axis=1)] - rates).mean()
    np.testing.assert_allclose([float(term) for term in terms[1:]], expected, rtol=1e-5)
    assert float(terms.total) == pytest.approx(0.1 * pearson + 5**0.5 * (cross_entropy + divergence), rel=1e-5)


@pytest.mark.parametrize("progress, weight", [(0.0, 1.0), (0.5, 5**0.5), (1.0, 5.0)])
def test_the_frequency_terms_grow_from_1_towards_5(progress, weight):
    loss = PhysFormerLoss(FS_HZ)
    loss.progress = progress
    assert loss.frequency_weight == pytest.approx(weight)


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_a_heart_rate_in_noise(seed):
    """Gradient steps on noise, with the frequency terms alone. They say nothing of rates beyond their classes."""
    torch.manual_seed(seed)
    rates = torch.randint(45, 170, (6,)).float()
    bvp = torch.randn(6, FRAMES).requires_grad_()
    loss, optimizer = PhysFormerLoss(FS_HZ), torch.optim.Adam([bvp], lr=0.1)
    for _ in range(150):
        optimizer.zero_grad()
        terms = loss(bvp, bvp, rates)
        (terms.cross_entropy + terms.divergence).backward()
        optimizer.step()
    assert float((heart_rate_bpm(bvp.detach(), FS_HZ, BAND_HZ) - rates).abs().max()) < 3
    assert float(terms.heart_rate_mae_bpm) < 1.5


def test_the_whole_loss_makes_noise_the_label_and_takes_the_heart_rate_from_it():
    torch.manual_seed(0)
    labels = torch.stack([tone(66.0), tone(109.0)])
    bvp = torch.randn(2, FRAMES).requires_grad_()
    loss, optimizer = PhysFormerLoss(FS_HZ), torch.optim.Adam([bvp], lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        terms = loss(bvp, labels)
        terms.total.backward()
        optimizer.step()
    assert float(terms.heart_rate_mae_bpm) < 1.5 and float(terms.pearson.detach()) < 0.2


def test_heart_rates_beyond_the_classes_count_as_the_nearest():
    loss, bvp = PhysFormerLoss(FS_HZ), torch.randn(2, FRAMES)
    given, nearest = (loss(bvp, bvp, torch.tensor(rates)) for rates in ([30.0, 200.0], [40.0, 179.0]))
    assert float(given.total) == float(nearest.total) and torch.isfinite(given.total)


def test_a_frame_rate_too_low_for_the_classes_is_refused():
    with pytest.raises(ShapeError, match="fs_hz is 5; PhysFormer's loss looks at heart rates up to 179 bpm"):
        PhysFormerLoss(5)


def test_a_constant_prediction_gives_no_nan_in_the_frequency_terms():
    bvp = torch.zeros(1, FRAMES, requires_grad=True)
    terms = PhysFormerLoss(FS_HZ)(bvp, tone(70.0)[None])
    (terms.cross_entropy + terms.divergence).backward()
    assert torch.isfinite(bvp.grad).all()


def test_each_clip_has_its_own_frame_rate_and_the_labels_heart_rate_where_none_is_known():
    rates_hz = [30.0, 24.95, 16.5]
    clips = torch.stack([tone(80.0, fs_hz) for fs_hz in rates_hz])
    loss = PhysFormerLoss(FS_HZ)
    own = loss(clips, clips, fs_hz=torch.tensor(rates_hz, dtype=torch.float64))
    assert own.heart_rate_mae_bpm < 1
    known = torch.tensor([80.0, np.nan, 90.0])
    mixed = loss(clips, clips, known, torch.tensor(rates_hz, dtype=torch.float64))
    assert float(mixed.heart_rate_mae_bpm) == pytest.approx(10 / 3, abs=0.5)
    assert loss(clips, clips, torch.full((3,), 80.0)).heart_rate_mae_bpm > 10  # 30 Hz for all is wrong
