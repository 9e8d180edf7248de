"""Settings' values from the command line, and the runs made of every combination."""

from pathlib import Path

import pytest
from support.configs import PURE_TO_UBFC

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.experiments.grid import grid, parse_setting


@pytest.mark.parametrize(
    "text, values",
    [
        ("TRAIN.EPOCHS=1,2", [1, 2]),
        ("TRAIN.LR=9e-3", ["9e-3"]),  # as in a YAML file; yacs makes a number of it
        ("MODEL.RFACENET.FUSION=none, stage3", ["none", "stage3"]),
        ("MODEL.RFACENET.LOSS.SIGMA_INIT=[0.5,4.0,1.0],[1.0,1.0,1.0]", [[0.5, 4.0, 1.0], [1.0, 1.0, 1.0]]),
        ("MODEL.RFACENET.IDENTITY_HOLDOUT=True,False", [True, False]),
        ("TEST.DATA.DATA_PATH='a,b'", ["a,b"]),
    ],
)
def test_values_are_read_as_yaml(text, values):
    assert parse_setting(text) == (text.partition("=")[0], values)


@pytest.mark.parametrize(
    "text, message",
    [
        ("MODEL.RFACENET.FUSSION=none", "not a setting. Did you mean MODEL.RFACENET.FUSION?"),
        ("TRAIN.EPOCHS", "has no value; expected KEY=VALUE"),
        ("TRAIN.EPOCHS=", "has an empty value"),
        ("TRAIN.EPOCHS=1,,2", "is not readable as YAML"),
        ("MODEL.RFACENET.LOSS.SIGMA_INIT=[1.0,2.0", "Put a value that is a list in brackets"),
        ("MODEL.RFACENET.LOSS=1", "is a group of settings; set one of those below it: TASKS, HEART_RATE_UNIT"),
        ("TRAIN.EPOCHS.MORE=1", "TRAIN.EPOCHS.MORE, which is not a setting"),
        ("LOG.PATH=here", "every run has a folder of its own"),
    ],
)
def test_what_is_wrong_with_a_setting_is_said(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_setting(text)


def test_every_combination_has_a_readable_folder(tmp_path):
    settings = [("MODEL.RFACENET.FUSION", ["none", "stage3"]), ("MODEL.RFACENET.LOSS.SIGMA_INIT", [[0.5, 4.0, 1.0]])]
    runs = grid(Path(PURE_TO_UBFC), settings, [100, 101], tmp_path)
    assert [str(run.folder.relative_to(tmp_path)) for run in runs] == [
        f"FUSION={fusion},SIGMA_INIT=0.5,4.0,1.0/seed{seed}" for fusion in ("none", "stage3") for seed in (100, 101)
    ]
    assert runs[1].name == "FUSION=none, SIGMA_INIT=[0.5,4.0,1.0], seed 101"
    assert runs[0].kind == runs[1].kind != runs[2].kind
    node = runs[3].config.MODEL.RFACENET
    assert (node.FUSION, node.LOSS.SIGMA_INIT, node.RUNTIME.SEED) == ("stage3", [0.5, 4.0, 1.0], 101)


def test_keys_of_one_name_are_told_apart_and_so_are_values_that_look_alike(tmp_path):
    settings = [("TRAIN.DATA.BEGIN", [0.0]), ("TEST.DATA.BEGIN", [0.0, 0.5])]
    assert [run.folder.name for run in grid(Path(PURE_TO_UBFC), settings, [], tmp_path)] == [
        "TRAIN.DATA.BEGIN=0.0,TEST.DATA.BEGIN=0.0",
        "TRAIN.DATA.BEGIN=0.0,TEST.DATA.BEGIN=0.5",
    ]
    runs = grid(Path(PURE_TO_UBFC), [("TRAIN.DATA.DATA_PATH", ["a/b", "a:b"])], [], tmp_path)
    assert [run.folder.name for run in runs] == ["DATA_PATH=a_b", "DATA_PATH=a_b~2"]


def test_without_settings_there_is_one_run_of_the_base(tmp_path):
    (run,) = grid(Path(PURE_TO_UBFC), [], [], tmp_path)
    assert run.name == "PURE_UBFC_RFACENET" and run.config.MODEL.RFACENET.RUNTIME.SEED == 100


@pytest.mark.parametrize("seeds", [[], [100]])
def test_a_key_is_set_once(tmp_path, seeds):
    seed = ("MODEL.RFACENET.RUNTIME.SEED", [1])
    with pytest.raises(ConfigError, match="SEED is set more than once"):
        grid(Path(PURE_TO_UBFC), [seed] if seeds else [seed, seed], seeds, tmp_path)
