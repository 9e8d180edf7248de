"""The neural baselines against the toolbox's own trainers: stored numbers, and live checkouts named in RPPG_TOOLBOX."""

import json
from functools import lru_cache

import pytest
import torch
from support.checkouts import CHECKOUTS
from support.neural_baselines import CASES, Batches, config, maker, trainer

from rfacenet_toolbox.methods.physnet import PhysNet
from rfacenet_toolbox.training import state_dicts
from rfacenet_toolbox.training.resume import weights_path

CLOSE = {"atol": 1e-5, "rtol": 0}


def our_side(name, folder, dropout):
    """What :func:`maker.toolbox_side` gives, from our trainer."""
    tree, given = config(folder, name), maker.batches(name)
    ours = trainer(tree, given)
    learner = ours.learner
    seeded = {key: value.clone() for key, value in learner.weights().items()}
    maker.fill(learner.model)
    if not dropout:
        maker.drop_nothing(learner.model)
    outputs = maker.forward(learner.model, maker.network_input(name, given[0][0]))
    losses = maker.record_losses(learner.loss)
    torch.manual_seed(5)
    ours.train({"train": Batches(given), "valid": Batches(given)})
    predictions, labels, _ = ours.test({"test": Batches(given)})
    return {
        "seeded": seeded,
        "outputs": outputs,
        "losses": losses,
        "best_epoch": ours.state.best_epoch(),
        "weights": [torch.load(weights_path(tree, epoch), weights_only=True) for epoch in range(2)],
        "predictions": predictions,
        "labels": labels,
    }


@lru_cache(maxsize=None)
def toolbox_records(checkout):
    return maker.collect(checkout, dropout=True)


@pytest.fixture(params=CHECKOUTS)
def records(request):
    return toolbox_records(request.param)


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_stored_numbers_of_the_toolbox(name, tmp_path):
    golden = json.loads(maker.GOLDEN.read_text(encoding="utf-8"))[name]
    ours = maker.summary(our_side(name, tmp_path, dropout=False))
    assert ours["parameters"] == golden["parameters"]
    assert ours["outputs"] == pytest.approx(golden["outputs"], abs=1e-5, rel=0)
    assert ours["losses"][0] == pytest.approx(golden["losses"][0], abs=1e-5, rel=1e-5)
    # From the first step on, Adam makes whole steps of what is nothing but rounding in a gradient (PhysNet's biases in
    # front of batch normalisation). So another machine or number of threads shows: by 1e-5 after that step, then more.
    assert ours["losses"][1] == pytest.approx(golden["losses"][1], rel=1e-4)
    assert ours["losses"] == pytest.approx(golden["losses"], rel=0.02)
    assert ours["best_epoch"] == golden["best_epoch"]
    assert ours["predictions"] == pytest.approx(golden["predictions"], abs=0.05)


@pytest.mark.parametrize("name", CASES)
def test_trains_and_tests_as_a_live_checkout_does(name, records, tmp_path):
    """Seeded weights, outputs, losses of four steps and two validations, both weights files, test outputs."""
    theirs, ours = records[name], our_side(name, tmp_path, dropout=True)
    assert list(ours["seeded"]) == list(theirs["seeded"])
    for what in ("seeded", "outputs", "weights", "predictions", "labels"):
        torch.testing.assert_close(ours[what], dict(theirs[what]) if what == "seeded" else theirs[what], **CLOSE)
    assert ours["losses"] == pytest.approx(theirs["losses"], abs=1e-5, rel=1e-5)
    assert ours["best_epoch"] == theirs["best_epoch"]


def test_released_physnets_give_the_toolboxs_outputs(records):
    if not records["released"]:
        pytest.skip("this checkout comes without weights")
    model, clips = PhysNet(maker.FRAMES), maker.batches("Physnet")[0][0]
    for path, outputs in records["released"].items():
        state_dicts.fit(model, state_dicts.load_weights(path), path)
        torch.testing.assert_close(maker.forward(model, clips), outputs, **CLOSE)
