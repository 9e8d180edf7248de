import math

import pytest
import torch
from yacs.config import CfgNode

from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.cvd.learner import FLIPPED_EPOCHS, SMOOTHED_FRAMES, CVDLearner
from rfacenet_toolbox.methods.learner import ClipSpec, Recorded
from rfacenet_toolbox.methods.maps.images import as_images, min_max, moving_mean

FRAMES, FS = 60, 30.0


def learner(**settings):
    torch.manual_seed(0)
    node = CfgNode({"SIDE": 32, "WEIGHTS": "code", "START_BPM": 0.0, **settings})
    return CVDLearner(node, ClipSpec(FRAMES, 63, 1, FS, is_derivative=False))


def images_of(batch):
    return min_max(moving_mean(as_images(batch[0], 6), SMOOTHED_FRAMES))


@pytest.fixture
def batch():
    torch.manual_seed(1)
    clips = 100 + torch.randn(2, 6, FRAMES, 63, 1)
    time_s = torch.arange(FRAMES) / FS
    labels = torch.stack([torch.sin(2 * math.pi * hz * time_s) for hz in (1.0, 2.0)])
    return clips, labels, torch.full((2,), -1)


def test_heart_rates_are_beats_of_the_network_at_each_clips_frame_rate(batch):
    one = learner()
    one.model.eval()
    with torch.no_grad():
        at_fs, at_half = one.predict(batch[0]), one.predict(batch[0], torch.tensor([FS, FS / 2]))
        beats = one.model(images_of(batch)).beats
    assert torch.allclose(at_fs, beats * 60 * FS / FRAMES)
    assert torch.allclose(at_half, at_fs * torch.tensor([1, 0.5]))


def test_a_step_learns_with_all_terms(batch):
    one = learner()
    step = one.step(*batch)
    step.loss.backward()
    assert [name for name, parameter in one.model.named_parameters() if parameter.grad is None] == []
    assert set(one.log_columns) < set(step.log) and step.bvp.shape == (2,)


def test_the_recordings_heart_rate_comes_before_the_labels(batch):
    one = learner()
    one.model.eval()
    own = Recorded(torch.tensor([FS, FS]), torch.tensor([90.0, math.nan]))
    with torch.no_grad():
        estimate = one.predict(batch[0])
        total, count = one.step(*batch, recorded=own).log["heart_rate_mae_bpm"]
    assert count == 2
    assert total == pytest.approx(float((estimate - torch.tensor([90.0, 120.0])).abs().sum()), abs=2)


@pytest.mark.parametrize(
    ("epoch", "training", "flips"),
    [(0, True, 1), (FLIPPED_EPOCHS - 1, True, 1), (FLIPPED_EPOCHS, True, 0), (0, False, 0)],
)
def test_maps_are_flipped_in_the_first_epochs_of_training_alone(batch, epoch, training, flips):
    one, given = learner(), []
    one.model.noise.register_forward_pre_hook(lambda module, inputs: given.append(inputs[0]))
    one.model.train(training)
    one.start_epoch(epoch, 70)
    torch.manual_seed(0)  # the next number is below one half, and the one after it above
    with torch.no_grad():
        one.step(*batch)
    images = one.model.stretched(images_of(batch))
    assert [torch.equal(*pair) for pair in zip(given[0], images.flip(2))] == [flips == 1, False]
    assert [torch.equal(*pair) for pair in zip(given[0], images)] == [flips == 0, True]


@pytest.mark.parametrize(("settings", "key"), [({"SIDE": 30}, "SIDE"), ({"WEIGHTS": "mean"}, "WEIGHTS")])
def test_settings_that_it_cannot_have_are_refused(settings, key):
    with pytest.raises(ShapeError, match=key):
        learner(**settings)
