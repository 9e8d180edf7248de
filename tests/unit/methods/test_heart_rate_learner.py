"""What a method that gives heart rates learns from, and which rates it is told."""

import importlib
import math

import pytest
import torch
from support.configs import tree

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.methods.learner import ClipSpec, Recorded

FRAMES = 300


@pytest.fixture
def learner(monkeypatch):
    monkeypatch.setattr(registry, "METHODS", dict(registry.METHODS))
    made_up = importlib.import_module("support.made_up_heart_rates")
    return made_up.MadeUpHeartRates(None, ClipSpec(FRAMES, 4, 4, 30.0, False))


def labels(*rates_bpm, fs_hz=30.0):
    time = torch.arange(FRAMES) / fs_hz
    return torch.stack([torch.sin(2 * math.pi * rate / 60 * time) for rate in rates_bpm])


def test_the_true_rate_is_the_labels_where_the_recording_has_none(learner):
    own = Recorded(torch.tensor([30.0, 30.0]).double(), torch.tensor([71.0, math.nan]))
    fs_hz = torch.tensor([30.0, 30.0])
    assert learner.true_bpm(labels(60, 90), fs_hz, own).tolist() == pytest.approx([71, 90], abs=1)
    assert learner.true_bpm(labels(60, 90), fs_hz).tolist() == pytest.approx([60, 90], abs=1)


def test_a_label_is_read_at_its_own_frame_rate(learner):
    fs_hz = learner.rates(torch.zeros(2, 3, FRAMES, 4, 4), torch.tensor([20.0, 30.0]).double())
    both = torch.cat([labels(60, fs_hz=20.0), labels(60, fs_hz=30.0)])
    assert learner.true_bpm(both, fs_hz).tolist() == pytest.approx([60, 60], abs=1)


def test_predictions_follow_the_frame_rate(learner):
    clips = torch.randn(2, 3, FRAMES, 4, 4)
    by_default = learner.predict(clips)
    assert by_default.shape == (2,)
    torch.testing.assert_close(learner.predict(clips, torch.tensor([15.0, 30.0])), by_default * torch.tensor([0.5, 1]))


def test_a_step_logs_the_error_in_beats_per_minute(learner):
    clips, target = torch.randn(2, 3, FRAMES, 4, 4), labels(60, 90)
    step = learner.step(clips, target, torch.tensor([-1, -1]))
    step.loss.backward()
    total, count = step.log["heart_rate_mae_bpm"]
    assert total / count == pytest.approx(float(step.loss.detach()), rel=1e-5) and count == 2
    assert step.bvp.shape == (2,)


#: method -> its maps (channels, frames, rows), and the settings that make it small
START_CASES = {
    "RhythmNet": ((3, 50, 25), {"FRAMES": 40, "STEP_S": 0.1}),
    "STAttention": ((3, 60, 25), {"FRAMES": 40}),
    "CVD": ((6, 60, 63), {"SIDE": 32}),
}


@pytest.mark.parametrize("name", START_CASES)
def test_a_training_starts_at_the_heart_rate_that_is_asked_for(name):
    (channels, frames, rows), small = START_CASES[name]
    clips = 100 + torch.randn(2, channels, frames, rows, 1, generator=torch.Generator().manual_seed(1))

    def predicted(**settings):
        torch.manual_seed(0)
        node = tree({f"MODEL.{name.upper()}": {**small, **settings}}).MODEL[name.upper()]
        ours = registry.build(name, node, ClipSpec(frames, rows, 1, 20.0, False))
        ours.model.eval()
        with torch.no_grad():
            return ours.predict(clips).mean()

    assert float(predicted(START_BPM=120.0) - predicted(START_BPM=75.0)) == pytest.approx(45, abs=0.01)
    assert float(predicted()) == float(predicted(START_BPM=0.0))
    with pytest.raises(ShapeError, match="START_BPM is -5; expected a heart rate"):
        predicted(START_BPM=-5.0)
