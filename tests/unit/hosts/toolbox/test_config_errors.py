"""What is wrong with a config file that the toolbox reads."""

from argparse import Namespace

import pytest

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.hosts.toolbox import plugin


@pytest.mark.parametrize(
    "text, match",
    [
        ("TRAIN:\n  EPOCH: 3\n", "X.yaml sets TRAIN.EPOCH, which is not a setting. Did you mean TRAIN.EPOCHS"),
        ("MODEL:\n  RFACENET:\n    FUSON: none\n", "MODEL.RFACENET.FUSON.*Did you mean MODEL.RFACENET.FUSION"),
        ("TRAIN:\n  EPOCHS: many\n", "TRAIN.EPOCHS is many; expected a whole number"),
        ("TRAIN: [\n", "not readable as YAML"),
        ("TRAIN:\n  EPOCHS: 3\nTRAIN:\n  LR: 0.1\n", "'TRAIN' is set twice in one block, in lines 1 and 3"),
    ],
)
def test_what_is_wrong_with_a_config_is_said_by_name(activated_checkout, text, match):
    with pytest.raises(ConfigError, match=match):
        activated_checkout.get_config(text)


def test_a_config_file_that_is_not_there(activated_checkout):
    with pytest.raises(ConfigError, match="nowhere.yaml cannot be read"):
        activated_checkout.settings.get_config(Namespace(config_file="nowhere.yaml"))


def test_the_toolboxs_own_errors_stay(activated_checkout, monkeypatch):
    def refuse(args):
        raise ValueError("TRAIN dataset FILE_LIST_PATH must be a csv")

    activated_checkout.settings.get_config = refuse
    plugin.activate()
    with pytest.raises(ValueError, match="must be a csv") as error:
        activated_checkout.get_config("DEVICE: cpu")
    assert type(error.value) is ValueError
