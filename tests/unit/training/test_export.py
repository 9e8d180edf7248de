"""A trained run as one file, for ``rfacenet predict``."""

import shutil

import pytest
import torch
from support import in_memory
from support.configs import for_splits

from rfacenet_toolbox import cli
from rfacenet_toolbox.errors import ConfigError, DataError
from rfacenet_toolbox.hosts.job import run
from rfacenet_toolbox.hosts.standalone import StandaloneHost
from rfacenet_toolbox.prediction import clip_model
from rfacenet_toolbox.training import weights_files
from rfacenet_toolbox.training.export import export


@pytest.fixture
def finished(tmp_path):
    settings = {"MODEL.RFACENET": {"FUSION": "stage1", "EXPORT_IDENTITY_HEAD": True, "TCU_UPSCALE": 1, "NORM": "time"}}
    standardized = for_splits({"PREPROCESS.DATA_TYPE": ["Standardized"]})
    config = in_memory.config(tmp_path / "run", settings, standardized, epochs=1)
    run(config, in_memory.loaders(), StandaloneHost())
    return tmp_path / "run"


def test_the_file_knows_its_settings_and_has_no_classifier(finished, tmp_path, capsys):
    assert cli.main(["export", str(finished), "--out", str(tmp_path / "own.safetensors")]) == 0
    assert "fusion stage1" in capsys.readouterr().out
    file = weights_files.read(tmp_path / "own.safetensors")
    expected = {"method": "rfacenet", "fusion": "stage1", "tcu_steps": "1", "fs_hz": "30", "label_type": "Standardized"}
    expected["data_type"] = "Standardized"
    expected.update(tcu_upscale="1", ctfc_conv="full", norm="time")
    assert {key: file.metadata[key] for key in expected} == expected
    assert not any(name.startswith("classifier") for name in file.weights)
    (trained,) = (finished / "models").glob("*_Epoch0.pth")
    for name, value in weights_files.read(trained).weights.items():
        assert name.startswith("classifier") or torch.equal(value, file.weights[name])
    assert clip_model.load("rfacenet", tmp_path / "own.safetensors").size == int(file.metadata["size"])


def test_what_cannot_be_exported_is_said(finished, tmp_path):
    with pytest.raises(ConfigError, match="ends in .safetensors"):
        export(finished, tmp_path / "own.pth")
    with pytest.raises(DataError, match="no finished run"):
        export(tmp_path, tmp_path / "own.safetensors")
    shutil.rmtree(finished / "models")
    with pytest.raises(DataError, match="the weights of run are not at"):
        export(finished, tmp_path / "own.safetensors")
    assert not (tmp_path / "own.safetensors").exists()
