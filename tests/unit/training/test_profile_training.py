"""What a training step and preparing an hour of video cost."""

import json
import time

import pytest
import torch
from support.configs import resized, write

from rfacenet_toolbox import cli
from rfacenet_toolbox.config import load
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.training import profile, profile_training

FRAMES = 20


def config(folder, name, data_type, **model):
    preprocess = {"DATA_TYPE": [data_type], "LABEL_TYPE": "Standardized", "CHUNK_LENGTH": FRAMES}
    crop = {"CROP_FACE": {"DO_CROP_FACE": True, "BACKEND": "HC", "USE_LARGE_FACE_BOX": True, "LARGE_BOX_COEF": 1.5}}
    data = {"DATA_FORMAT": "NCDHW", "FS": 30, "PREPROCESS": {**preprocess, **crop}, **resized(24, 24)}
    general = {"TOOLBOX_MODE": "train_and_test", "DEVICE": "cpu", "MODEL": {"NAME": name, **model}}
    return write(folder / f"{name}.yaml", general, {"TRAIN": {"BATCH_SIZE": 2, "LR": 1e-3, "DATA": data}})


CASES = {
    "Physnet": ("Raw", {"PHYSNET": {"FRAME_NUM": FRAMES}}, 24 * 24 * 3 * 4),
    "STAttention": ("STMapGrid", {"STATTENTION": {"FRAMES": 14, "STRETCH_SHARE": 0.0}}, 25 * 3 * 4),
}


@pytest.mark.parametrize("name", ["Physnet"])
def test_a_step_is_timed_and_holds_more_than_the_parameters(tmp_path, capsys, name):
    data_type, model, bytes_per_frame = CASES[name]
    path = config(tmp_path, name, data_type, **model)
    assert cli.main(["profile", str(path), "--training", "2", "--json"]) == 0
    (cost,) = json.loads(capsys.readouterr().out)
    assert (cost["model"], cost["batch"], cost["steps"]) == (name, 2, 2)
    assert cost["step_s"] > 0 and cost["step_peak_bytes"] > 16 * 768_577  # parameters, gradients, Adam's two means
    assert cost["cache_bytes_per_hour"] == 3600 * 30 * bytes_per_frame and cost["preparing_s_per_hour"] > 0
    assert "preparing 1 h" in profile_training.table([profile_training.TrainingCost(**cost)])


def test_a_map_is_prepared_and_takes_little(tmp_path):
    data_type, model, bytes_per_frame = CASES["STAttention"]
    tree = load(config(tmp_path, "STAttention", data_type, **model))
    seconds, size = profile_training.preparing(tree.TRAIN.DATA, time.process_time)
    assert seconds > 0 and size == 3600 * 30 * bytes_per_frame


def test_signal_methods_have_no_step_and_the_time_of_a_waveform(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(profile_training, "RECORDING_S", 4)
    data = {"FS": 30, "PREPROCESS": {"DATA_TYPE": ["Raw"], "LABEL_TYPE": "Raw", "DO_CHUNK": False}, **resized(20, 20)}
    crop = {"PREPROCESS.CROP_FACE": {"DO_CROP_FACE": True, "BACKEND": "HC"}}
    general = {"TOOLBOX_MODE": "unsupervised_method", "UNSUPERVISED.METHOD": ["SAMC", "POS"]}
    path = write(tmp_path / "signal.yaml", general, {"UNSUPERVISED": {"DATA": {**data, **crop}}})
    assert cli.main(["profile", str(path), "--training", "1", "--cpu-time", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [cost["model"] for cost in found] == ["SAMC", "POS"]
    for cost in found:
        assert cost["step_s"] is cost["batch"] is cost["step_peak_bytes"] is None and cost["is_cpu_time"]
        assert cost["waveform_s_per_hour"] > 0 and cost["cache_bytes_per_hour"] == 3600 * 30 * 20 * 20 * 3 * 4
    trained = {
        **found[1],
        "model": "Net",
        "batch": 2,
        "step_s": 3.0,
        "step_peak_bytes": 2**20,
        "waveform_s_per_hour": None,
    }
    text = profile_training.table([profile_training.TrainingCost(**cost) for cost in (*found, trained)])
    assert "no training" in text and "waveform of 1 h" in text and "the processor's time" in text
    assert any(line.split()[:6] == ["Net", "2", "20x20x3", "3.00", "s", "1.00"] for line in text.splitlines())
    assert cli.main(["profile", str(path)]) == 2
    assert "is of signal methods, which have no network. Their times: add --training 1" in capsys.readouterr().err


def test_options_that_would_have_no_effect_are_refused(tmp_path, capsys):
    path = str(config(tmp_path, "Physnet", "Raw", PHYSNET={"FRAME_NUM": FRAMES}))
    assert cli.main(["profile", path, "--batch-size", "2"]) == 2
    assert "--batch-size is that of a training step; add --training" in capsys.readouterr().err
    assert cli.main(["profile", path, "--training", "1", "--batch-size", "0"]) == 2
    assert "--batch-size is 0; expected 1 or more clips" in capsys.readouterr().err
    with pytest.raises(ConfigError, match="--cpu-time counts the processor's time; the device is cuda:0"):
        profile.clock_of(torch.device("cuda:0"), True)


def test_no_steps_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="--training is 0; expected 1 or more timed"):
        profile_training.of_config_files([tmp_path / "none.yaml"], steps=0)
