"""The trainer: what it leaves, what a stop costs, and what it refuses."""

import functools
import importlib.util
from pathlib import Path

import pytest
import torch
from support import in_memory
from support.in_memory import epochs, same_weights, trained

from rfacenet_toolbox.errors import ConfigError, DataError, NotFiniteError
from rfacenet_toolbox.hosts.job import make_trainer
from rfacenet_toolbox.methods.rfacenet.learner import RFaceNetLearner
from rfacenet_toolbox.runtime import speed
from rfacenet_toolbox.training import resume, state_dicts
from rfacenet_toolbox.training.loaders import split_holdout


def test_columns_of_a_methods_own_follow_the_usual_ones(tmp_path, monkeypatch):
    step = RFaceNetLearner.step

    def logs_more(self, clips, labels, subjects):
        taken = step(self, clips, labels, subjects)
        return taken._replace(log={**taken.log, "clips_seen": (len(clips), None), "unlisted": (1.0, 1)})

    monkeypatch.setattr(RFaceNetLearner, "step", logs_more)
    trained(in_memory.config(tmp_path / "a", epochs=1))
    monkeypatch.setattr(RFaceNetLearner, "log_columns", ("bvp", "clips_seen"))
    trained(in_memory.config(tmp_path / "b", epochs=1))
    usual, (row,) = list(epochs(tmp_path / "a")[0]), epochs(tmp_path / "b")
    assert tuple(usual) == resume.COLUMNS
    assert list(row) == [*usual, "clips_seen"] and row["clips_seen"] == "4"


def test_a_run_leaves_weights_of_each_epoch_a_state_and_a_log(tmp_path):
    trained(in_memory.config(tmp_path))
    files = sorted(path.name for path in (tmp_path / "models").iterdir())
    assert files == ["small_Epoch0.pth", "small_Epoch1.pth", "small_state.pth"]
    rows = epochs(tmp_path)
    assert [row["epoch"] for row in rows] == ["0", "1"]
    for column in ("loss", "bvp", "heart_rate", "identity", "sigma_bvp", "sigma_heart_rate", "sigma_identity",
                   "alpha", "beta", "identity_accuracy", "seconds"):  # fmt: skip
        assert all(row[column] for row in rows), column
    assert state_dicts.load(tmp_path / "models" / "small_state.pth")["identities"] == ["PURE/1", "PURE/2"]


@pytest.mark.parametrize("export", [False, True])
def test_weights_hold_the_classifier_of_people_only_if_asked(tmp_path, export):
    config = in_memory.config(tmp_path, {"MODEL.RFACENET.EXPORT_IDENTITY_HEAD": export}, epochs=1)
    trainer, loaders = trained(config)
    weights = state_dicts.load_weights(tmp_path / "models" / "small_Epoch0.pth")
    assert any(name.startswith("classifier.") for name in weights) == export
    predictions, labels, _ = trainer.test(loaders)
    assert sorted(predictions) == ["subject1", "subject2", "subject3"]
    assert sorted(predictions["subject1"]) == [0, 1] and predictions["subject1"][0].shape == (in_memory.FRAMES,)
    assert labels["subject2"][1].shape == (in_memory.FRAMES,)


