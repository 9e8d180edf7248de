"""Training runs that were stopped, finished, or are of another config."""

import functools
from pathlib import Path

import pytest
import torch
from support import in_memory
from support.in_memory import epochs, same_weights, trained

from rfacenet_toolbox.errors import CheckpointError
from rfacenet_toolbox.hosts.job import make_trainer
from rfacenet_toolbox.training import resume, state_dicts


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"MODEL.RFACENET.IDENTITY": "tcu"},
        {"MODEL.RFACENET.IDENTITY": "noise"},
        {"MODEL.RFACENET.LOSS": {"SHARPNESS": [2.0, 8.0], "SIGMA_FLOOR": 10.0, "SIGMA_HOLD": 1.9}},
        {"MODEL.RFACENET.LOSS": {"SIGMA_UPDATE": "running_mean", "HEART_RATE_GRADIENT_CAP": 0.3}},
        {"MODEL.RFACENET.OPTIMIZER": {"NAME": "Adadelta", "SCHEDULER": "constant"}},
        pytest.param(
            {"MODEL.RFACENET.RUNTIME": {"COMPILE": True, "FUSED_OPTIMIZER": True}}, marks=in_memory.needs_fused_adam
        ),
    ],
)
def test_resuming_gives_the_weights_of_not_having_been_stopped(tmp_path, monkeypatch, settings):
    # Dynamo without a compiler behind it: what is tested here is names and states, not kernels.
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend="eager"))
    whole, stopped = (in_memory.config(tmp_path / run, settings, epochs=3) for run in "ab")
    trained(whole)

    with in_memory.killed_after(steps=3):  # in the second epoch
        trained(stopped)
    torch.manual_seed(5)  # whatever a fresh process draws before it resumes
    loaders = in_memory.loaders()
    make_trainer(stopped, loaders).train(loaders)
    assert [row["epoch"] for row in epochs(tmp_path / "b")] == ["0", "1", "2"]
    for epoch in range(3):
        name = f"models/small_Epoch{epoch}.pth"
        assert same_weights(tmp_path / "a" / name, tmp_path / "b" / name)


def test_a_finished_training_is_not_repeated(tmp_path, capsys):
    trained(in_memory.config(tmp_path))
    last = tmp_path / "models" / "small_Epoch1.pth"
    before, log = state_dicts.load(last), (tmp_path / "epochs.csv").read_text()
    last.unlink()
    trainer, loaders = trained(in_memory.config(tmp_path))
    assert "is finished, and is not repeated" in capsys.readouterr().out
    assert (tmp_path / "epochs.csv").read_text() == log
    after = state_dicts.load(last)
    assert before.keys() == after.keys() and all(torch.equal(before[name], after[name]) for name in before)
    assert trainer.test(loaders)[2] == str(last)


def test_another_config_starts_afresh(tmp_path, capsys):
    trained(in_memory.config(tmp_path))
    trained(in_memory.config(tmp_path, {"MODEL.RFACENET.FUSION": "stage1"}))
    assert "another configuration" in capsys.readouterr().out


def test_a_named_state_of_another_run_is_refused(tmp_path):
    trained(in_memory.config(tmp_path))
    state = str(tmp_path / "models" / "small_state.pth")
    with pytest.raises(CheckpointError, match="other settings or other training clips"):
        trained(in_memory.config(tmp_path, {"MODEL.RFACENET": {"TCU_STEPS": 2, "RESUME": state}}))
    with pytest.raises(CheckpointError, match="no checkpoint at"):
        trained(in_memory.config(tmp_path, {"MODEL.RFACENET.RESUME": str(tmp_path / "nowhere.pth")}))
    with pytest.raises(CheckpointError, match="holds no training state"):
        trained(in_memory.config(tmp_path, {"MODEL.RFACENET.RESUME": str(tmp_path / "models" / "small_Epoch0.pth")}))


def test_a_bad_state_is_known_before_the_run(tmp_path):
    config = in_memory.config(tmp_path, epochs=1)
    resume.check_resume(config)
    trained(config)
    resume.check_resume(config)
    path = Path(resume.state_path(config))
    state = state_dicts.load(path)
    state_dicts.save(path, {key: value for key, value in state.items() if key != "random"})
    with pytest.raises(CheckpointError, match="is a training state without random. Remove it to train afresh"):
        resume.check_resume(config)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 200] = bytes(200)
    path.write_bytes(bytes(content))
    with pytest.raises(CheckpointError, match="is damaged.*or remove it to train afresh"):
        resume.check_resume(config)
    with pytest.raises(CheckpointError, match="no checkpoint at .*nowhere.pth"):
        resume.check_resume(in_memory.config(tmp_path, {"MODEL.RFACENET.RESUME": str(tmp_path / "nowhere.pth")}))
