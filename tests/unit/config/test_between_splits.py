"""Splits of one run: what may not be shared, what may not differ, and what is only told."""

import os

import pytest

from rfacenet_toolbox.config import between_splits, check
from rfacenet_toolbox.errors import ConfigError

SPLITS = ["TRAIN", "TEST"]
FOLDERS = {"TRAIN.DATA.DATA_PATH": "A", "TEST.DATA.DATA_PATH": "B"}
ONE_FORMAT = {"TRAIN.DATA": {"DATASET": "UBFC-rPPG", "END": 1.0}, "TEST.DATA.END": 1.0, **FOLDERS}
OWN_NAME = {"TRAIN.DATA.EXP_DATA_NAME": "mine", "TEST.DATA.EXP_DATA_NAME": "mine"}


@pytest.mark.parametrize("host", ["standalone", "toolbox"])
@pytest.mark.parametrize(
    "settings, message",
    [
        (ONE_FORMAT, "TRAIN and TEST share the file list .*DATA_PATH is 'A' where TEST.DATA.DATA_PATH is 'B'"),
        (OWN_NAME, "share the cache .*mine, and TRAIN.DATA.DATASET is 'PURE' where TEST.DATA.DATASET is 'UBFC-rPPG'"),
        ({**OWN_NAME, "TEST.DATA.DATASET": "PURE", "TEST.DATA.DATA_PATH": "data/PURE", "TEST.DATA.FS": 25}, "FS is 30"),
        ({"TEST.DATA.PREPROCESS.DATA_TYPE": ["Standardized"]}, "PREPROCESS.DATA_TYPE is .* make them equal"),
        ({"TEST.DATA.PREPROCESS.LABEL_TYPE": "Raw"}, "LABEL_TYPE is 'DiffNormalized' and .* 'Raw': one is the pulse's"),
    ],
)
def test_what_cannot_be_right_is_refused_in_both_hosts(config_with, host, settings, message):
    with pytest.raises(ConfigError, match=message):
        check(config_with(settings), host)


def test_one_list_for_two_caches_is_refused(config_with, tmp_path):
    lists = {f"{split}.DATA.FILE_LIST_PATH": str(tmp_path / "lists") for split in SPLITS}
    caches = {f"{split}.DATA.CACHED_PATH": str(tmp_path / split) for split in SPLITS}
    with pytest.raises(ConfigError, match="TRAIN and TEST share the file list .*CACHED_PATH is"):
        between_splits.check(config_with({**ONE_FORMAT, **lists, **caches}), SPLITS)


def test_two_names_of_one_folder_are_one_source(config_with, tmp_path):
    (tmp_path / "A").mkdir()
    os.symlink(str(tmp_path / "A"), str(tmp_path / "B"))
    paths = {"TRAIN.DATA.DATA_PATH": str(tmp_path / "A"), "TEST.DATA.DATA_PATH": str(tmp_path / "B")}
    between_splits.check(config_with({**ONE_FORMAT, **paths}), SPLITS)


def test_what_may_be_meant_is_told(config_with):
    config = config_with({"TEST.DATA.FS": 25, "TEST.DATA.PREPROCESS.RESIZE.W": 36})
    assert between_splits.warnings(config, SPLITS) == [
        "TEST.DATA.FS is 25, and TRAIN.DATA.FS is 30.",
        "TEST.DATA.PREPROCESS.RESIZE.W is 36, and TRAIN.DATA.PREPROCESS.RESIZE.W is 72.",
    ]
    between_splits.check(config, SPLITS)
    assert between_splits.warnings(config_with({}), SPLITS) == []
