"""Which runs are the same run: states of earlier versions, and settings that have come since."""

import json

import pytest
from support.paths import CONFIGS

from rfacenet_toolbox.config import load
from rfacenet_toolbox.training import fingerprint

CLIPS = ["201", "101", "201"]
#: what the first version that resumes wrote into a state of DEMO_RFACENET.yaml
EARLIER = {
    "clips": ["101", "201", "201"],
    "model": {
        "FRAME_NUM": 128,
        "FUSION": "stage3",
        "FUSION_INIT": [1.0, 1.0],
        "IDENTITY": "tcu",
        "IDENTITY_HOLDOUT": False,
        "INIT": "",
        "LOSS": {
            "HEART_RATE_UNIT": "hz",
            "SIGMA_INIT": [0.5, 4.0, 1.0],
            "TASKS": ["bvp", "heart_rate", "identity"],
        },
        "NOISE_SEED": 0,
        "TCU_STEPS": 1,
    },
    "name": "rFaceNet",
    "processes": 1,
    "runtime": {
        "CHANNELS_LAST": True,
        "COMPILE": False,
        "FUSED_OPTIMIZER": False,
        "PRECISION": "fp32",
        "SEED": 100,
    },
    "train": {
        "BATCH_SIZE": 4,
        "EPOCHS": 5,
        "LR": 0.003,
        "MODEL_FILE_NAME": "PURE_PURE_UBFC-rPPG_rfacenet",
        "OPTIMIZER": {"BETAS": [0.9, 0.999], "EPS": 0.0001, "MOMENTUM": 0.9},
    },
}


@pytest.fixture
def config():
    """The demo's, with the balance of the loss that it had then."""
    tree = load(CONFIGS / "DEMO_RFACENET.yaml")
    tree.defrost()
    tree.MODEL.RFACENET.LOSS.SIGMA_INIT = [0.5, 4.0, 1.0]
    tree.MODEL.RFACENET.LOSS.HEART_RATE_GRADIENT_CAP = 0.0
    return tree


def agrees(earlier, config):
    return fingerprint.agree(json.dumps(earlier), fingerprint.of_run(config, CLIPS))


def without(key, *path):
    """EARLIER without a key."""
    content = json.loads(json.dumps(EARLIER))
    node = content
    for name in path:
        node = node[name]
    del node[key]
    return content


def test_a_state_of_an_earlier_version_is_of_the_same_run(config):
    assert agrees(EARLIER, config)


@pytest.mark.parametrize(
    "key, path", [("SEED", ["runtime"]), ("TASKS", ["model", "LOSS"]), ("LOSS", ["model"]), ("OPTIMIZER", ["train"])]
)
def test_a_setting_that_the_state_does_not_know_has_its_default(config, key, path):
    config.MODEL.RFACENET.LOSS.SIGMA_INIT = [1.0, 1.0, 1.0]
    earlier = without(key, *path)
    if key != "LOSS":
        earlier["model"]["LOSS"]["SIGMA_INIT"] = [1.0, 1.0, 1.0]
    assert agrees(earlier, config)


def test_another_value_than_the_default_is_another_run(config):
    config.MODEL.RFACENET.RUNTIME.SEED = 7
    assert not agrees(without("SEED", "runtime"), config)
    assert not agrees(EARLIER, config)


@pytest.mark.parametrize("key, value", [("TCU_UPSCALE", 1), ("CTFC_CONV", "scalar"), ("NORM", "instance")])
def test_a_network_setting_that_the_state_does_not_know_is_another_run_unless_it_has_its_default(config, key, value):
    assert key not in EARLIER["model"]
    assert agrees(EARLIER, config)
    config.MODEL.RFACENET[key] = value
    assert not agrees(EARLIER, config)


@pytest.mark.parametrize(
    "change",
    [{"clips": ["101", "201"]}, {"processes": 2}, {"name": "Physnet"}, {"train": {"EPOCHS": 6}}, {"newer": 1}],
    ids=lambda change: next(iter(change)),
)
def test_other_clips_processes_models_and_settings_are_another_run(config, change):
    assert not agrees({**EARLIER, **change}, config)


@pytest.mark.parametrize("text", ["", "[]", "3", '{"name": "rFaceNet"}'])
def test_what_is_no_fingerprint_agrees_with_nothing(config, text):
    assert not fingerprint.agree(text, fingerprint.of_run(config, CLIPS))


def test_settings_that_change_no_number_do_not_matter(config):
    config.MODEL.RFACENET.RUNTIME.WORKERS = 3
    config.MODEL.RFACENET.EXPORT_IDENTITY_HEAD = True
    assert agrees(EARLIER, config)


def test_other_labels_under_the_same_names_are_another_run(config):
    one, other = (fingerprint.of_run(config, CLIPS, labels) for labels in (1, 2))
    assert not fingerprint.agree(one, other)
    assert fingerprint.agree(one, fingerprint.of_run(config, CLIPS, 1))
    assert agrees(EARLIER, config) and fingerprint.agree(json.dumps(EARLIER), one)
    config.TRAIN.DATA.PREPROCESS.RESIZE.H = 36
    assert not fingerprint.agree(one, fingerprint.of_run(config, CLIPS, 1))
