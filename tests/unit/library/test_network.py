"""rFaceNet's files, as model hubs have them."""

import json

import numpy as np
import pytest
import torch

import rfacenet_toolbox
from rfacenet_toolbox.errors import CheckpointError, ConfigError, OutputError
from rfacenet_toolbox.prediction import clip_model


@pytest.mark.parametrize("kind", [np.int64, np.uint8, torch.tensor])
def test_whole_numbers_of_numpy_and_pytorch_are_taken(tmp_path, kind):
    network = rfacenet_toolbox.RFaceNet(frames=kind(8), subjects=kind(5), noise_seed=kind(1), fusion="stage1")
    assert network(torch.zeros(1, 3, 8, 16, 16)).identity.shape == (1, 5) and type(network.frames) is int
    network.save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["frames"] == 8


def test_what_was_saved_is_loaded_again(tmp_path):
    torch.manual_seed(0)
    settings = {"frames": 16, "fusion": "stage1", "tcu_steps": 2, "tcu_upscale": 1, "ctfc_conv": "scalar"}
    network = rfacenet_toolbox.RFaceNet(subjects=5, **settings).eval()
    network.clips = {"size": 24, "fs_hz": 25.0, "data_type": "Standardized", "label_type": "Raw"}
    network.save_pretrained(tmp_path / "mine")
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["config.json", "model.safetensors"]
    loaded = rfacenet_toolbox.RFaceNet.from_pretrained(tmp_path / "mine")
    clips = torch.randn(1, 3, 16, 24, 24)
    with torch.no_grad():
        assert torch.equal(loaded(clips).bvp, network(clips).bvp)
    assert (loaded.clips, loaded.classifier, loaded.training) == (network.clips, None, False)
    by_predict = clip_model.load("rfacenet", tmp_path / "mine" / "model.safetensors")
    assert (by_predict.frames, by_predict.size, by_predict.fs_hz, by_predict.is_derivative) == (16, 24, 25.0, False)
    loaded.save_pretrained(tmp_path / "again")
    assert (tmp_path / "again" / "config.json").read_text() == (tmp_path / "mine" / "config.json").read_text()


def test_the_shipped_weights_and_single_files():
    shipped = rfacenet_toolbox.RFaceNet.from_pretrained()
    assert (shipped.frames, shipped.fusion, shipped.clips["size"]) == (128, "stage3", 36)
    assert isinstance(shipped, rfacenet_toolbox.methods.rfacenet.RFaceNet)


@pytest.mark.parametrize(
    "content, expected",
    [
        ("{", r"config.json cannot be read"),
        (json.dumps({"model_type": "bert"}), "config.json is of another model"),
        (json.dumps({"model_type": "rfacenet", "frames": "many"}), "frames is 'many'; expected"),
    ],
)
def test_folders_that_are_not_ours(tmp_path, content, expected):
    rfacenet_toolbox.RFaceNet(frames=16, subjects=0).save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(CheckpointError, match=expected):
        rfacenet_toolbox.RFaceNet.from_pretrained(tmp_path)


def test_paths_that_are_not_there(tmp_path):
    with pytest.raises(CheckpointError, match="config.json cannot be read"):
        rfacenet_toolbox.RFaceNet.from_pretrained(tmp_path)
    with pytest.raises(CheckpointError, match="no weights file at"):
        rfacenet_toolbox.RFaceNet.from_pretrained(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made a folder"):
        rfacenet_toolbox.RFaceNet(frames=16).save_pretrained(tmp_path / "file" / "below")


def test_sizes_of_numpy_are_plain_numbers_in_the_file(tmp_path):
    rfacenet_toolbox.RFaceNet(frames=np.int64(16), noise_seed=np.uint8(3)).save_pretrained(tmp_path)
    content = json.loads((tmp_path / "config.json").read_text())
    assert (content["frames"], content["noise_seed"]) == (16, 3)


@pytest.mark.parametrize(
    "clips, expected",
    [
        ({"frames": 5}, "clips has 'frames'; expected size, fs_hz, data_type, label_type"),
        ({"size": "large"}, "clips says that size is 'large'; expected 8 to 1024. Correct it."),
        ({"fs_hz": float("nan")}, "clips says that fs_hz is 'nan'; expected 1 to 1000"),
        ({"label_type": "raw"}, "label_type is 'raw', which is unknown. Did you mean 'Raw'"),
    ],
)
def test_clips_that_could_not_be_loaded_are_not_saved(tmp_path, clips, expected):
    network = rfacenet_toolbox.RFaceNet(frames=16, subjects=0)
    network.clips = clips
    with pytest.raises(ConfigError, match=expected):
        network.save_pretrained(tmp_path)
    assert list(tmp_path.iterdir()) == []
