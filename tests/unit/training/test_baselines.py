"""The trainer with the neural baselines: weights files, resuming, and what must not change a number."""

import pytest
import torch
from support import in_memory
from support.neural_baselines import CASES, FRAMEWISE, Batches, config, learner, maker, trainer

from rfacenet_toolbox.errors import CheckpointError, NotFiniteError
from rfacenet_toolbox.methods.frame_attention import DeepPhys
from rfacenet_toolbox.runtime import machine
from rfacenet_toolbox.training import state_dicts
from rfacenet_toolbox.training.resume import weights_path
from rfacenet_toolbox.training.trainer import Trainer


@pytest.mark.parametrize("name", CASES)
def test_weights_are_read_with_and_without_the_prefix_of_data_parallel(name, tmp_path):
    ours = learner(config(tmp_path, name))
    bare = ours.model.state_dict()
    assert set(ours.weights()) == {("" if name == "Physnet" else "module.") + key for key in bare}
    for prefix in ("", "module."):
        path = tmp_path / "weights.pth"
        state_dicts.save(path, {prefix + key: value + 1 for key, value in bare.items()})
        other = learner(config(tmp_path, name)).model
        state_dicts.fit(other, state_dicts.load_weights(path), path)
        assert all(torch.equal(value, bare[key] + 1) for key, value in other.state_dict().items())


def test_weights_of_another_model_are_refused(tmp_path):
    path = tmp_path / "weights.pth"
    state_dicts.save(path, learner(config(tmp_path, "EfficientPhys")).weights())
    with pytest.raises(CheckpointError, match="of another model than the config describes"):
        state_dicts.fit(DeepPhys(maker.SIDE), state_dicts.load_weights(path), path)


def test_adam_is_adamw_without_weight_decay():
    """The toolbox trains DeepPhys, TS-CAN and EfficientPhys with the latter; the trainer has the former for all."""
    ends = []
    for make in (torch.optim.Adam, lambda parameters, lr: torch.optim.AdamW(parameters, lr=lr, weight_decay=0)):
        torch.manual_seed(0)
        weight = torch.nn.Parameter(torch.randn(50))
        optimizer = make([weight], lr=9e-3)
        for _ in range(20):
            optimizer.zero_grad()
            (weight - 1).pow(4).sum().backward()
            optimizer.step()
        ends.append(weight.detach())
    assert torch.equal(*ends)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("runtime", [{"CHANNELS_LAST": True}, {"PRECISION": "bf16"}], ids=lambda runtime: str(*runtime))
def test_runtime_settings_change_a_prediction_by_rounding_only(tmp_path, name, runtime):
    clips = maker.batches(name)[0][0]
    predictions = []
    for settings in ({}, runtime):
        ours = trainer(config(tmp_path, name, **settings), maker.batches(name))
        maker.fill(ours.learner.model)
        ours.learner.model.eval()
        with torch.no_grad(), machine.autocast(ours.device, ours.config.MODEL.RFACENET.RUNTIME.PRECISION):
            predictions.append(torch.cat([bvp.float() for bvp in ours.learner.predict(clips)]))
    torch.testing.assert_close(*predictions, atol=0.05 if "PRECISION" in runtime else 1e-5, rtol=0)


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_weights(tmp_path, monkeypatch):
    """Dropout draws from the generator that the state keeps."""
    given = maker.batches("Tscan")
    ends = []
    for run in ("whole", "stopped"):
        tree = config(tmp_path / run, "Tscan")
        if run == "stopped":
            valid = Trainer.valid
            monkeypatch.setattr(Trainer, "valid", dies_in_the_second_epoch(valid))
            with pytest.raises(in_memory.Killed):
                trainer(tree, given).train({"train": Batches(given), "valid": Batches(given)})
            monkeypatch.setattr(Trainer, "valid", valid)
            torch.manual_seed(3)
        trainer(tree, given).train({"train": Batches(given), "valid": Batches(given)})
        assert [row["epoch"] for row in in_memory.epochs(tmp_path / run)] == ["0", "1"]
        ends.append(state_dicts.load_weights(weights_path(tree, 1)))
    assert all(torch.equal(ends[0][key], ends[1][key]) for key in ends[0])


def dies_in_the_second_epoch(valid):
    calls = []

    def dying(self, *args):
        calls.append(args)
        if len(calls) == 2:
            raise in_memory.Killed
        return valid(self, *args)

    return dying


def test_another_frame_depth_is_another_run(tmp_path, capsys):
    given = maker.batches("Tscan")
    for depth in (10, 12):
        tree = config(tmp_path, "Tscan")
        tree.TRAIN.EPOCHS, tree.MODEL.TSCAN.FRAME_DEPTH = 1, depth
        trainer(tree, given).train({"train": Batches(given)})
    assert "is of another configuration" in capsys.readouterr().out


@pytest.mark.parametrize("name", FRAMEWISE)
def test_a_nan_is_told_with_its_clip(tmp_path, name):
    given = maker.batches(name)
    given[0][0][1, 3] = float("nan")
    with pytest.raises(NotFiniteError, match=r"in epoch 0, at the clips 201 chunk 1\."):
        trainer(config(tmp_path, name), given).train({"train": Batches(given)})
