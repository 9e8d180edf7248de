"""Keys that nothing reads: a value that would do nothing is refused or told, and the documentation lists the keys."""

import re
from pathlib import Path

import pytest
from support.checkouts import CHECKOUTS
from support.configs import RUNNABLE, TABLE1
from support.paths import ROOT

from rfacenet_toolbox.config import load
from rfacenet_toolbox.config.no_effect import check_no_effect, no_effect_remarks
from rfacenet_toolbox.config.splits_used import splits_used
from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.errors import ConfigError

REFUSED = [
    ({"TRAIN.OPTIMIZER.EPS": 1e-8}, "TRAIN.OPTIMIZER.EPS is 1e-08 and would do nothing: no trainer reads it"),
    ({"TRAIN.OPTIMIZER.BETAS": (0.8, 0.999)}, r"TRAIN.OPTIMIZER.BETAS is \(0.8, 0.999\)"),
    ({"MODEL.RESUME": "x.pth"}, "MODEL.RESUME is 'x.pth' .* MODEL.RFACENET.RESUME says"),
    ({"TEST.DATA.INFO.LIGHT": [1]}, r"TEST.DATA.INFO.LIGHT is \[1\] .* recordings of MMPD, not of UBFC-rPPG"),
    ({"TRAIN.DATA.FILTERING.SELECT_TASKS": True}, "FILTERING.SELECT_TASKS is True .* UBFC-PHYS, not of PURE"),
    ({"TEST.DATA.FOLD.FOLD_PATH": "folds"}, "FOLD.FOLD_PATH is 'folds'"),
    ({"TEST.DATA.PREPROCESS.IBVP.DATA_MODE": "T"}, "IBVP.DATA_MODE is 'T'"),
    ({"TEST.DATA.PREPROCESS.BIGSMALL.RESIZE.BIG_W": 9}, "BIGSMALL.RESIZE.BIG_W is 9"),
]


@pytest.mark.parametrize("changes, message", REFUSED, ids=[next(iter(changes)) for changes, _ in REFUSED])
def test_a_value_that_would_do_nothing_is_refused(config_with, changes, message):
    config = config_with(changes)
    with pytest.raises(ConfigError, match=message):
        check_no_effect(config, splits_used(config))


def test_what_the_run_does_not_read_is_left_alone(config_with):
    config = config_with({"VALID.DATA.INFO.LIGHT": [1], "UNSUPERVISED.DATA.FILTERING.SELECT_TASKS": True})
    check_no_effect(config, ["TRAIN", "TEST"])
    check_no_effect(config_with({"TRAIN.OPTIMIZER.EPS": 1e-8, "TOOLBOX_MODE": "only_test"}), ["TEST"])


def test_another_data_set_may_be_divided_by_its_own_keys():
    """As in a checkout, where rFaceNet is trained on any data set of the toolbox."""
    config = toolbox_tree()
    config.TRAIN.DATA.DATASET, config.TRAIN.DATA.INFO.LIGHT = "MMPD", [1]
    check_no_effect(config, ["TRAIN"])


def test_an_earlier_revision_without_such_keys_passes():
    config = toolbox_tree()
    config.TRAIN.DATA.DATASET = "PURE"
    del config.TRAIN.DATA["FOLD"], config.TRAIN.DATA.PREPROCESS["IBVP"], config.TRAIN.DATA.FILTERING["SELECT_TASKS"]
    check_no_effect(config, ["TRAIN"])


