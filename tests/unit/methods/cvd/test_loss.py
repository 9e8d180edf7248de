import math

import pytest
import torch

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.cvd import CVD, CVDLoss, spectrum_loss, swap

FRAMES, FS = 120, 30.0


def sines(*bpm, frames=FRAMES, fs=FS):
    return torch.stack([torch.sin(2 * math.pi * rate / 60 * torch.arange(frames) / fs) for rate in bpm])


def test_the_spectrum_is_best_at_the_true_heart_rate():
    bvp = sines(75, frames=300)
    losses = {bpm: float(spectrum_loss(bvp, torch.tensor([float(bpm)]), FS)) for bpm in (60, 70, 75, 80, 120)}
    assert min(losses, key=losses.get) == 75
    assert losses[120] > losses[75] + 0.5
    assert losses[120] == pytest.approx(math.log(110) + 1, abs=0.05)  # flat shares, and nothing near


def test_the_spectrum_is_at_each_clips_own_frame_rate():
    bvp = torch.cat([sines(80, frames=300, fs=30), sines(80, frames=300, fs=20)])
    rates = torch.tensor([80.0, 80.0])
    assert spectrum_loss(bvp, rates, torch.tensor([30.0, 20.0])) < spectrum_loss(bvp, rates, 30.0) - 0.3


def test_heart_rates_beyond_the_classes_count_as_the_nearest():
    bvp = sines(100)
    high = torch.tensor([149.0]), torch.tensor([190.0])
    assert torch.equal(*(spectrum_loss(bvp, rate, FS) for rate in high))


@pytest.fixture
def small():
    torch.manual_seed(0)
    net = CVD(frames=FRAMES, side=32).eval()
    return net, torch.rand(3, 6, 32, 32)


def test_swapped_features_are_wanted_back_where_they_came_from(small):
    net, images = small
    read, noise = net(images), net.noise(images)
    beats = torch.tensor([4.0, 5.0, 6.0])
    pairs = torch.tensor([0, 1, 2]), torch.tensor([1, 2, 0])
    swapped = swap(net, read.features, noise, beats, pairs)
    assert swapped.wanted_beats.tolist() == [4, 5, 6, 5, 6, 4]
    assert torch.equal(swapped.wanted_physiological, read.features[[0, 1, 2, 1, 2, 0]])
    assert torch.equal(swapped.wanted_noise, noise[[1, 2, 0, 0, 1, 2]])
    mixed = net.decoder(read.features[:1], noise[1:2])
    assert torch.allclose(swapped.noise[0], net.noise(mixed)[0], atol=1e-5)
    assert torch.allclose(swapped.beats[0], net.physiological(mixed).beats[0], atol=1e-5)


def test_running_statistics_are_those_of_recorded_maps(small):
    net, images = small
    net.train()
    read, noise = net(images), net.noise(images)

    def statistics():
        return [value.clone() for name, value in net.named_buffers() if "running" in name]

    before = statistics()
    swap(net, read.features, noise, torch.tensor([4.0, 5.0, 6.0]))
    assert all(torch.equal(one, other) for one, other in zip(before, statistics()))
    net(images)
    assert not all(torch.equal(one, other) for one, other in zip(before, statistics()))


@pytest.mark.parametrize("weights", ["code", "paper"])
def test_the_total_has_the_published_weights(small, weights):
    net, images = small
    read, noise = net(images), net.noise(images)
    beats = torch.tensor([4.0, 5.0, 6.0])
    swapped = swap(net, read.features, noise, beats)
    rebuilt = net.decoder(read.features, noise)
    terms = CVDLoss(weights)(read, images, rebuilt, swapped, sines(60, 75, 90), beats, FS)
    factors = {
        "code": (1, 0.02, 1, 2.5e-6, 1, 5e-6, 5e-6),
        "paper": (1, 2, 1, 50, 10, 10, 10),
    }[weights]
    assert float(terms.total.detach()) == pytest.approx(
        sum(f * float(term.detach()) for f, term in zip(factors, terms[1:])), rel=1e-5
    )
    assert float(terms.beats) == pytest.approx(float((read.beats - beats).abs().mean()), rel=1e-5)
    assert float(terms.image) == pytest.approx(float((rebuilt - images).abs().mean()), rel=1e-5)


def test_another_weighting_is_refused_by_name():
    with pytest.raises(ShapeError, match="WEIGHTS is 'papers'.*'paper'"):
        CVDLoss("papers")


@pytest.mark.slow
def test_swapped_features_come_back_after_a_short_training():
    """Two pulses, a sine along time each, times two noises, a level for each row."""
    torch.manual_seed(1)
    bpm = torch.tensor([60.0, 60.0, 120.0, 120.0])
    levels = torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]).repeat_interleave(16, dim=1)
    pulses = torch.sin(2 * math.pi * bpm[:, None] / 60 * torch.arange(32) / 32 * FRAMES / FS)
    images = (0.3 + 0.4 * levels[:, None, :, None] + 0.2 * pulses[:, None, None]).expand(-1, 6, -1, -1)
    beats, bvp = bpm * FRAMES / FS / 60, sines(*bpm.tolist())
    net, loss = CVD(frames=FRAMES, side=32), CVDLoss("paper")
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    history = []
    for _ in range(41):
        read, noise = net(images), net.noise(images)
        swapped = swap(net, read.features, noise, beats)
        terms = loss(read, images, net.decoder(read.features, noise), swapped, bvp, beats, FS)
        history.append(torch.stack([terms.cross_physiological, terms.cross_noise, terms.cross_beats]).detach())
        optimizer.zero_grad()
        terms.total.backward()
        optimizer.step()
    physiological, noise, its_beats = torch.stack(history[-10:]).mean(dim=0) / history[0]
    assert physiological < 0.85 and noise < 0.7 and its_beats < 0.6
