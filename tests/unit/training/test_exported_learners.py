"""Every method's learner from its weights file: what it predicts, and what no file may say."""

import importlib
import json

import numpy as np
import pytest
import torch
from yacs.config import CfgNode

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.errors import CheckpointError
from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.methods.learner import ClipSpec
from rfacenet_toolbox.training import exported_learners, weights_files, weights_metadata

EDGES = "sep_conv_3x3:0 skip_connect:1"
#: method -> (data_type, frames, channels, height, width, settings)
CASES = {
    "nashr": ("STMapPos", 32, 3, 15, 1, {"GENOTYPE": f"{EDGES} // {EDGES}", "CHANNELS": 2, "CELLS": 4}),
    "dualgan": ("STMapGrid", 32, 3, 25, 1, {"WIDTH": 2}),
    "deepphys": ("DiffNormalized,Standardized", 30, 6, 16, 16, {}),
    "tscan": ("DiffNormalized,Standardized", 32, 6, 16, 16, {"FRAME_DEPTH": 8}),
    "efficientphys": ("Standardized", 32, 3, 16, 16, {"FRAME_DEPTH": 8}),
    "cvd": ("STMapRegions", 32, 6, 63, 1, {"SIDE": 32}),
    "rhythmnet": ("STMapGrid", 16 + 5 * 15, 3, 25, 1, {"FRAMES": 16, "GAP_FRAMES": [2, 4]}),
    "stattention": ("STMapGrid", 24, 3, 25, 1, {"FRAMES": 16}),
    "i3d": ("DiffNormalized", 16, 3, 32, 32, {"DROP_RATE": 0.1}),
}
LARGE = ("cvd", "rhythmnet", "stattention", "i3d")


def settings_of(name, own):
    model, node = toolbox_tree().MODEL, registry.settings_node(name)
    keys = {key: model[key] for key in registry.model_keys(name)}
    return CfgNode({**(model[node] if node else {}), **keys, **own})


def written(folder, method, changes=None):
    """A learner, and its file with changed metadata."""
    data_type, frames, _, height, width, own = CASES[method]
    name = weights_metadata.learner_methods()[method]
    settings = settings_of(name, own)
    torch.manual_seed(0)
    learner = registry.build(name, settings, ClipSpec(frames, height, width, 30.0, False))
    metadata = {"method": method, "frames": str(frames), "size": "32" if width == 1 else str(width), "fs_hz": "30"}
    metadata.update(data_type=data_type, label_type="Standardized", settings=json.dumps(settings))
    metadata.update(changes or {})
    path = folder / f"{method}.safetensors"
    weights_files.write_safetensors(path, learner.model.state_dict(), metadata)
    return learner, path


def test_all_other_methods_of_the_package_are_here():
    own = [name for name, method in registry.METHODS.items() if str(method.learner).startswith("rfacenet_toolbox.")]
    methods = {method for method, name in weights_metadata.learner_methods().items() if name in own}
    assert (
        set(CASES) == methods == {weights_metadata.method_name(name) for name in own} - set(weights_metadata.DEFAULTS)
    )


def test_a_method_from_outside_is_read_too(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "METHODS", dict(registry.METHODS))
    made_up = importlib.import_module("support.made_up_method")
    registry.register("Made-Up-Too", made_up.MadeUp, node="MADE_UP", defaults={"WIDTH": 3})
    monkeypatch.setitem(CASES, "madeuptoo", ("Raw", 16, 3, 16, 16, {"WIDTH": 5}))
    learner, path = written(tmp_path, "madeuptoo")
    read, clips, _ = exported_learners.read("madeuptoo", path)
    assert clips.data_types == ("Raw",) and sum(one.numel() for one in read.model.parameters()) == sum(
        one.numel() for one in learner.model.parameters()
    )


@pytest.mark.parametrize(
    "method", [pytest.param(one, marks=pytest.mark.slow) if one in LARGE else one for one in CASES]
)
def test_a_learner_predicts_as_the_one_that_was_written(tmp_path, method):
    learner, path = written(tmp_path, method)
    read, clips, _ = exported_learners.read(method, path)
    assert ",".join(clips.data_types) == CASES[method][0] and not clips.is_derivative
    _, frames, channels, height, width, _ = CASES[method]
    size = (frames, channels) if learner.needs.data_format == "NDCHW" else (channels, frames)
    batch = 100 + torch.randn(2, *size, height, width, generator=torch.Generator().manual_seed(1))
    learner.model.eval()
    with torch.inference_mode():
        expected, found = learner.predict(batch), read.predict(batch)
    for one, other in zip(expected, found):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