def test_what_the_toolboxs_own_configs_set_is_told_and_not_refused(config_with):
    config = config_with({"MODEL.DROP_RATE": 0.2, "NUM_OF_GPU_TRAIN": 4, "TEST.METRICS": ["MAE", "BA"]})
    check_no_effect(config, splits_used(config))
    assert [sentence.partition(" and has")[0] for sentence in no_effect_remarks(config)] == [
        "MODEL.DROP_RATE is 0.2",
        "NUM_OF_GPU_TRAIN is 4",
    ]
    config.defrost()
    config.MODEL.NAME = "Tscan"  # its batches are cut to a multiple of NUM_OF_GPU_TRAIN
    assert len(no_effect_remarks(config)) == 1


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"TCU_STEPS": 4, "NOISE_SEED": 1}, ["NOISE_SEED is 1 and has no effect: IDENTITY is tcu."]),
        (
            {"IDENTITY": "noise", "TCU_STEPS": 4, "NOISE_SEED": 1, "IDENTITY_HOLDOUT": True},
            ["TCU_STEPS is 4 and has no effect: IDENTITY is noise.", "IDENTITY_HOLDOUT is True and has no effect"],
        ),
        ({"FUSION": "none", "CTFC_CONV": "scalar"}, ["CTFC_CONV is scalar and has no effect: FUSION is none."]),
        (
            {"LOSS": {"TASKS": ["bvp"], "SHARPNESS": [1.0, 8.0], "HEART_RATE_GRADIENT_CAP": 0.0}},
            ["LOSS.SHARPNESS is [1.0, 8.0] and has no effect: LOSS.TASKS is without heart_rate."],
        ),
        ({"TEST": {"SEGMENT_S": 9.0, "CLIPS": "joined"}}, ["TEST.SEGMENT_S is 9.0 and has no effect: TEST.CLIPS is"]),
        ({"TEST": {"SEGMENT_S": 9.0, "CLIPS": "segments"}}, []),
    ],
)
def test_a_setting_of_ours_that_others_leave_without_effect_is_told(config_with, settings, said):
    sentences = no_effect_remarks(config_with({"MODEL.RFACENET": settings}))
    assert len(sentences) == len(said)
    assert all(sentence.startswith(f"MODEL.RFACENET.{words}") for sentence, words in zip(sentences, said))


@pytest.mark.parametrize("path", RUNNABLE + TABLE1, ids=lambda path: path.stem)
def test_shipped_configs_have_nothing_to_be_told(path):
    config = load(path)
    check_no_effect(config, splits_used(config))
    assert no_effect_remarks(config) == []


@pytest.mark.parametrize("checkout", CHECKOUTS)
def test_the_toolboxs_own_configs_of_these_models_are_not_refused(checkout):
    count = 0
    for path in sorted(Path(checkout, "configs").rglob("*.yaml")):
        if re.search("_(PHYSNET|PHYSFORMER|DEEPPHYS|TSCAN|EFFICIENTPHYS|UNSUPERVISED)", path.stem):
            try:
                config = load(path)
            except ConfigError as error:
                assert "which is not a setting" in str(error)  # a key that d807b01 has no more
                continue
            check_no_effect(config, splits_used(config))
            count += 1
    assert count > 30


def test_every_key_that_no_code_reads_is_in_the_documentation():
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "rfacenet_toolbox").rglob("*.py")
        if path.name not in ("tree.py", "no_effect.py")
    )
    documented = (ROOT / "docs" / "configs.md").read_text(encoding="utf-8")
    for key in _keys(toolbox_tree()):
        last = key.rpartition(".")[2]
        if not re.search(rf"\.{last}\b|\"{last}\"", code) and last != "BASE":
            # the key itself, or a node that it lies in
            parents = [".".join(key.split(".")[start:end]) for start in range(5) for end in range(1, 7)]
            assert any(f"`{parent}`" in documented for parent in parents if parent), key


def _keys(node, prefix=""):
    for key, value in node.items():
        yield from _keys(value, f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key}"]


def test_settings_of_one_data_set_are_refused_for_another(config_with):
    config = config_with({"TEST.DATA.VIPL_HR.SCENES": [1]})
    with pytest.raises(
        ConfigError, match=r"TEST.DATA.VIPL_HR.SCENES is \[1\] and would do nothing.*of VIPL-HR, not of"
    ):
        check_no_effect(config, splits_used(config))
    config = config_with({"TEST.DATA": {"DATASET": "VIPL-HR", "VIPL_HR.SCENES": [1]}})
    check_no_effect(config, splits_used(config))


def test_resampling_is_for_recordings_that_have_no_rates_of_their_own(config_with):
    vipl_hr = {"DATASET": "VIPL-HR"}
    settings = {"MODEL.RFACENET.RESAMPLE": True, "TEST.DATA": vipl_hr}
    check_no_effect(config_with(settings), ["TRAIN", "TEST"])
    with pytest.raises(ConfigError, match="MODEL.RFACENET.RESAMPLE is True and would do nothing: each recording of VI"):
        check_no_effect(config_with(settings), ["TEST"])
