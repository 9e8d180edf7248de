"""Training runs that start from weights: what is loaded, what is said, what is refused."""

import pytest
import torch
from support import in_memory

from rfacenet_toolbox.errors import CheckpointError
from rfacenet_toolbox.hosts.job import make_trainer
from rfacenet_toolbox.methods.rfacenet import PulseBranch, RFaceNet
from rfacenet_toolbox.training import warm_start, weights_files


def rfacenet(**settings):
    torch.manual_seed(1)
    return RFaceNet(frames=32, subjects=3, **settings)


def test_weights_of_rfacenet_start_all_branches_but_the_classifier():
    torch.manual_seed(2)
    other = RFaceNet(frames=32, subjects=0).state_dict()
    model = rfacenet()
    result = warm_start.load_into(model, other, "w")
    assert result.unused == [] and {name.partition(".")[0] for name in result.fresh} == {"classifier"}
    assert all(torch.equal(model.state_dict()[name], value) for name, value in other.items())


def test_a_physnet_starts_the_3d_branch():
    torch.manual_seed(2)
    physnet, model = PulseBranch().state_dict(), rfacenet()
    result = warm_start.load_into(model, physnet, "w")
    assert result.unused == [] and len(result.loaded) == len(physnet)
    assert torch.equal(model.pulse.ConvBlock1[0].weight, physnet["ConvBlock1.0.weight"])
    assert str(result) == (
        f"loaded: pulse ({len(physnet)} tensors); not in the file, so as initialised: contour (28 tensors), "
        f"classifier (2 tensors), ctfc (6 tensors)"
    )


@pytest.mark.parametrize("norm, unused", [("instance", 33), ("time", 0)])
def test_a_physnet_starts_the_3d_branch_under_other_norms(norm, unused):
    torch.manual_seed(2)
    physnet, model = PulseBranch().state_dict(), rfacenet(norm=norm)
    result = warm_start.load_into(model, physnet, "w")
    assert len(result.unused) == unused and all("running_" in name or "num_batches" in name for name in result.unused)
    branch = model.pulse.state_dict()
    assert len(result.loaded) == len(branch) == len(physnet) - unused
    assert all(torch.equal(value, physnet[name]) for name, value in branch.items())


def test_scalar_convolutions_start_as_identities_beside_full_ones():
    result = warm_start.load_into(rfacenet(ctfc_conv="scalar"), rfacenet().state_dict(), "w")
    assert result.fresh == ["ctfc.identity_conv.weight", "ctfc.pulse_conv.weight"]
    assert set(result.unused) == {
        f"ctfc.{branch}_conv.{part}" for branch in ("identity", "pulse") for part in ("weight", "bias")
    }


def test_a_branch_of_rfacenet_starts_a_physnet():
    model = PulseBranch()
    result = warm_start.load_into(model, rfacenet().state_dict(), "w")
    assert result.fresh == []
    assert {name.partition(".")[0] for name in result.unused} == {"contour", "ctfc", "classifier"}


def test_what_has_another_shape_is_left_and_said():
    result = warm_start.load_into(rfacenet(tcu_steps=4), rfacenet().state_dict(), "w")
    assert result.unused == ["contour.blocks.0.0.weight"] and result.fresh == ["contour.blocks.0.0.weight"]


def test_a_file_that_fits_nothing_is_an_error():
    with pytest.raises(CheckpointError, match=r"Nothing in w.pth fits the model: it has layer \(1 tensors\)"):
        warm_start.load_into(rfacenet(), {"layer.weight": torch.zeros(2)}, "w.pth")


def test_a_run_starts_from_the_file_and_going_on_wins_over_it(tmp_path, capsys):
    path = tmp_path / "physnet.safetensors"
    physnet = PulseBranch().state_dict()
    weights_files.write_safetensors(path, physnet, {"model": "PhysNet"})
    config, loaders = in_memory.config(tmp_path, {"MODEL.RFACENET.INIT": str(path)}), in_memory.loaders()
    with in_memory.killed_after(steps=2):
        make_trainer(config, loaders).train(loaders)
    assert f"Starting from {path}. loaded: pulse" in capsys.readouterr().out
    again = make_trainer(config, in_memory.loaders())
    again.train(in_memory.loaders())
    said = capsys.readouterr().out
    assert "Going on after epoch 0" in said and "Starting from" not in said


def test_the_first_epoch_begins_with_the_files_weights(tmp_path):
    torch.manual_seed(5)
    physnet = PulseBranch().state_dict()
    torch.save({f"module.{name}": value for name, value in physnet.items()}, tmp_path / "physnet.pth")
    settings, loaders = {"MODEL.RFACENET.INIT": str(tmp_path / "physnet.pth")}, in_memory.loaders()
    config = in_memory.config(tmp_path, settings, epochs=1)
    trainer = make_trainer(config, loaders)
    seen = {}

    def look(epoch, epochs):
        seen.update({name: value.clone() for name, value in trainer.learner.model.pulse.state_dict().items()})
        raise KeyboardInterrupt

    trainer.learner.start_epoch = look
    with pytest.raises(KeyboardInterrupt):
        trainer.train(loaders)
    assert all(torch.equal(seen[name], value) for name, value in physnet.items())
