"""Which parts of a config's data a run reads."""

import pytest

from rfacenet_toolbox.config.splits_used import splits_used
from rfacenet_toolbox.config.tree import toolbox_tree


@pytest.mark.parametrize(
    "mode, last_epoch, splits",
    [
        ("train_and_test", True, ["TRAIN", "TEST"]),
        ("train_and_test", False, ["TRAIN", "VALID", "TEST"]),
        ("only_test", False, ["TEST"]),
        ("unsupervised_method", True, ["UNSUPERVISED"]),
    ],
)
def test_every_mode_reads_its_splits(mode, last_epoch, splits):
    config = toolbox_tree()
    config.TOOLBOX_MODE, config.TEST.USE_LAST_EPOCH = mode, last_epoch
    assert splits_used(config) == splits
