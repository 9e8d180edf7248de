"""Networks as ONNX: the same waveforms as by PyTorch, and refusals of what is no network of ours."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from support import own_videos

from rfacenet_toolbox.errors import CheckpointError, ConfigError
from rfacenet_toolbox.methods.autohr import AutoHR
from rfacenet_toolbox.methods.physformer import PhysFormer
from rfacenet_toolbox.methods.physformer.two_paths import PeriodicAttention, PhysFormerPlusPlus
from rfacenet_toolbox.methods.physnet import PhysNet
from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.prediction import clip_model
from rfacenet_toolbox.prediction.onnx_network import OnnxNetwork
from rfacenet_toolbox.runtime.weights_path import SHIPPED_ONNX
from rfacenet_toolbox.training import inference, onnx_files

onnx = pytest.importorskip("onnx", reason="onnx, an optional extra, is not installed (pip install '.[onnx-export]')")
pytest.importorskip("onnxruntime", reason="ONNX Runtime, an optional extra, is not installed (pip install '.[onnx]')")


def two_paths():
    """PhysFormer++ with its attention to periods at work, which begins at 0."""
    network = PhysFormerPlusPlus(dim=24, feed_forward=36, heads=2, layers=3)
    for module in network.modules():
        if isinstance(module, PeriodicAttention):
            torch.nn.init.constant_(module.strength, 5.0)
    return network


NETWORKS = {
    "rfacenet": (lambda: RFaceNet(frames=16, subjects=0), {"frames": "16", "size": "24"}),
    "physnet": (lambda: PhysNet(16), {"frames": "16", "size": "16", "label_type": "Standardized"}),
    "physformer": (
        lambda: PhysFormer(dim=24, feed_forward=36, heads=2, layers=3),
        {"frames": "16", "size": "32", "heads": "2", "data_type": "Standardized"},
    ),
    "physformer++": (two_paths, {"frames": "16", "size": "64", "heads": "2"}),
    "autohr": (lambda: AutoHR(channels=4, cells=1), {"frames": "16", "size": "32"}),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """{method: path} of both kinds of file, by their endings."""
    folder = tmp_path_factory.mktemp("onnx")
    for method, (make, settings) in NETWORKS.items():
        torch.manual_seed(0)
        path = folder / f"{method}.safetensors"
        save_file(make().state_dict(), str(path), {"method": method, **settings})
        file = inference.read(method, path)
        onnx_files.write_onnx(path.with_suffix(".onnx"), inference.network(method, file), file.metadata)
    return folder


@pytest.mark.parametrize("method", NETWORKS)
def test_waveforms_are_pytorchs(folder, method):
    by_torch = clip_model.load(method, folder / f"{method}.safetensors")
    by_onnx = clip_model.load(method, folder / f"{method}.onnx")
    for name in ("frames", "size", "fs_hz", "is_derivative"):
        assert getattr(by_onnx, name) == getattr(by_torch, name)
    side = by_torch.size
    frames = np.random.default_rng(0).integers(0, 255, (17, side, side, 3), dtype=np.uint8)
    expected = by_torch.waveform(frames)
    assert by_onnx.waveform(frames) == pytest.approx(expected, abs=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("method", NETWORKS)
def test_any_number_of_clips_at_once(folder, method):
    network = OnnxNetwork(method, folder / f"{method}.onnx")
    side = int(NETWORKS[method][1]["size"])
    clips = np.random.default_rng(1).standard_normal((3, 3, 16, side, side)).astype(np.float32)
    one_by_one = np.concatenate([network(clips[index : index + 1]) for index in range(3)])
    assert network(clips) == pytest.approx(one_by_one, abs=1e-5)


def test_another_methods_file_is_told(folder):
    with pytest.raises(CheckpointError, match="physnet.onnx is a network for the method 'physnet', and rfacenet was"):
        clip_model.load("rfacenet", folder / "physnet.onnx")


def test_a_damaged_file_is_told(folder, tmp_path):
    whole = (folder / "rfacenet.onnx").read_bytes()
    for name, content in (("half", whole[: len(whole) // 2]), ("empty", b""), ("text", b"not a network")):
        path = tmp_path / f"{name}.onnx"
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=f"{name}.onnx"):
            clip_model.load("rfacenet", path).waveform(np.random.default_rng(0).integers(0, 255, (17, 24, 24, 3)))
    with pytest.raises(CheckpointError, match="no weights file at .*none.onnx"):
        clip_model.load("rfacenet", tmp_path / "none.onnx")


@pytest.mark.parametrize(
    "changed, expected",
    [
        ({"frames": "20"}, r"takes and gives clip \[3, 16, 24, 24\].*expected clip \(B, 3, 20, 24, 24\)"),
        ({"fs_hz": "nan"}, "says that fs_hz is 'nan'"),
        ({"method": "x" * 500}, "is a network for the method 'x{80}', and rfacenet was"),
    ],
)
def test_metadata_that_do_not_fit_are_told(folder, tmp_path, changed, expected):
    model = onnx.load(str(folder / "rfacenet.onnx"))
    metadata = {one.key: one.value for one in model.metadata_props}
    onnx.helper.set_model_props(model, {**metadata, **changed})
    onnx.save(model, str(tmp_path / "changed.onnx"))
    with pytest.raises(CheckpointError, match=expected):
        clip_model.load("rfacenet", tmp_path / "changed.onnx")


def test_weights_in_another_file_are_not_read(folder, tmp_path):
    model = onnx.load(str(folder / "rfacenet.onnx"))
    onnx.save(model, str(tmp_path / "two.onnx"), save_as_external_data=True, location="beside.bin", size_threshold=0)
    with pytest.raises(CheckpointError, match="two.onnx"):
        clip_model.load("rfacenet", tmp_path / "two.onnx").waveform(np.ones((17, 24, 24, 3), dtype=np.uint8))


def test_numbers_that_are_not_finite_are_told(folder, tmp_path):
    model = onnx.load(str(folder / "rfacenet.onnx"))
    weights = model.graph.initializer[0]
    weights.raw_data = np.full(len(weights.raw_data) // 4, np.nan, dtype=np.float32).tobytes()
    onnx.save(model, str(tmp_path / "nan.onnx"))
    frames = np.random.default_rng(0).integers(0, 255, (17, 24, 24, 3), dtype=np.uint8)
    with pytest.raises(CheckpointError, match="nan.onnx does not give a finite number"):
        clip_model.load("rfacenet", tmp_path / "nan.onnx").waveform(frames)


def test_what_is_missing_is_named(folder, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(CheckpointError, match=r"needs ONNX Runtime.*pip install 'rfacenet-toolbox\[onnx\]'"):
        clip_model.load("rfacenet", folder / "rfacenet.onnx")
    monkeypatch.setitem(sys.modules, "onnx", None)
    file = inference.read("rfacenet", folder / "rfacenet.safetensors")
    with pytest.raises(ConfigError, match=r"needs the package onnx.*rfacenet-toolbox\[onnx-export\]"):
        onnx_files.write_onnx(tmp_path / "out.onnx", inference.network("rfacenet", file), file.metadata)
    assert not (tmp_path / "out.onnx").exists()


#: a Python in which only the extra onnx is installed
WITHOUT_TRAINING = """
import importlib.abc, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name in ("torch", "pandas", "matplotlib", "yacs", "yaml", "tqdm", "safetensors"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from rfacenet_toolbox import cli
"""


def test_predict_needs_nothing_of_training(tmp_path):
    video = tmp_path / "me"
    video.mkdir()
    for index, frame in enumerate(own_videos.face_frames()[::2]):
        cv2.imwrite(str(video / f"{index:04}.png"), frame)
    arguments = ["predict", str(video), "--fps", "30", "--weights", str(SHIPPED_ONNX)]
    code = f"{WITHOUT_TRAINING}raise SystemExit(cli.main({arguments}))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert "bpm" in ended.stdout


def test_nothing_that_a_network_does_not_need_is_imported_before_the_video_is_read():
    code = f"""
import sys
from rfacenet_toolbox import predict
from rfacenet_toolbox.prediction.estimators import estimator
estimator("rfacenet", {str(SHIPPED_ONNX)!r})
print(sorted({{"torch", "pandas", "matplotlib", "yaml", "yacs", "scipy"}} & set(sys.modules)))
"""
    assert subprocess.check_output([sys.executable, "-c", code], text=True, timeout=120) == "[]\n"


@pytest.mark.parametrize("command", [["export", "package", "--out", "x.onnx"], ["run", "--config_file", "x.yaml"]])
def test_what_needs_more_says_what_to_install(tmp_path, command):
    code = f"{WITHOUT_TRAINING}raise SystemExit(cli.main({command!r}))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert ended.returncode == 2, ended.stderr
    assert "This needs the module" in ended.stderr and "pip install 'rfacenet-toolbox[train]'" in ended.stderr
    assert "Traceback" not in ended.stderr
