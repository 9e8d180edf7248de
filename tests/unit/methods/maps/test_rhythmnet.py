"""RhythmNet: its sizes, its smooth loss, and what it learns from."""

import math

import pytest
import torch
from support.configs import tree

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.learner import ClipSpec, Recorded
from rfacenet_toolbox.methods.maps.rhythmnet import Rates, RhythmNet, RhythmNetLearner, RhythmNetLoss
from rfacenet_toolbox.methods.resnet import ResNet18

#: six windows of 40 frames, 3 frames apart
SMALL = {"FRAMES": 40, "STEP_S": 0.1}
FRAMES = 55


def settings(**changes):
    return tree({"MODEL.RHYTHMNET": {**SMALL, **changes}}).MODEL.RHYTHMNET


def learner(**changes):
    torch.manual_seed(0)
    return RhythmNetLearner(settings(**changes), ClipSpec(FRAMES, 25, 1, 30.0, False))


def clips(*rates_bpm, fs_hz=30.0):
    """Maps whose rows all have a pulse of a rate, and their labels."""
    time = torch.arange(FRAMES) / fs_hz
    labels = torch.stack([torch.sin(2 * math.pi * rate / 60 * time) for rate in rates_bpm])
    noise = 0.1 * torch.randn(len(rates_bpm), 3, FRAMES, 25, 1)
    return 120 + labels[:, None, :, None, None] + noise, labels


def parameters(module):
    return sum(one.numel() for one in module.parameters())


def test_parameters():
    assert parameters(ResNet18(channels=3, outputs=1000)) == 11_689_512  # torchvision's resnet18
    gru = 3 * (1000 * 1000 + 1000 * 1000 + 2 * 1000)
    assert parameters(RhythmNet()) == 11_689_512 + gru + 2 * 1001


def test_shapes():
    rates = RhythmNet().eval()(torch.rand(12, 3, 25, 40))
    assert rates.resnet.shape == rates.gru.shape == (2, 6)


def test_the_smooth_loss_is_the_distance_of_the_grus_rates_from_their_mean():
    rates = Rates(torch.tensor([[2.0, 2.0], [3.0, 3.0]]), torch.tensor([[1.0, 3.0], [5.0, 5.0]]))
    truth = torch.full((2, 2), 2.5)
    assert float(RhythmNetLoss(0.0)(rates, truth)) == 0.5
    assert float(RhythmNetLoss(100.0)(rates, truth)) == 0.5 + 100 * 0.5
    assert float(RhythmNetLoss(0.0, gru_is_tested=True)(rates, truth)) == 0.5 + (1.5 + 0.5 + 2.5 + 2.5) / 4


def test_a_window_sees_those_before_it_through_the_gru_alone():
    network, windows = RhythmNet().eval(), torch.rand(6, 3, 25, 40)
    with torch.no_grad():
        before = network(windows)
        windows[0] = torch.rand(3, 25, 40)
        after = network(windows)
    torch.testing.assert_close(before.resnet[:, 1:], after.resnet[:, 1:])
    assert ((before.gru - after.gru)[0].abs() > 1e-6).all()


def test_rates_are_per_frame_so_they_follow_the_frame_rate():
    ours = learner()
    ours.model.eval()
    maps, _ = clips(60, 90)
    with torch.no_grad():
        rates = ours.predict(maps)
        assert rates.shape == (2,)
        torch.testing.assert_close(ours.predict(maps, torch.tensor([15.0, 30.0])), rates * torch.tensor([0.5, 1.0]))


def test_colours_matter_only_as_they_change():
    ours = learner()
    ours.model.eval()
    maps, _ = clips(60)
    with torch.no_grad():
        torch.testing.assert_close(ours.predict(maps), ours.predict(3 * maps - 50), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("head", ["resnet", "gru"])
def test_it_learns_the_recordings_rate_or_the_labels(head):
    ours = learner(HEAD=head, SMOOTH_WEIGHT=1.0)
    maps, labels = clips(72, 72)
    nobody = torch.tensor([-1, -1])
    own = Recorded(torch.tensor([30.0, 30.0]).double(), torch.tensor([100.0, 140.0]))
    optimizer = torch.optim.Adam(ours.model.parameters(), lr=1e-3)
    for _ in range(3):
        step = ours.step(maps, labels, nobody, recorded=own)
        optimizer.zero_grad()
        step.loss.backward()
        optimizer.step()
    total, count = step.log["heart_rate_mae_bpm"]
    assert count == 2 and step.bvp.shape == (2,) and torch.isfinite(step.loss)
    with torch.no_grad():
        ours.model.eval()
        estimate = ours.step(maps, labels, nobody, recorded=own).bvp
        by_label = ours.step(maps, labels, nobody).log["heart_rate_mae_bpm"]
    assert by_label[0] == pytest.approx(float((estimate - 72).abs().sum()), abs=20)  # Eq. 3 of 40 frames is coarse


def test_training_windows_have_gaps_and_test_windows_none(monkeypatch):
    ours = learner(GAP_SHARE=1.0, GAP_FRAMES=[10, 12])
    seen = []
    forward = ours.model.forward
    monkeypatch.setattr(ours.model, "forward", lambda windows: seen.append(windows) or forward(windows))
    maps, labels = clips(60, 90)
    for training in (True, False):
        ours.model.train(training)
        ours.step(maps, labels, torch.tensor([-1, -1]))
    zero = [(windows == 0).all(dim=2).all(dim=1).sum(dim=-1) for windows in seen]
    assert int(zero[0].min()) >= 10 and int(zero[0].max()) <= 12 and not zero[1].any()


@pytest.mark.parametrize(
    "changes, message",
    [
        (
            {"FRAMES": 41},
            "CHUNK_LENGTH is 55; expected 56: 6 windows of FRAMES 41, 0.1 s apart at 30 frames per second",
        ),
        ({"FRAMES": 8}, "FRAMES is 8"),
        ({"STEP_S": 0.0}, "STEP_S 0.0; expected"),
        ({"HEAD": "both"}, "HEAD is 'both'; expected resnet or gru"),
        ({"GAP_SHARE": 1.5}, "GAP_SHARE 1.5; expected"),
        ({"SMOOTH_WEIGHT": -1.0}, "SMOOTH_WEIGHT is -1.0"),
        ({"GAP_FRAMES": [10, 50]}, r"GAP_FRAMES is \[10, 50\]; expected the shortest and the longest gap, 1 to 40"),
    ],
)
def test_what_it_cannot_have_is_refused(changes, message):
    with pytest.raises(ShapeError, match=message):
        learner(**changes)
