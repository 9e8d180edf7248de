"""What a weights file says of its network is held against what networks can be."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from rfacenet_toolbox.datasets.normalise import FrameFeatures
from rfacenet_toolbox.errors import CheckpointError
from rfacenet_toolbox.methods.physformer import PhysFormer
from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.prediction import clip_model
from rfacenet_toolbox.training import inference, weights_files

FRAMES = np.random.default_rng(0).integers(0, 255, (33, 24, 24, 3), dtype=np.uint8)
CLIP = torch.from_numpy(FrameFeatures(FRAMES, ["DiffNormalized"]).clip(0, 32)).permute(3, 0, 1, 2)[None]


@pytest.fixture(scope="module")
def weights():
    torch.manual_seed(0)
    return RFaceNet(frames=32, subjects=0).state_dict()


@pytest.mark.parametrize(
    "name, value",
    [
        *(("fs_hz", value) for value in ("nan", "inf", "1e9", "-30", "0", "x", "", "1" * 5000)),
        *(("fs_lowest_hz", value) for value in ("nan", "31", "0")),
        *(("fs_highest_hz", value) for value in ("1e9", "29", "x")),
        *(("frames", value) for value in ("1000000000", "0", "-4", "1.5", "nan")),
        *(("size", value) for value in ("0", "1000000", "7")),
        *(("tcu_steps", value) for value in ("0", "1000000", "x")),
        *(("data_type", value) for value in ("Foo", "diffnormalized")),
        *(("tcu_upscale", value) for value in ("0", "3", "x")),
        ("label_type", "Foo"),
        *((name, "Foo") for name in ("fusion", "identity", "ctfc_conv", "norm")),
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


def test_a_physformer_is_built_as_its_parameters_show(tmp_path):
    torch.manual_seed(0)
    network = PhysFormer(dim=24, feed_forward=36, heads=2, layers=3, theta=0.5).eval()
    path = str(tmp_path / "w.safetensors")
    settings = {"frames": "16", "size": "32", "heads": "2", "theta": "0.5", "data_type": "Standardized"}
    save_file(network.state_dict(), path, {**settings, "label_type": "Raw"})
    model = clip_model.load("physformer", path)
    frames = np.random.default_rng(0).integers(0, 255, (17, 32, 32, 3), dtype=np.uint8)
    clip = FrameFeatures(frames, ["Standardized"]).clip(0, 16).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(clip).permute(3, 0, 1, 2)[None])[0]
    torch.testing.assert_close(torch.from_numpy(model.waveform(frames)), expected, rtol=0, atol=1e-5)
    assert not model.is_derivative


def test_a_physformer_of_the_toolbox_has_the_papers_clips(tmp_path):
    path = tmp_path / "theirs.pth"
    torch.save({f"module.{name}": value for name, value in PhysFormer().state_dict().items()}, path)
    model = clip_model.load("physformer", path)
    assert (model.frames, model.size, model.is_derivative) == (160, 128, True)
    with pytest.raises(CheckpointError, match="is of another model"):
        clip_model.load("physnet", path)
    with pytest.raises(CheckpointError, match="physformer needs trained weights.*the .pth of a PhysFormer that the"):
        clip_model.load("physformer")


VARIANTS = [
    {"fusion": "stage2", "tcu_steps": 2},
    {"tcu_upscale": 1},
    {"ctfc_conv": "scalar"},
    {"norm": "instance"},
    {"norm": "time"},
    {"tcu_upscale": 1, "ctfc_conv": "scalar", "norm": "instance", "fusion": "stage1"},
]


@pytest.mark.parametrize("settings", VARIANTS)
def test_a_variant_is_built_as_its_file_says_and_predicts_as_the_network_does(tmp_path, settings):
    network = trained_network(settings)
    stated = {"frames": "32", "size": "24", **{name: str(value) for name, value in settings.items()}}
    save_file(network.state_dict(), str(tmp_path / "w.safetensors"), stated)
    assert_predicts_as(network, clip_model.load("rfacenet", tmp_path / "w.safetensors"))


@pytest.mark.parametrize("settings", [{}, {"ctfc_conv": "scalar"}, {"norm": "instance"}])
def test_what_the_parameters_show_need_not_be_stated(tmp_path, settings):
    network = trained_network(settings)
    save_file(network.state_dict(), str(tmp_path / "w.safetensors"), {"frames": "32", "size": "24"})
    assert_predicts_as(network, clip_model.load("rfacenet", tmp_path / "w.safetensors"))


def test_a_network_of_contours_leaves_their_map_of_the_last_clip(tmp_path):
    network = trained_network({"fusion": "stage2"})
    save_file(network.state_dict(), str(tmp_path / "w.safetensors"), {"frames": "32", "size": "24", "fusion": "stage2"})
    model = clip_model.load("rfacenet", tmp_path / "w.safetensors")
    assert model.identity_map is None
    model.waveform(FRAMES)
    with torch.no_grad():
        strength = network.identity_map(CLIP)[0].abs().mean(dim=0).numpy()
    assert model.identity_map == pytest.approx((strength - strength.min()) / np.ptp(strength), abs=1e-4)
    assert not model.waveform(FRAMES[:1].repeat(33, axis=0)).any()


@pytest.mark.parametrize("settings", [{"contours": "noise"}, {"fusion": "none", "contours": "none"}])
def test_networks_that_use_no_contours_have_no_map_of_them(settings, tmp_path):
    network = RFaceNet(frames=32, subjects=0, **settings)
    metadata = {"frames": "32", "size": "24", "fusion": network.fusion, "identity": network.contours}
    save_file(network.state_dict(), str(tmp_path / "w.safetensors"), metadata)
    model = clip_model.load("rfacenet", tmp_path / "w.safetensors")
    model.waveform(FRAMES)
    assert model.identity_map is None


def trained_network(settings):
    torch.manual_seed(0)
    network = RFaceNet(frames=32, subjects=0, **settings)
    with torch.no_grad():
        for module in network.modules():  # as training leaves them
            for name in ("running_var", "weight"):
                if getattr(module, name, None) is not None and getattr(module, name).dim() == 1:
                    getattr(module, name).uniform_(0.5, 2.0)
    return network.eval()


def assert_predicts_as(network, model):
    with torch.no_grad():
        expected = network(CLIP).bvp[0].numpy()
    assert model.waveform(FRAMES) == pytest.approx(expected, abs=1e-4 * float(np.abs(expected).max()))


@pytest.mark.parametrize(
    "method, name, value",
    [
        ("autohr", "stem.0.weight", torch.zeros(2**20, 0)),
        ("autohr", "stem.0.weight", torch.tensor(1.0)),
        ("physformer", "patch_embedding.weight", torch.zeros(2**20, 0)),
        ("physformer++", "patch_embedding.weight", torch.tensor(1.0)),
    ],
)
def test_tensors_of_a_width_that_no_network_has_take_no_memory(tmp_path, method, name, value):
    weights = {name: value, "stages.0.0.x": torch.zeros(1)}
    weights_files.write_safetensors(tmp_path / "x.safetensors", weights, {"method": method})
    with pytest.raises(CheckpointError, match="x.safetensors is "):
        inference.network(method, inference.read(method, tmp_path / "x.safetensors"))
