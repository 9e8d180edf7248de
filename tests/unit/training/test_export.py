"""A trained run as one file, for ``rfacenet predict``."""

import shutil

import numpy as np
import pytest
import torch
from support import in_memory
from support.configs import for_splits

from rfacenet_toolbox import cli
from rfacenet_toolbox.datasets.normalise import FrameFeatures
from rfacenet_toolbox.errors import ConfigError, DataError
from rfacenet_toolbox.evaluation.files import run_folder
from rfacenet_toolbox.hosts.job import run
from rfacenet_toolbox.hosts.standalone import StandaloneHost
from rfacenet_toolbox.prediction import clip_model
from rfacenet_toolbox.training import weights_files
from rfacenet_toolbox.training.export import export
from rfacenet_toolbox.training.learners import trained


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


def test_a_network_with_a_noise_map_gives_what_the_run_gave(tmp_path):
    settings = {"MODEL.RFACENET": {"IDENTITY": "noise", "LOSS.TASKS": ["bvp", "heart_rate"], "NOISE_SEED": 2**63 + 5}}
    preprocess = {"DATA_TYPE": ["DiffNormalized"], "CHUNK_LENGTH": 32, "RESIZE": {"W": 16, "H": 16}}
    clips = for_splits({"PREPROCESS": preprocess})
    run(in_memory.config(tmp_path / "run", settings, clips, epochs=1), in_memory.loaders(), StandaloneHost())
    metadata = export(tmp_path / "run", tmp_path / "own.safetensors")
    assert metadata["noise_seed"] == str(2**63 + 5)
    own = clip_model.load("rfacenet", tmp_path / "own.safetensors")
    frames = np.random.RandomState(0).randint(0, 256, (own.frames + 1, own.size, own.size, 3)).astype(np.uint8)
    clip = torch.from_numpy(FrameFeatures(frames, ["DiffNormalized"]).clip(0, own.frames)).permute(3, 0, 1, 2)[None]
    with torch.no_grad():
        expected = trained(run_folder.read_run(tmp_path / "run")).model.eval()(clip.float()).bvp[0].numpy()
    np.testing.assert_allclose(own.waveform(frames), expected, atol=1e-5)
    weights_files.write_safetensors(
        tmp_path / "zero.safetensors",
        weights_files.read(tmp_path / "own.safetensors").weights,
        {**metadata, "noise_seed": "0"},
    )
    zero = clip_model.load("rfacenet", tmp_path / "zero.safetensors")
    assert not np.allclose(zero.waveform(frames), expected, atol=1e-3)


def test_what_cannot_be_exported_is_said(finished, tmp_path):
    with pytest.raises(ConfigError, match="ends in .safetensors"):
        export(finished, tmp_path / "own.pth")
    with pytest.raises(DataError, match="no finished run"):
        export(tmp_path, tmp_path / "own.safetensors")
    shutil.rmtree(finished / "models")
    with pytest.raises(DataError, match="the weights of run are not at"):
        export(finished, tmp_path / "own.safetensors")
    assert not (tmp_path / "own.safetensors").exists()
