"""The neural baselines against the toolbox's own trainers: stored numbers, and live checkouts named in RPPG_TOOLBOX."""

import csv
import importlib.util
import json
from functools import lru_cache
from pathlib import Path

import pytest
import torch
from support.checkouts import REAL
from support.paths import GOLDEN
from torch.utils.data import Dataset

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.errors import CheckpointError, NotFiniteError, ShapeError
from rfacenet_toolbox.hosts.base import Host
from rfacenet_toolbox.methods import neural, registry
from rfacenet_toolbox.methods.frame_attention import attention_mask, shift_in_time
from rfacenet_toolbox.methods.physnet import NegativePearson
from rfacenet_toolbox.training import state_dicts
from rfacenet_toolbox.training.resume import weights_path
from rfacenet_toolbox.training.trainer import Trainer

SCRIPT = GOLDEN / "make_neural_golden.py"
_spec = importlib.util.spec_from_file_location("make_neural_golden", str(SCRIPT))
maker = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(maker)

CASES = list(maker.CASES)
FRAMEWISE = CASES[1:]
CLOSE = {"atol": 1e-5, "rtol": 0}
CHECKOUTS = [pytest.param(path, id=Path(path).name, marks=pytest.mark.toolbox) for path in REAL or ["no checkout"]]


class Given(list):
    """Batches that pass for a loader."""

    generator = None

    def __init__(self, batches):
        super().__init__(batches)
        self.dataset = Dataset()
        self.dataset.inputs = [f"{name}_input{chunk}.npy" for batch in batches for name, chunk in zip(*batch[2:])]


def config(folder, name, **runtime):
    tree = maker.configure(toolbox_tree(), name, str(folder))
    for key, value in runtime.items():
        tree.MODEL.RFACENET.RUNTIME[key] = value
    return tree


def built(tree, loaders=None):
    torch.manual_seed(100)
    return registry.build(tree.MODEL.NAME, tree, loaders or {}, Host("standalone"))


def our_side(name, folder, dropout):
    """What :func:`maker.toolbox_side` gives, from our trainer."""
    tree, given = config(folder, name), maker.batches(name)
    trainer = built(tree)
    seeded = {key: value.clone() for key, value in trainer.recipe.weights().items()}
    maker.fill(trainer.recipe.model)
    if not dropout:
        maker.drop_nothing(trainer.recipe.model)
    outputs = maker.forward(trainer.recipe.model, maker.network_input(name, given[0][0]))
    losses = maker.record_losses(trainer.recipe.loss)
    torch.manual_seed(5)
    trainer.train({"train": Given(given), "valid": Given(given)})
    predictions, labels, _ = trainer.test({"test": given})
    return {
        "seeded": seeded,
        "outputs": outputs,
        "losses": losses,
        "best_epoch": trainer.state.best_epoch(),
        "weights": [torch.load(weights_path(tree, epoch), weights_only=True) for epoch in range(2)],
        "predictions": predictions,
        "labels": labels,
    }


@lru_cache(maxsize=None)
def toolbox_records(checkout):
    return maker.collect(checkout, dropout=True)


@pytest.fixture(params=CHECKOUTS)
def records(request):
    if not REAL:
        pytest.skip("RPPG_TOOLBOX names no rPPG-Toolbox checkout")
    return toolbox_records(request.param)


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_stored_numbers_of_the_toolbox(name, tmp_path):
    golden = json.loads(maker.GOLDEN.read_text(encoding="utf-8"))[name]
    ours = maker.summary(our_side(name, tmp_path, dropout=False))
    assert ours["parameters"] == golden["parameters"]
    assert ours["outputs"] == pytest.approx(golden["outputs"], abs=1e-5, rel=0)
    # Adam makes whole steps of rounding where a gradient is nothing else; another machine's rounding shows from there
    assert ours["losses"][:2] == pytest.approx(golden["losses"][:2], abs=1e-5, rel=1e-5)
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
    model, clips = neural.PhysNet(maker.FRAMES), maker.batches("Physnet")[0][0]
    for path, outputs in records["released"].items():
        state_dicts.fit(model, state_dicts.load_weights(path), path)
        torch.testing.assert_close(maker.forward(model, clips), outputs, **CLOSE)


