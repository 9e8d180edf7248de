"""Weights files of both kinds, and what is said of those that cannot be read."""

import pytest
import torch

from rfacenet_toolbox.errors import CheckpointError
from rfacenet_toolbox.runtime import weights_path
from rfacenet_toolbox.training import weights_files


def test_safetensors_keep_tensors_and_settings(tmp_path):
    weights = {"module.a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(3)}
    weights_files.write_safetensors(tmp_path / "w.safetensors", weights, {"frames": "128"})
    file = weights_files.read(tmp_path / "w.safetensors")
    assert file.metadata == {"frames": "128"} and set(file.weights) == {"a.weight", "b"}
    assert torch.equal(file.weights["a.weight"], weights["module.a.weight"])


def test_layouts_are_written_as_values(tmp_path):
    weight = torch.randn(2, 3, 4, 4, 4).to(memory_format=torch.channels_last_3d)
    weights_files.write_safetensors(tmp_path / "w.safetensors", {"w": weight}, {})
    assert torch.equal(weights_files.read(tmp_path / "w.safetensors").weights["w"], weight)


def test_pth_files_are_read_too(tmp_path):
    torch.save({"module.a": torch.ones(2)}, tmp_path / "w.pth")
    file = weights_files.read(str(tmp_path / "w.pth"))
    assert list(file.weights) == ["a"] and file.metadata == {}


def test_missing_and_cut_files_are_told_apart(tmp_path, monkeypatch):
    with pytest.raises(CheckpointError, match="There is no weights file at none.pth"):
        weights_files.read("none.pth")
    monkeypatch.setattr(weights_path, "SHIPPED", tmp_path / "shipped.safetensors")
    with pytest.raises(CheckpointError, match="This copy of the package has no trained weights"):
        weights_files.read(weights_path.PACKAGE)
    weights_files.write_safetensors(tmp_path / "shipped.safetensors", {"a": torch.zeros(1000)}, {})
    assert list(weights_files.read(weights_path.PACKAGE).weights) == ["a"]
    whole = (tmp_path / "shipped.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[:500])
    with pytest.raises(CheckpointError, match="cut.safetensors cannot be read as safetensors"):
        weights_files.read(tmp_path / "cut.safetensors")


@pytest.mark.skipif(not hasattr(torch, "float8_e4m3fn"), reason="PyTorch without 8-bit floats")
def test_a_type_that_pytorch_only_stores_is_refused(tmp_path):
    path = tmp_path / "eight.safetensors"
    weights_files.write_safetensors(path, {"some": torch.ones(2).to(torch.float8_e4m3fn)}, {})
    with pytest.raises(CheckpointError, match="some is of type torch.float8_e4m3fn; expected float32"):
        weights_files.read(path)
