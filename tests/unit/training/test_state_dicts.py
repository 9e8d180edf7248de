"""Weights and states on disk: whole or not at all, and readable as the toolbox writes them."""

import pickle

import pytest
import torch

from rfacenet_toolbox.errors import CheckpointError
from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.training import state_dicts


def test_names_of_data_parallel_are_read(tmp_path):
    layer = torch.nn.Linear(2, 3)
    torch.save({f"module.{name}": value for name, value in layer.state_dict().items()}, tmp_path / "w.pth")
    weights = state_dicts.load_weights(tmp_path / "w.pth")
    fresh = torch.nn.Linear(2, 3)
    state_dicts.fit(fresh, weights, "w.pth")
    assert torch.equal(fresh.weight, layer.weight)


def test_missing_damaged_and_foreign_files_are_told_apart(tmp_path):
    with pytest.raises(CheckpointError, match="no checkpoint at"):
        state_dicts.load(tmp_path / "none.pth")
    state_dicts.save(tmp_path / "w.pth", {"weight": torch.zeros(1000)})
    whole = (tmp_path / "w.pth").read_bytes()
    (tmp_path / "cut.pth").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match="cut.pth cannot be read"):
        state_dicts.load(tmp_path / "cut.pth")
    state_dicts.save(tmp_path / "list.pth", [1, 2])
    with pytest.raises(CheckpointError, match="holds list"):
        state_dicts.load_weights(tmp_path / "list.pth")


def test_a_file_cannot_run_code(tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    with open(tmp_path / "evil.pth", "wb") as file:
        pickle.dump({"weight": Evil()}, file)
    with pytest.raises(CheckpointError):
        state_dicts.load_weights(tmp_path / "evil.pth")
    torch.save({"weight": Evil()}, tmp_path / "evil.pth")
    with pytest.raises(CheckpointError, match=r"asks for _?io\.open.* Nothing in it was run.*save its state_dict"):
        state_dicts.load_weights(tmp_path / "evil.pth")
    assert not (tmp_path / "ran").exists()


def test_weights_of_another_model_are_refused_by_name():
    model = torch.nn.Linear(2, 3)
    with pytest.raises(CheckpointError, match=r"1 absent \(bias\).*1 unknown \(extra\).*weight is \(5, 5\)"):
        state_dicts.fit(model, {"weight": torch.zeros(5, 5), "extra": torch.zeros(1)}, "w.pth")


@pytest.mark.parametrize("trained, built", [("batch", "instance"), ("instance", "batch")])
def test_weights_of_another_norm_are_refused_by_its_setting(trained, built):
    weights = RFaceNet(frames=16, subjects=0, norm=trained).state_dict()
    with pytest.raises(CheckpointError, match=r"w.pth.*33 .*running_mean.* compare MODEL.RFACENET.NORM with"):
        state_dicts.fit(RFaceNet(frames=16, subjects=0, norm=built), weights, "w.pth")


def test_what_may_be_absent_may_be_absent():
    model = torch.nn.Linear(2, 3)
    state_dicts.fit(model, {"weight": torch.ones(3, 2)}, "w.pth", may_miss=("bias",))
    state_dicts.fit(torch.nn.Linear(2, 3, bias=False), model.state_dict(), "w.pth", may_miss=("bias",))
    assert torch.equal(model.weight.detach(), torch.ones(3, 2))