def test_inference_without_a_classifier_takes_weights_that_have_one(tmp_path):
    trained(in_memory.config(tmp_path, {"MODEL.RFACENET.EXPORT_IDENTITY_HEAD": True}, epochs=1))
    weights = str(tmp_path / "models" / "small_Epoch0.pth")
    config = in_memory.config(tmp_path, {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": weights})
    trainer = make_trainer(config, in_memory.loaders())
    assert trainer.learner.model.classifier is None
    assert len(trainer.test(in_memory.loaders())[0]) == 3


def test_a_nan_stops_the_run_with_the_clips_name_and_keeps_the_last_state(tmp_path):
    trainer, _ = trained(in_memory.config(tmp_path, epochs=1))
    longer = in_memory.config(tmp_path)
    kept = Path(resume.state_path(longer))
    before = kept.read_bytes()
    with pytest.raises(NotFiniteError, match=r"at the clips 201 chunk 1\..*No epoch was finished"):
        trained(longer, spoil=("201", 1))
    assert kept.read_bytes() == before


def test_validation_picks_the_best_epoch_and_counts_unseen_subjects(tmp_path):
    config = in_memory.config(tmp_path, {"TEST.USE_LAST_EPOCH": False}, epochs=3)
    trainer, loaders = trained(config, valid=("901",))
    rows = epochs(tmp_path)
    best = min(rows, key=lambda row: float(row["valid_bvp"]))["epoch"]
    assert trainer.test(loaders)[2].endswith(f"small_Epoch{best}.pth")
    assert all(row["valid_identity_unseen"] == "2" for row in rows)
    assert all(row["valid_heart_rate_mae_bpm"] for row in rows)


def test_one_clip_in_five_of_a_subject_is_held_back(tmp_path):
    config = in_memory.config(tmp_path, {"MODEL.RFACENET.IDENTITY_HOLDOUT": True}, epochs=1)
    train, held = split_holdout(in_memory.loaders(chunks=6)["train"], "PURE", 2)
    assert (len(train.dataset), len(held.dataset)) == (10, 2)
    assert sorted(name for _, _, names, _ in held for name in names) == ["101", "201"]
    trained(config, chunks=6)
    assert epochs(tmp_path)[0]["holdout_identity_accuracy"] in ("0.0", "0.5", "1.0")
    with pytest.raises(DataError, match="none of 2 subjects has five clips"):
        trained(in_memory.config(tmp_path, {"MODEL.RFACENET.IDENTITY_HOLDOUT": True}, epochs=1), chunks=4)


@pytest.mark.parametrize(
    "settings",
    [
        {"MODEL.RFACENET.RUNTIME.PRECISION": "bf16"},
        {"MODEL.RFACENET.RUNTIME.CHANNELS_LAST": True},
        pytest.param({"MODEL.RFACENET.RUNTIME.FUSED_OPTIMIZER": True}, marks=in_memory.needs_fused_adam),
    ],
)
def test_runtime_settings_change_a_loss_by_rounding_only(tmp_path, settings):
    trained(in_memory.config(tmp_path / "a", epochs=1))
    trained(in_memory.config(tmp_path / "b", settings, epochs=1))
    plain, other = (float(epochs(tmp_path / run)[0]["bvp"]) for run in "ab")
    assert other == pytest.approx(plain, rel=0.1)


def test_kept_memory_changes_no_bit(tmp_path):
    trained(in_memory.config(tmp_path / "a", {"MODEL.RFACENET.RUNTIME.KEEP_MEMORY": False}, epochs=1))
    trained(in_memory.config(tmp_path / "b", {"MODEL.RFACENET.RUNTIME.KEEP_MEMORY": True}, epochs=1))
    assert same_weights(*(tmp_path / run / "models" / "small_Epoch0.pth" for run in "ab"))


def test_weights_of_a_compiled_model_are_those_of_a_plain_one(tmp_path, monkeypatch):
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend="eager"))
    trained(in_memory.config(tmp_path, {"MODEL.RFACENET.RUNTIME.COMPILE": True}, epochs=1))
    plain = in_memory.config(tmp_path, {"MODEL.RFACENET.RUNTIME.COMPILE": False}, epochs=1)
    predictions, _, _ = make_trainer(plain, in_memory.loaders()).test(in_memory.loaders())
    assert sorted(predictions) == ["subject1", "subject2", "subject3"]


def test_no_classifier_without_its_task_and_none_run_for_a_bvp(tmp_path):
    config = in_memory.config(tmp_path, {"MODEL.RFACENET.LOSS.TASKS": ["bvp", "heart_rate"]})
    assert make_trainer(config, in_memory.loaders()).learner.model.classifier is None
    learner = make_trainer(in_memory.config(tmp_path), in_memory.loaders()).learner
    ran = []
    learner.model.classifier.register_forward_hook(lambda *call: ran.append(call))
    learner.predict(torch.randn(2, 3, in_memory.FRAMES, in_memory.SIDE, in_memory.SIDE))
    assert ran == []


def test_the_bvp_term_alone_learns_a_pulse(tmp_path):
    settings = {"LOSS.TASKS": ["bvp"], "IDENTITY": "none", "FUSION": "none"}
    trained(in_memory.config(tmp_path, {"MODEL.RFACENET": settings}, epochs=6))
    rows = epochs(tmp_path)
    assert float(rows[-1]["bvp"]) < 0.7 * float(rows[0]["bvp"])


def test_the_epoch_log_as_scalars_goes_on_after_a_stop(tmp_path):
    pytest.importorskip("tensorboard", reason="TensorBoard, an optional extra, is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    settings = {"MODEL.RFACENET.RUNTIME.TENSORBOARD": True}
    with in_memory.killed_after(steps=3):
        trained(in_memory.config(tmp_path, settings, epochs=3))
    trained(in_memory.config(tmp_path, settings, epochs=3))
    found = EventAccumulator(str(tmp_path / "tensorboard"))
    found.Reload()
    for column in ("loss", "sigma_bvp", "learning_rate"):
        scalars = [(event.step, event.value) for event in found.Scalars(f"{column}/train")]
        assert scalars == [(int(row["epoch"]), pytest.approx(float(row[column]), rel=1e-6)) for row in epochs(tmp_path)]


def test_scalars_without_tensorboard_are_refused_first(tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "tensorboard" else find(name))
    settings = in_memory.config(tmp_path, {"MODEL.RFACENET.RUNTIME.TENSORBOARD": True}).MODEL.RFACENET.RUNTIME
    with pytest.raises(ConfigError, match=r"TENSORBOARD is True, and TensorBoard is not installed.*\[tensorboard\]"):
        speed.check(settings, torch.device("cpu"))