@pytest.mark.parametrize(
    "text, why",
    [
        ('{"WIDTH": "wide"}', "WIDTH is 'wide', where the default is 32"),
        ('{"WIDTH": true}', "WIDTH is True"),
        ('{"WIDTH": 1000000}', "WIDTH is 1000000"),
        ('{"WIDTH": 2, "DEPTH": 3}', "there is no DEPTH"),
        ('{"WIDTH": 9000}', "fewer numbers than a DualGAN of its settings"),
        ('{"WIDTH": 0}', "dualgan.safetensors"),
        ('{"WIDTH": null}', "WIDTH is None"),
        ('{"WIDTH": {}}', "WIDTH is {}"),
        ('{"WIDTH": [[1]]}', "WIDTH is"),
        ('{"WIDTH": 1' + 400 * "0" + "}", "WIDTH is 1000"),
        ("[1]", "not DualGAN's"),
        ("nonsense", "not DualGAN's"),
        ("[" * 5000, "5000 characters"),
    ],
)
def test_settings_that_no_network_has_are_refused(tmp_path, text, why):
    _, path = written(tmp_path, "dualgan", {"settings": text})
    with pytest.raises(CheckpointError, match=why) as error:
        exported_learners.read("dualgan", path)
    assert len(str(error.value)) < 700


@pytest.mark.parametrize(
    "method, own, why",
    [
        ("nashr", {"CELLS": 9000}, "network of its settings has over"),
        ("nashr", {"START_BPM": 9000.0}, "START_BPM is 9000; expected a heart rate, 20 to 300"),
        ("tscan", {"FRAME_DEPTH": 33}, "frames is 32 and FRAME_DEPTH 33; expected clips of at least as many"),
        ("rhythmnet", {"GAP_FRAMES": ["a", 4]}, "GAP_FRAMES is"),
        ("stattention", {"STRETCH_BPM": ["a", "b"]}, "STRETCH_BPM is"),
        ("cvd", {"SIDE": 8000}, "SIDE is 8000; expected a multiple of 8, 32 to 1024"),
    ],
)
def test_settings_that_would_take_all_memory_or_mean_nothing_are_refused(tmp_path, method, own, why):
    settings = json.dumps({**settings_of(weights_metadata.learner_methods()[method], CASES[method][5]), **own})
    metadata = {"method": method, "data_type": CASES[method][0], "frames": str(CASES[method][1]), "size": "32"}
    path = tmp_path / f"{method}.safetensors"
    weights_files.write_safetensors(path, {"some": torch.zeros(2)}, {**metadata, "settings": settings})
    with pytest.raises(CheckpointError, match=why):
        exported_learners.read(method, path)


@pytest.mark.parametrize(
    "changes, why",
    [
        ({"method": "cvd"}, "a network for the method 'cvd', and dualgan was asked for"),
        ({"data_type": "STMapPos"}, "data_type is 'STMapPos'.*DualGAN takes .*STMapGrid"),
        ({"data_type": "DiffNormalized"}, "data_type is 'DiffNormalized'.*DualGAN takes"),
        ({"data_type": "STMapGrid,Raw"}, "data_type"),
        ({"frames": "33"}, "frames 33; DualGAN takes .*a multiple of"),
        ({"landmarks": "dlib"}, "landmarks 'dlib'|landmarks"),
        ({"landmarks_every": "-1"}, "landmarks_every is '-1'"),
    ],
)
def test_clips_that_the_method_does_not_take_are_refused(tmp_path, changes, why):
    _, path = written(tmp_path, "dualgan", changes)
    with pytest.raises(CheckpointError, match=why):
        exported_learners.read("dualgan", path)


def test_a_file_that_says_nothing_is_taken_only_of_methods_that_the_toolbox_trains(tmp_path):
    torch.manual_seed(0)
    learner = registry.build("DeepPhys", None, ClipSpec(180, 72, 72, 30.0, True))
    torch.save(learner.weights(), tmp_path / "deepphys.pth")
    _, clips, _ = exported_learners.read("deepphys", tmp_path / "deepphys.pth")
    assert (clips.frames, clips.size, clips.data_types) == (180, 72, ("DiffNormalized", "Standardized"))
    assert clips.is_derivative
    with pytest.raises(CheckpointError, match="deepphys.pth does not say how its clips are made.*a run of NASHR"):
        exported_learners.read("nashr", tmp_path / "deepphys.pth")


def test_a_clip_has_whole_depths(tmp_path):
    _, path = written(tmp_path, "tscan", {"frames": "37"})
    assert exported_learners.read("tscan", path)[1].frames == 32
