"""The speed options of RUNTIME: what is refused, what they must not change, what a run says about them."""

import json

import pytest
import torch
from support import in_memory

from rfacenet_toolbox.config.node import rfacenet_node
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.hosts import job
from rfacenet_toolbox.hosts.standalone import StandaloneHost
from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.runtime import speed

CPU = torch.device("cpu")


def runtime_settings(**changed):
    node = rfacenet_node().RUNTIME
    node.update(changed)
    return node


@pytest.mark.parametrize("error", [RuntimeError("`fused=True` requires CUDA"), TypeError("unexpected keyword 'fused'")])
def test_a_build_without_fused_adam_is_said_before_the_run(monkeypatch, error):
    def without_fused(parameters, lr, **settings):
        if settings:
            raise error

    monkeypatch.setattr(torch.optim, "Adam", without_fused)
    speed.check(runtime_settings(), CPU)
    with pytest.raises(ConfigError, match=f"FUSED_OPTIMIZER is True, and torch .* has no fused Adam on cpu .*{error}"):
        speed.check(runtime_settings(FUSED_OPTIMIZER=True), CPU)


def refuses(*args, **kwargs):
    raise RuntimeError("Dynamo is not supported on Python 9.9\nand more")


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda patch: patch.delattr(torch, "compile", raising=False), "has no torch.compile.*torch 2.0 or newer"),
        (lambda patch: patch.setattr(torch, "compile", refuses, raising=False), r"\(Dynamo.* on Python 9.9\)\. Set it"),
        (lambda patch: patch.setattr(speed.shutil, "which", lambda name: None), "finds no compiler .*Install one"),
    ],
)
def test_compile_is_refused_plainly_where_it_cannot_be(monkeypatch, change, said):
    monkeypatch.setattr(torch, "compile", lambda function: function, raising=False)
    change(monkeypatch)
    speed.check(runtime_settings(), CPU)
    with pytest.raises(ConfigError, match=f"COMPILE is True.*{said}"):
        speed.check(runtime_settings(COMPILE=True), CPU)


def test_channels_last_changes_the_layout_and_not_the_result():
    model, clips = RFaceNet(frames=8, subjects=4).eval(), torch.randn(2, 3, 8, 32, 32)
    with torch.no_grad():
        before = model(clips)
        speed.use_channels_last(model)
        after = model(clips)
    assert model.pulse.ConvBlock3[0].weight.is_contiguous(memory_format=torch.channels_last_3d)
    assert model.contour.blocks[1][0].weight.is_contiguous(memory_format=torch.channels_last)
    assert torch.allclose(before.bvp, after.bvp, atol=1e-5)
    assert torch.allclose(before.identity, after.identity, atol=1e-5)


@in_memory.needs_fused_adam
def test_results_name_the_machine_and_the_speed_options(tmp_path):
    settings = {"FUSED_OPTIMIZER": True, "CHANNELS_LAST": True, "WORKERS": 0}
    config = in_memory.config(tmp_path, {"MODEL.RFACENET.RUNTIME": settings}, epochs=1)
    job.run(config, in_memory.loaders(), StandaloneHost())
    said = json.loads((tmp_path / "results.json").read_text())["runtime"]
    assert said.pop("device_name") and said.pop("cores") >= 1
    assert said == {
        "device": "cpu",
        "threads": torch.get_num_threads(),
        "processes": 1,
        "workers": 0,
        "batch_size": config.TRAIN.BATCH_SIZE,
        "levers": {
            "precision": "fp32",
            "channels_last": True,
            "fused_optimizer": True,
            "compile": False,
            "keep_memory": True,
        },
    }


def test_results_of_a_built_in_model_do_not_claim_our_options(tmp_path):
    settings = {"PRECISION": "bf16", "WORKERS": 3}
    config = in_memory.config(tmp_path, {"MODEL.RFACENET.RUNTIME": settings})
    upstreams = speed.describe(config, built_in=True)
    assert upstreams["workers"] == 16 and upstreams["levers"]["precision"] == "fp32"
    assert upstreams["levers"]["keep_memory"] is False
    config = in_memory.config(tmp_path, {"MODEL.RFACENET.RUNTIME": {**settings, "BUILT_IN_MODELS": True}})
    asked = speed.describe(config, built_in=True)
    assert asked["workers"] == 3 and asked["levers"] == {**upstreams["levers"], "keep_memory": True}
