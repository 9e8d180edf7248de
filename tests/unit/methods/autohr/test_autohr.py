"""AutoHR: its cells and their text, its network, its loss, and that its weights can be exported and read."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from rfacenet_toolbox.errors import CheckpointError, ShapeError
from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.methods.autohr import AutoHR
from rfacenet_toolbox.methods.autohr.cell import CELLS, OPERATIONS, Cell, parse
from rfacenet_toolbox.methods.autohr.learner import AutoHRLearner
from rfacenet_toolbox.methods.learner import ClipSpec
from rfacenet_toolbox.prediction import clip_model
from rfacenet_toolbox.training import weights_files

SMALL = {"channels": 4, "cells": 1}


def test_one_value_for_each_frame_at_any_size():
    for shape in ((2, 3, 16, 32, 32), (1, 3, 8, 20, 37)):
        with torch.no_grad():
            assert AutoHR(**SMALL).eval()(torch.randn(shape)).shape == (shape[0], shape[2])


def test_parameters_of_the_substitute():
    assert sum(parameter.numel() for parameter in AutoHR().parameters()) == 612_049


def test_a_cell_is_the_sums_that_its_text_says():
    torch.manual_seed(0)
    cell = Cell((3, 5), 4, parse("conv_3x3x3:0 skip:1 / tdc_0.5:2")).eval()
    before, last = torch.randn(1, 3, 4, 6, 6), torch.randn(1, 5, 4, 6, 6)
    with torch.no_grad():
        first, second = cell.enter[0](before), cell.enter[1](last)
        node = cell.nodes[0][0](first) + second
        expected = torch.cat([node, cell.nodes[1][0](node)], dim=1)
        torch.testing.assert_close(cell(before, last), expected)
    assert cell.out_channels == 8


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_keep_the_size(name):
    maps = torch.randn(1, 4, 5, 6, 7)
    assert OPERATIONS[name](4)(maps).shape == maps.shape


def test_a_temporal_difference_of_theta_zero_is_a_convolution():
    convolution = OPERATIONS["tdc_0.5"](4)[0]
    maps = torch.randn(1, 4, 5, 6, 7)
    plain = F.conv3d(maps, convolution.conv.weight, padding=1)
    assert not torch.allclose(convolution(maps), plain, atol=1e-3)
    convolution.theta = 0.0
    torch.testing.assert_close(convolution(maps), plain)


def test_the_text_of_a_cell():
    assert parse("substitute") == parse(CELLS["substitute"])
    assert parse("skip:0 / tdc_0.2:2 skip:1") == ((("skip", 0),), (("tdc_0.2", 2), ("skip", 1)))


@pytest.mark.parametrize(
    "text, message",
    [
        ("substitut", "Did you mean 'substitute'.*Or write out its edges"),
        ("tdc:0", "An operation of CELL.*'tdc'"),
        ("skip:2", "names no earlier map. Expected skip:0 to skip:1"),
        ("skip:0 / skip:x", "Expected skip:0 to skip:2"),
        ("skip:0 //skip:0", "one of its nodes has no edges"),
    ],
)
def test_a_cell_that_there_cannot_be_is_refused(text, message):
    with pytest.raises(ShapeError, match=message):
        parse(text)


@pytest.mark.parametrize("shape", [(3, 16, 32, 32), (1, 3, 18, 32, 32), (1, 3, 16, 8, 32), (1, 6, 16, 32, 32)])
def test_clips_of_other_shapes_are_refused(shape):
    with pytest.raises(ShapeError, match="AutoHR got a clip of shape"):
        AutoHR(**SMALL)(torch.zeros(shape))
    with pytest.raises(ShapeError, match="CHANNELS is 3 and CELLS 1"):
        AutoHR(channels=3, cells=1)


def test_the_loss_is_the_correlation_and_the_cross_entropy_of_the_spectrum():
    settings = SimpleNamespace(CELL="substitute", CHANNELS=4, CELLS=1)
    learner = AutoHRLearner(settings, ClipSpec(64, 32, 32, 30, False))
    time = torch.arange(64) / 30
    labels = torch.sin(2 * torch.pi * 1.25 * time)[None]
    terms = learner.loss(torch.randn(1, 64), labels)
    torch.testing.assert_close(terms.total, terms.pearson + terms.cross_entropy)
    step = learner.step(torch.randn(1, 3, 64, 32, 32), labels, torch.tensor([-1]))
    assert set(learner.log_columns) <= set(step.log) and step.bvp.shape == (1, 64)
    assert registry.gives("AutoHR") == "waveform" and registry.adds_to_toolbox("AutoHR")


def test_an_exported_file_is_read_for_prediction_with_its_own_cell(tmp_path):
    torch.manual_seed(0)
    cell, path = "tdc_0.2:0 skip:1 / conv_1x3x3:2", tmp_path / "own.safetensors"
    model = AutoHR(cell, channels=4, cells=2).eval()
    clips = {"method": "autohr", "frames": "16", "size": "32", "data_type": "Scaled", "cell": cell}
    weights_files.write_safetensors(path, model.state_dict(), clips)
    frames = np.random.default_rng(0).integers(0, 256, (17, 32, 32, 3), dtype=np.uint8)
    with torch.no_grad():
        expected = model((torch.from_numpy(frames[:16]).permute(3, 0, 1, 2)[None] - 127.5) / 128)[0]
    np.testing.assert_allclose(clip_model.load("autohr", path).waveform(frames), expected, atol=1e-4)
    weights_files.write_safetensors(path, model.state_dict(), {**clips, "cell": "skip:7"})
    with pytest.raises(CheckpointError, match="is no AutoHR's: CELL is 'skip:7'"):
        clip_model.load("autohr", path)
    with pytest.raises(CheckpointError, match="autohr needs trained weights.*rfacenet export wrote"):
        clip_model.load("autohr")
