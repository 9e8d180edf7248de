"""What a method that gives heart rates learns from, and which rates it is told."""

import importlib
import math

import pytest
import torch

from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.methods.learner import ClipSpec, Recorded

FRAMES = 300


@pytest.fixture
def learner(monkeypatch):
    monkeypatch.setattr(registry, "_METHODS", dict(registry._METHODS))
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
