import pytest
import torch
from yacs.config import CfgNode

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.learner import ClipSpec
from rfacenet_toolbox.methods.nas_hr.learner import NASHRLearner, images_of

EDGES = "sep_conv_3x3:0 skip_connect:1"
GENOTYPE = f"{EDGES} / {EDGES} / {EDGES} // {EDGES} / {EDGES} / {EDGES}"


def made(start_bpm=75.0):
    torch.manual_seed(0)
    node = CfgNode({"GENOTYPE": GENOTYPE, "CHANNELS": 2, "CELLS": 4, "START_BPM": start_bpm})
    return NASHRLearner(node, ClipSpec(60, 15, 1, 30.0, is_derivative=False))


def test_a_step_learns_heart_rates_in_beats_per_minute():
    learner = made()
    clips = 100 + torch.randn(2, 3, 60, 15, 1)
    labels = torch.sin(2 * torch.pi * 1.5 * torch.arange(60) / 30).expand(2, -1)
    step = learner.step(clips, labels, torch.full((2,), -1))
    step.loss.backward()
    assert step.bvp.shape == (2,)
    assert abs(float(step.loss.detach()) - 15) < 5  # an untrained network says about 75, and the truth is 90
    assert all(parameter.grad is not None for parameter in learner.model.parameters())


def test_an_untrained_network_gives_about_the_heart_rate_that_it_starts_at():
    clips = 100 + torch.randn(2, 3, 60, 15, 1)
    assert float((made(120.0).predict(clips) - made().predict(clips)).mean().detach()) == pytest.approx(45, abs=1e-3)
    with pytest.raises(ShapeError, match="START_BPM is -1; expected a heart rate"):
        made(-1.0)


def test_maps_are_as_the_network_takes_them_whatever_their_length():
    assert images_of(100 + torch.randn(2, 3, 90, 15, 1)).shape == (2, 3, 64, 300)