@pytest.mark.parametrize("name", CASES)
def test_weights_are_read_with_and_without_the_prefix_of_data_parallel(name, tmp_path):
    trainer = built(config(tmp_path, name))
    bare = trainer.recipe.model.state_dict()
    assert set(trainer.recipe.weights()) == {("" if name == "Physnet" else "module.") + key for key in bare}
    for prefix in ("", "module."):
        path = tmp_path / "weights.pth"
        state_dicts.save(path, {prefix + key: value + 1 for key, value in bare.items()})
        other = built(config(tmp_path, name)).recipe.model
        state_dicts.fit(other, state_dicts.load_weights(path), path)
        assert all(torch.equal(value, bare[key] + 1) for key, value in other.state_dict().items())


def test_weights_of_another_model_are_refused(tmp_path):
    path = tmp_path / "weights.pth"
    state_dicts.save(path, built(config(tmp_path, "EfficientPhys")).recipe.weights())
    with pytest.raises(CheckpointError, match="of another model than the config describes"):
        state_dicts.fit(neural.DeepPhys(maker.SIDE), state_dicts.load_weights(path), path)


def test_an_attention_mask_sums_to_half_its_area():
    mask = attention_mask(torch.randn(3, 1, 5, 7))
    torch.testing.assert_close(mask.sum(dim=(1, 2, 3)), torch.full((3,), 17.5))
    assert bool((mask > 0).all())


def test_a_third_of_the_channels_looks_ahead_and_a_third_back_within_a_segment():
    frames = torch.arange(1.0, 7.0)[:, None, None, None].expand(6, 7, 2, 2)
    shifted = shift_in_time(frames, 3)[:, :, 0, 0]
    ahead, back, kept = [2, 3, 0, 5, 6, 0], [0, 1, 2, 0, 4, 5], [1, 2, 3, 4, 5, 6]
    assert shifted.T.tolist() == [ahead] * 2 + [back] * 2 + [kept] * 3
    with pytest.raises(ShapeError, match="6 frames are no multiple of the frame depth, 4"):
        shift_in_time(frames, 4)


def test_negative_pearson_is_the_correlation_of_each_clip():
    bvp, label = torch.randn(3, 40), torch.randn(3, 40)
    expected = sum(1 - torch.corrcoef(torch.stack(pair))[0, 1] for pair in zip(bvp, label)) / 3
    loss = NegativePearson()
    torch.testing.assert_close(loss(bvp, label), expected)
    torch.testing.assert_close(loss(5 * label + 3, label), torch.tensor(0.0), atol=1e-6, rtol=0)
    torch.testing.assert_close(loss(-label, label), torch.tensor(2.0))
    assert torch.isnan(loss(torch.ones(2, 40), label[:2]))


@pytest.mark.parametrize(
    "make, frames, message",
    [
        (lambda: neural.PhysNet(30), None, "frames is 30; PhysNet halves time twice"),
        (lambda: neural.PhysNet(8), (1, 3, 12, 16, 16), r"\(B, 3, 8, H, W\)"),
        (lambda: neural.PhysNet(8), (1, 3, 8, 16, 12), "of 16 or more"),
        (lambda: neural.DeepPhys(9), None, "frames of 9x9 are too small"),
        (lambda: neural.TSCAN(16, 0), None, "frame_depth is 0"),
        (lambda: neural.DeepPhys(16), (2, 3, 16, 16), r"DeepPhys got .* it takes \(N, 6, 16, 16\)"),
        (lambda: neural.EfficientPhys(16, 2), (2, 3, 16, 12), r"EfficientPhys got .* it takes \(N, 3, 16, 16\)"),
        (lambda: neural.EfficientPhys(16, 2), (4, 3, 16, 16), "3 frames are no multiple of the frame depth, 2"),
    ],
)
def test_shapes_that_a_network_cannot_take_are_refused(make, frames, message):
    with pytest.raises(ShapeError, match=message):
        make()(torch.zeros(frames))


