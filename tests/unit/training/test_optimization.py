"""The optimizer's settings: their defaults change nothing, and each of them does what it says."""

import json

import pytest
import torch
from support import in_memory
from support.neural_baselines import Batches, config, maker, trainer

from rfacenet_toolbox.hosts.job import make_trainer
from rfacenet_toolbox.runtime.machine import seed_everything
from rfacenet_toolbox.training import fingerprint, resume, state_dicts
from rfacenet_toolbox.training.optimization import cut_gradient, make_optimizer, make_scheduler

OURS = {"SCHEDULER": "constant", "WEIGHT_DECAY": 5e-5}
ADADELTA = {"NAME": "Adadelta", "SCHEDULER": "constant"}


def settings(**changed):
    return {"MODEL.RFACENET.OPTIMIZER": changed}


def trained(tree):
    seed_everything(100)
    loaders = in_memory.loaders()
    ours = make_trainer(tree, loaders)
    ours.train(loaders)
    return ours


def rates(tree, steps):
    weight = torch.nn.Parameter(torch.ones(3))
    optimizer = make_optimizer([weight], tree)
    scheduler = make_scheduler(optimizer, tree, steps_per_epoch=steps // tree.TRAIN.EPOCHS)
    used = []
    for _ in range(steps):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return used


def test_the_default_is_adam_and_one_cycle_as_the_toolbox_has_them(tmp_path):
    tree = in_memory.config(tmp_path)
    weight = torch.nn.Parameter(torch.ones(3))
    plain = torch.optim.Adam([weight], lr=tree.TRAIN.LR)
    assert make_optimizer([weight], tree).state_dict() == plain.state_dict()
    cycle = torch.optim.lr_scheduler.OneCycleLR(plain, max_lr=tree.TRAIN.LR, epochs=2, steps_per_epoch=5)
    expected = []
    for _ in range(10):
        expected.append(plain.param_groups[0]["lr"])
        plain.step()
        cycle.step()
    assert rates(tree, 10) == expected


def test_a_constant_rate_is_the_rate_itself(tmp_path):
    tree = in_memory.config(tmp_path, settings(SCHEDULER="constant"))
    assert rates(tree, 10) == [tree.TRAIN.LR] * 10


def test_a_constant_rate_is_halved_after_so_many_epochs(tmp_path):
    tree = in_memory.config(tmp_path, settings(SCHEDULER="constant", HALVE_AFTER=[1, 3]), epochs=4)
    lr = tree.TRAIN.LR
    assert rates(tree, 8) == [lr, lr, lr / 2, lr / 2, lr / 2, lr / 2, lr / 4, lr / 4]


def test_halvings_are_gone_on_with_from_a_state(tmp_path):
    tree = in_memory.config(tmp_path, settings(SCHEDULER="constant", HALVE_AFTER=[1]))
    ours = trained(tree)
    assert [row["learning_rate"] for row in ours.state.history] == [1.5e-3, 1.5e-3]  # after each epoch
    again = trained(tree)
    assert again.scheduler.get_last_lr() == [1.5e-3]


@pytest.mark.parametrize(("largest", "expected"), [(0.0, 5.0), (10.0, 5.0), (1.0, 1.0)])
def test_a_gradient_is_cut_to_the_largest(tmp_path, largest, expected):
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    for weight, gradient in zip(weights, (3.0, 4.0)):
        weight.grad = torch.full((1,), gradient)
    cut_gradient(weights, in_memory.config(tmp_path, settings(LARGEST_GRADIENT=largest)))
    assert float(torch.cat([weight.grad for weight in weights]).norm()) == pytest.approx(expected, rel=1e-5)


def after_three_steps(make):
    """Where a weight has gone with the optimizer that ``make`` gives."""
    weight = torch.nn.Parameter(torch.linspace(1, 2, 5))
    optimizer = make([weight])
    for _ in range(3):
        optimizer.zero_grad()
        weight.pow(3).sum().backward()
        optimizer.step()
    return weight.detach()


@pytest.mark.parametrize("fused", [False, pytest.param(True, marks=in_memory.needs_fused_adam)])
def test_weight_decay_is_adams_own(tmp_path, fused):
    tree = in_memory.config(tmp_path, settings(WEIGHT_DECAY=0.1), {"MODEL.RFACENET.RUNTIME.FUSED_OPTIMIZER": fused})
    ours = after_three_steps(lambda weights: make_optimizer(weights, tree))
    theirs = after_three_steps(lambda weights: torch.optim.Adam(weights, lr=3e-3, weight_decay=0.1))
    torch.testing.assert_close(ours, theirs)


def test_adadelta_is_pytorchs(tmp_path):
    tree = in_memory.config(tmp_path, settings(**ADADELTA, WEIGHT_DECAY=0.1), {"TRAIN.LR": 1.0})
    ours = after_three_steps(lambda weights: make_optimizer(weights, tree))
    theirs = after_three_steps(lambda weights: torch.optim.Adadelta(weights, lr=1.0, weight_decay=0.1))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_a_run_logs_its_constant_rate_and_goes_on_from_its_state(tmp_path, capsys):
    ours = trained(in_memory.config(tmp_path, settings(**OURS)))
    assert [row["learning_rate"] for row in ours.state.history] == [3e-3, 3e-3]
    assert ours.optimizer.param_groups[0]["weight_decay"] == 5e-5
    again = trained(in_memory.config(tmp_path, settings(**OURS)))
    assert "is finished, and is not repeated" in capsys.readouterr().out
    assert again.scheduler.state_dict() == ours.scheduler.state_dict()


@pytest.mark.parametrize(
    "changed", [{"SCHEDULER": "constant"}, {"WEIGHT_DECAY": 5e-5}, {"LARGEST_GRADIENT": 1.0}, ADADELTA]
)
def test_another_optimizer_is_another_run(tmp_path, changed):
    plain, other = (fingerprint.of_run(in_memory.config(tmp_path, settings(**node)), ["101"]) for node in ({}, changed))
    assert fingerprint.agree(plain, plain) and not fingerprint.agree(plain, other)


def test_a_state_from_before_the_settings_is_of_the_same_run(tmp_path, capsys):
    tree = in_memory.config(tmp_path)
    trained(tree)
    path = resume.state_path(tree)
    state = state_dicts.load(path)
    run = json.loads(state["run"])
    del run["optimizer"]
    state_dicts.save(path, {**state, "run": json.dumps(run)})
    trained(tree)
    assert "is finished, and is not repeated" in capsys.readouterr().out


def test_the_settings_hold_for_the_other_methods_too(tmp_path):
    tree = config(tmp_path, "Physnet")
    default = fingerprint.of_run(tree, [])
    tree.MODEL.RFACENET.OPTIMIZER.update(OURS)
    ours = trainer(tree, maker.batches("Physnet"))
    ours.train({"train": Batches(maker.batches("Physnet"))})
    assert [row["learning_rate"] for row in ours.state.history] == [tree.TRAIN.LR] * 2
    assert not fingerprint.agree(default, fingerprint.of_run(tree, []))
