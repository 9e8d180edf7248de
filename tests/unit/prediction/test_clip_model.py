"""What a weights file says of its network is held against what networks can be."""

import pytest
import torch
from safetensors.torch import save_file

from rfacenet_toolbox.errors import CheckpointError
from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.prediction import clip_model


@pytest.fixture(scope="module")
def weights():
    torch.manual_seed(0)
    return RFaceNet(frames=32, subjects=0).state_dict()


@pytest.mark.parametrize(
    "name, value",
    [
        *(("fs_hz", value) for value in ("nan", "inf", "1e9", "-30", "0", "x", "", "1" * 5000)),
        *(("frames", value) for value in ("1000000000", "0", "-4", "1.5", "nan")),
        *(("size", value) for value in ("0", "1000000", "7")),
        *(("tcu_steps", value) for value in ("0", "1000000", "x")),
        ("label_type", "Foo"),
    ],
)
def test_a_setting_that_no_network_has_is_refused_by_name(tmp_path, weights, name, value):
    path = str(tmp_path / "w.safetensors")
    save_file(weights, path, {"frames": "32", "size": "72", "fs_hz": "30", name: value})
    with pytest.raises(CheckpointError, match=f"w.safetensors.*{name}") as error:
        clip_model.load("rfacenet", path)
    assert len(str(error.value)) < 500


def test_clips_that_would_take_all_memory_are_refused(tmp_path, weights):
    path = str(tmp_path / "w.safetensors")
    save_file(weights, path, {"frames": "10000", "size": "1024"})
    with pytest.raises(CheckpointError, match="10000 frames of 1024x1024, together more than"):
        clip_model.load("rfacenet", path)


def test_settings_in_their_ranges_are_taken(tmp_path, weights):
    path = str(tmp_path / "w.safetensors")
    save_file(weights, path, {"frames": "32", "size": "64", "fs_hz": "29.97", "label_type": "Standardized"})
    model = clip_model.load("rfacenet", path)
    assert (model.frames, model.size, model.fs_hz, model.is_derivative) == (32, 64, 29.97, False)