def test_the_last_clip_of_a_batch_loses_the_frames_that_fill_no_depth(tmp_path):
    recipe = built(config(tmp_path, "Tscan")).recipe
    clips, labels = maker.batches("Tscan")[0][:2]
    assert [len(bvp) for bvp in recipe.predict(clips)] == [24, 16]
    step = recipe.step(clips, labels, None)
    expected = (torch.cat(step.bvp) - labels.flatten()[:40]).square().mean()
    torch.testing.assert_close(step.loss, expected)


def test_two_gpus_of_the_toolbox_cut_to_a_multiple_for_both(tmp_path):
    tree = config(tmp_path, "Tscan")
    tree.NUM_OF_GPU_TRAIN = 2
    assert [len(bvp) for bvp in built(tree).recipe.predict(maker.batches("Tscan")[0][0])] == [24, 16]
    tree.MODEL.TSCAN.FRAME_DEPTH = 12
    assert [len(bvp) for bvp in built(tree).recipe.predict(maker.batches("Tscan")[0][0])] == [24, 24]


def test_a_test_run_makes_the_network_for_the_size_of_the_test_clips(tmp_path):
    tree = config(tmp_path, "DeepPhys")
    tree.TOOLBOX_MODE, tree.TRAIN.DATA.PREPROCESS.RESIZE.H = "only_test", 72
    assert built(tree).recipe.model.side == maker.SIDE


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
        trainer = built(config(tmp_path, name, **settings))
        maker.fill(trainer.recipe.model)
        trainer.recipe.model.eval()
        with torch.no_grad(), trainer._precision():
            predictions.append(torch.cat([bvp.float() for bvp in trainer.recipe.predict(clips)]))
    torch.testing.assert_close(*predictions, atol=0.05 if "PRECISION" in runtime else 1e-5, rtol=0)


def rows(folder):
    with open(str(folder / "epochs.csv")) as file:
        return list(csv.DictReader(file))


class Killed(Exception):
    pass


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path, monkeypatch):
    """Dropout draws from the generator that the state keeps."""
    given = maker.batches("Tscan")
    ends = []
    for run in ("whole", "stopped"):
        tree = config(tmp_path / run, "Tscan")
        if run == "stopped":
            finish = Trainer._validate
            monkeypatch.setattr(Trainer, "_validate", dies_in_the_second_epoch(finish))
            with pytest.raises(Killed):
                built(tree).train({"train": Given(given), "valid": Given(given)})
            monkeypatch.setattr(Trainer, "_validate", finish)
            torch.manual_seed(3)
        built(tree).train({"train": Given(given), "valid": Given(given)})
        assert [row["epoch"] for row in rows(tmp_path / run)] == ["0", "1"]
        ends.append(state_dicts.load_weights(weights_path(tree, 1)))
    assert all(torch.equal(ends[0][key], ends[1][key]) for key in ends[0])


def dies_in_the_second_epoch(finish):
    calls = []

    def validate(self, *args):
        calls.append(args)
        if len(calls) == 2:
            raise Killed
        return finish(self, *args)

    return validate


def test_another_frame_depth_is_another_run(tmp_path, capsys):
    given = maker.batches("Tscan")
    for depth in (10, 12):
        tree = config(tmp_path, "Tscan")
        tree.TRAIN.EPOCHS, tree.MODEL.TSCAN.FRAME_DEPTH = 1, depth
        built(tree).train({"train": Given(given)})
    assert "is of another configuration" in capsys.readouterr().out


@pytest.mark.parametrize("name", FRAMEWISE)
def test_a_nan_is_told_with_its_clip(tmp_path, name):
    given = maker.batches(name)
    given[0][0][1, 3] = float("nan")
    with pytest.raises(NotFiniteError, match=r"in epoch 0, at the clips 201 chunk 1\."):
        built(config(tmp_path, name)).train({"train": Given(given)})
