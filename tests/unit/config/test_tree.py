"""The tree of settings, and the configs of Table 2, against the toolbox's own in the checkouts of RPPG_TOOLBOX."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.checkouts import CHECKOUTS
from support.configs import PURE_TO_UBFC, RUNNABLE, flat, write
from support.paths import CONFIGS, ROOT

from rfacenet_toolbox.config import load
from rfacenet_toolbox.config.tree import toolbox_tree

#: rows of Table 2 -> the toolbox's own config of that row
BASELINES = {
    "PHYSNET": "PHYSNET_BASIC",
    "DEEPPHYS": "DEEPPHYS_BASIC",
    "TSCAN": "TSCAN_BASIC",
    "EFFICIENTPHYS": "EFFICIENTPHYS",
    "PHYSFORMER": "PHYSFORMER_BASIC",
}

THEIRS = """
import json, sys
from argparse import Namespace
import config
from rfacenet_toolbox.config.node import add_settings

add_settings(config._C)
trees = {"defaults": config._C}
trees.update((path, config.get_config(Namespace(config_file=path))) for path in sys.argv[1:])
print("\\n" + json.dumps(trees))
"""

VARIANTS = {
    "best epoch": {"TEST.USE_LAST_EPOCH": False},
    "only test": {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": "w.pth"},
    "named": {"TRAIN.DATA.EXP_DATA_NAME": "mine", "TRAIN.DATA.FILE_LIST_PATH": "lists"},
    "a list": {"TEST.DATA.DO_PREPROCESS": False, "TEST.DATA.FILE_LIST_PATH": "lists/test.csv"},
    "high": {"TRAIN.DATA.PREPROCESS.RESIZE": {"W": 64, "H": 72}, "TEST.DATA.PREPROCESS.RESIZE": {"W": 64, "H": 72}},
}


@pytest.mark.parametrize("checkout", CHECKOUTS)
def test_tree_and_derived_paths_are_the_toolboxs(checkout, tmp_path):
    files = [str(path) for path in RUNNABLE]
    for name, changes in VARIANTS.items():
        files.append(str(write(tmp_path / f"{name}.yaml", {"BASE": [PURE_TO_UBFC]}, changes)))
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([checkout, str(ROOT)]), PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(
        [sys.executable, "-c", THEIRS, *files], cwd=checkout, env=environment, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    for file, theirs in json.loads(done.stdout.splitlines()[-1]).items():
        ours = flat(json.loads(json.dumps(toolbox_tree() if file == "defaults" else load(file))))
        theirs = flat(theirs)
        if "MODEL.iBVPNet.FRAME_NUM" not in theirs:  # a revision from before some keys were added
            ours = {key: value for key, value in ours.items() if key in theirs}
        assert ours == theirs, file


#: what our configs set otherwise than the toolbox's own: paths, plots, a rate that most networks do not read, and what
#: the toolbox's trainer of PhysFormer has in its code
OTHERWISE = {"BASE", "DO_PREPROCESS", "PLOT_LOSSES_AND_LR", "METRICS", "MODEL_FILE_NAME"}
OF_A_ROW = {"PHYSFORMER": {"SCHEDULER", "WEIGHT_DECAY", "WINDOW_SIZE"}}


@pytest.mark.parametrize("checkout", CHECKOUTS)
@pytest.mark.parametrize("row", BASELINES)
def test_rows_of_table_2_have_the_values_of_the_toolboxs_own_configs(checkout, row):
    for ours, theirs in (("PURE_UBFC", "PURE_PURE_UBFC-rPPG"), ("UBFC_PURE", "UBFC-rPPG_UBFC-rPPG_PURE")):
        ours = flat(load(CONFIGS / "table2" / f"{ours}_{row}.yaml"))
        theirs = flat(load(Path(checkout) / "configs" / "train_configs" / f"{theirs}_{BASELINES[row]}.yaml"))
        different = {key.rsplit(".", 1)[-1] for key in ours if ours[key] != theirs[key]}
        different -= OTHERWISE | OF_A_ROW.get(row, {"DROP_RATE"})
        assert {key for key in different if not key.endswith(("PATH", "_DIR"))} == set()
        if row != "PHYSNET":  # whose file name says Standardized, for DiffNormalized data, in one direction
            assert ours["TRAIN.MODEL_FILE_NAME"] == theirs["TRAIN.MODEL_FILE_NAME"]


@pytest.mark.parametrize("row", BASELINES)
def test_the_two_directions_of_a_row_differ_in_data_sets_and_names_alone(row):
    one, other = (load(CONFIGS / "table2" / f"{way}_{row}.yaml") for way in ("PURE_UBFC", "UBFC_PURE"))
    assert (one.TRAIN.DATA.DATASET, one.VALID.DATA.DATASET, one.TEST.DATA.DATASET) == ("PURE", "PURE", "UBFC-rPPG")
    one, other = flat(one), flat(other)
    changed = {key.rsplit(".", 1)[-1] for key in one if one[key] != other[key]}
    paths = {"DATA_PATH", "CACHED_PATH", "FILE_LIST_PATH", "EXP_DATA_NAME", "MODEL_DIR", "OUTPUT_SAVE_DIR", "PATH"}
    assert changed <= {"BASE", "DATASET", "MODEL_FILE_NAME"} | paths
