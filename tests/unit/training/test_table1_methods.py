"""Table 1's methods on clips, as PURE and UBFC-rPPG have them: trained, tested, exported and read for prediction."""

import numpy as np
import pytest
from support import in_memory
from support.configs import for_splits, resized

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.hosts.job import run
from rfacenet_toolbox.hosts.standalone import StandaloneHost
from rfacenet_toolbox.prediction import clip_model, learner_model
from rfacenet_toolbox.training.export import export

SIDE = 32
CASES = {
    "AutoHR": {"AUTOHR": {"CHANNELS": 4, "CELLS": 1, "CELL": "tdc_0.8:0 conv_3x3x3:1 / skip:2"}},
    "PhysFormer++": {"PHYSFORMER": {"DIM": 12, "FF_DIM": 18, "NUM_HEADS": 3, "NUM_LAYERS": 3}},
    "I3D": {"DROP_RATE": 0.1},
}


def finished(folder, name):
    small = {"PREPROCESS.DATA_TYPE": ["Scaled"], "PREPROCESS.CHUNK_LENGTH": in_memory.FRAMES}
    model = {"MODEL": {"NAME": name, **CASES[name]}}
    tree = in_memory.config(folder, model, for_splits(resized(SIDE, SIDE)), for_splits(small), epochs=1)
    return run(tree, in_memory.loaders(side=SIDE), StandaloneHost())


@pytest.mark.parametrize("name", ["AutoHR", "PhysFormer++"])
def test_a_run_is_exported_and_read_for_prediction(tmp_path, name):
    results = finished(tmp_path / "run", name)
    assert results["model"] == name and results["videos"]["scored"] == results["videos"]["expected"]
    metadata = export(tmp_path / "run", tmp_path / "own.safetensors")
    assert (metadata["method"], metadata["frames"], metadata["size"]) == (name.lower(), "32", "32")
    model = clip_model.load(name.lower(), tmp_path / "own.safetensors")
    frames = np.random.default_rng(0).integers(0, 255, (33, SIDE, SIDE, 3), dtype=np.uint8)
    assert model.waveform(frames).shape == (32,) and np.ptp(model.waveform(frames)) > 0


@pytest.mark.slow
def test_a_method_that_gives_heart_rates_is_tested_and_exported(tmp_path):
    results = finished(tmp_path / "run", "I3D")
    assert results["model"] == "I3D" and results["gives"] == "heart_rate"
    with pytest.raises(
        ConfigError, match="is a run of I3D; as ONNX there are AutoHR, .*, rFaceNet. Name a file that ends in .saf"
    ):
        export(tmp_path / "run", tmp_path / "own.onnx")
    metadata = export(tmp_path / "run", tmp_path / "own.safetensors")
    assert (metadata["method"], metadata["data_type"], metadata["settings"]) == ("i3d", "Scaled", '{"DROP_RATE": 0.1}')
    assert "landmarks" not in metadata
    model = learner_model.load("i3d", tmp_path / "own.safetensors")
    frames = np.random.default_rng(0).integers(0, 255, (33, SIDE, SIDE, 3), dtype=np.uint8)
    assert model.gives == "heart_rate" and 0 < model.rate_bpm(frames, 30.0) < 300
    assert model.rate_bpm(frames, 15.0) == pytest.approx(model.rate_bpm(frames, 30.0) / 2)
