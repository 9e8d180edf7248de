"""The plug-in's side of the contract with the toolbox, in the real checkouts that RPPG_TOOLBOX names."""

import os
import subprocess
import sys

import pytest
from support import configs
from support.paths import ROOT

BUILT_IN = "configs/train_configs/PURE_PURE_UBFC-rPPG_PHYSNET_BASIC.yaml"
ASKED = {"MODEL.RFACENET.RUNTIME.BUILT_IN_MODELS": True}


#: runs in a checkout: main.py's functions with and without the plug-in, and the loaders' lists against ours
REAL = """
import importlib, runpy, sys, types
from argparse import Namespace
from rfacenet_toolbox.datasets.own_settings import NODES
from rfacenet_toolbox.hosts.toolbox.host import ToolboxHost
from rfacenet_toolbox.hosts.toolbox import activate
from rfacenet_toolbox.methods import registry
import config as settings
built_in, ours, pure, ubfc_rppg = sys.argv[1:]
plain = settings.get_config(Namespace(config_file=built_in))
activate()
main = types.ModuleType("__main__")
vars(main).update(runpy.run_path("main.py", run_name="main"))
sys.modules["__main__"] = main
originals = main.train_and_test, main.test
config = settings.get_config(Namespace(config_file=built_in))
assert (main.train_and_test, main.test) == originals
without_ours = config.clone()
for node in ("RFACENET", *registry.added_nodes()):
    del without_ours.MODEL[node]
for split in ("TRAIN", "VALID", "TEST", "UNSUPERVISED"):
    for node in NODES:
        del without_ours[split].DATA[node]
assert without_ours == plain
config = settings.get_config(Namespace(config_file=ours))
assert main.train_and_test.toolbox_function is originals[0] and main.test.toolbox_function is originals[1]
for dataset, module, path in (("PURE", "PURELoader", pure), ("UBFC-rPPG", "UBFCrPPGLoader", ubfc_rppg)):
    loader_class = getattr(importlib.import_module("dataset.data_loader." + module), module)
    loader = object.__new__(loader_class)
    for begin, end in ((0, 1), (0, 0.8), (0.8, 1), (0.25, 0.5)):
        tree = config.clone()
        tree.defrost()
        tree.TEST.DATA.DATASET, tree.TEST.DATA.DATA_PATH = dataset, path
        tree.TEST.DATA.BEGIN, tree.TEST.DATA.END = begin, end
        tree.TEST.DATA.FILE_LIST_PATH = "not there.csv"
        theirs = [str(found["index"]) for found in loader.split_raw_data(loader.get_raw_data(path), begin, end)]
        mine = ToolboxHost(".").expected(tree.TEST.DATA)
        assert sorted(mine) == sorted(theirs) and len(mine) > 0, (dataset, begin, end, mine, theirs)
        assert dataset == "PURE" or mine == theirs
print("as agreed")
"""


#: runs in a checkout, as REAL: what main makes its loaders with, and the C library's settings for memory
LOADERS = """
import runpy, sys, types
from argparse import Namespace
from torch.utils.data import DataLoader
from rfacenet_toolbox.hosts.toolbox import activate
from rfacenet_toolbox.runtime import speed
asked = []
speed.keep_freed_memory = lambda: asked.append(True)
activate()
import config as settings
main = types.ModuleType("__main__")
vars(main).update(runpy.run_path("main.py", run_name="main"))
sys.modules["__main__"] = main
settings.get_config(Namespace(config_file=sys.argv[1]))
print(main.DataLoader is DataLoader, asked)
"""


#: runs in a checkout: where it looks for clips and lists
PATHS = """
import sys
from argparse import Namespace
from rfacenet_toolbox.hosts.toolbox import activate
activate()
import config as settings
config = settings.get_config(Namespace(config_file=sys.argv[1]))
for split in ("TRAIN", "TEST"):
    print(config[split].DATA.CACHED_PATH, config[split].DATA.FILE_LIST_PATH, config.MODEL.MODEL_DIR)
"""


def cached(folder, split):
    """Settings for a split of one clip that is listed in a cache of its own, so that no recording is looked for."""
    clips, lists = folder / split / "clips", folder / split / "lists"
    for made in (clips, lists):
        made.mkdir(parents=True)
    for name in ("clips_0.0_0.8.csv", "clips_0.0_1.0.csv"):
        (lists / name).write_text(f",input_files\n0,{clips / '101_input0.npy'}\n")
    paths = {"CACHED_PATH": str(folder / split), "EXP_DATA_NAME": "clips", "FILE_LIST_PATH": str(lists)}
    return {f"{split}.DATA": paths}


def test_the_contract_in_real_checkouts(real_checkout, tmp_path):
    for number in (3, 11, 1, 2, 5):
        (tmp_path / "UBFC" / f"subject{number}").mkdir(parents=True)
        for scenario in (1, 2):
            (tmp_path / "PURE" / f"{number:02d}-{scenario:02d}").mkdir(parents=True)
    settings = {"BASE": [str(real_checkout / BUILT_IN)], "MODEL.NAME": "rFaceNet"}
    ours = configs.write(tmp_path / "ours.yaml", settings, cached(tmp_path, "TRAIN"), cached(tmp_path, "TEST"))
    command = [sys.executable, "-c", REAL, BUILT_IN, str(ours), str(tmp_path / "PURE"), str(tmp_path / "UBFC")]
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    done = subprocess.run(
        command,
        cwd=str(real_checkout),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0 and done.stdout.endswith("as agreed\n"), done.stdout


@pytest.mark.parametrize("mode", ["train_and_test", "unsupervised_method"])
@pytest.mark.parametrize("asked, said", [({}, "True []\n"), (ASKED, "False [True]\n")])
def test_real_built_in_models_have_their_own_loader_and_memory(real_checkout, tmp_path, mode, asked, said):
    settings = {"BASE": [str(real_checkout / BUILT_IN)], "TOOLBOX_MODE": mode, "UNSUPERVISED.METHOD": ["POS"]}
    path = configs.write(tmp_path / "X.yaml", settings, asked)
    done = subprocess.run(
        [sys.executable, "-c", LOADERS, str(path)],
        cwd=str(real_checkout),
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0 and done.stdout.endswith(said), done.stdout


def test_real_checkouts_read_the_resampled_clips_of_the_standalone_host(real_checkout, tmp_path):
    settings = {"MODEL": {"NAME": "Physnet", "RFACENET.RESAMPLE": True}, **configs.for_splits({"DO_PREPROCESS": False})}
    path = configs.write(tmp_path / "X.yaml", configs.small_job(tmp_path), settings)
    config = configs.load(path)
    done = subprocess.run(
        [sys.executable, "-c", PATHS, str(path)],
        cwd=str(real_checkout),
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
    )
    paths = [[config[split].DATA[key] for key in ("CACHED_PATH", "FILE_LIST_PATH")] for split in ("TRAIN", "TEST")]
    expected = "".join(f"{cache} {lists} {config.MODEL.MODEL_DIR}\n" for cache, lists in paths)
    assert done.stdout.endswith(expected), done.stdout + done.stderr
