"""Checkouts to test the plug-in in: a small one in the shape of the contract, and copies of real ones."""

import os
import shutil
from pathlib import Path

import pytest

from rfacenet_toolbox.errors import InstallError

REAL = [path for path in os.environ.get("RPPG_TOOLBOX", "").split(os.pathsep) if path]
#: values of a parameter: the checkouts that RPPG_TOOLBOX names, or one that is skipped
CHECKOUTS = [pytest.param(path, id=Path(path).name, marks=pytest.mark.toolbox) for path in REAL or ["no checkout"]]

MAIN = '''"""Takes a config, loads, and calls one of two functions."""
import argparse

import torch
from torch.utils.data import DataLoader
from config import get_config
import neural_methods.trainer
from dataset.data_loader import BaseLoader

train_generator = torch.Generator()
train_generator.manual_seed(100)
general_generator = torch.Generator()
general_generator.manual_seed(100)


def seed_worker(worker_id):
    pass


def train_and_test(config, loaders):
    if config.MODEL.NAME == "Mean":
        print("built-in train_and_test", [[int(i) for i in batch] for batch in loaders["test"]])
    elif config.MODEL.NAME == "Absent":
        neural_methods.trainer.Trainer()
    else:
        raise ValueError("no such model")


def test(config, loaders):
    print("built-in test", config.MODEL.NAME)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--config_file", default="configs/default.yaml")
    args = parser.parse_args()
    config = get_config(args)
    print("in main", DataLoader.__module__ != "torch.utils.data.dataloader")
    data = BaseLoader.Clips(config.TEST.DATA.CACHED_PATH)
    loaders = {
        "test": DataLoader(
            data, batch_size=2, shuffle=True, num_workers=16, worker_init_fn=seed_worker, generator=train_generator,
            multiprocessing_context="spawn",
        )
    }
    if config.TOOLBOX_MODE == "train_and_test":
        train_and_test(config, loaders)
    else:
        test(config, loaders)
'''

CONFIG = """from rfacenet_toolbox.config.tree import toolbox_tree

_C = toolbox_tree()
del _C.MODEL["RFACENET"]


def get_config(args):
    config = _C.clone()
    config.merge_from_file(args.config_file)
    config.freeze()
    return config
"""

BASE_LOADER = """import retinaface

# RetinaFace


class Clips:
    def __init__(self, folder):
        self.inputs = [f"{folder}/subject{i}_input0.npy" for i in range(4)]

    def __len__(self):
        return len(self.inputs)

    def __getitem__(self, index):
        return index
"""

TRAINER = """from mamba_ssm.ops.triton import Mamba


class Trainer(Mamba):
    pass
"""

FILES = {
    "main.py": MAIN,
    "config.py": CONFIG,
    "dataset/data_loader/__init__.py": "import dataset.data_loader.BaseLoader\n",
    "dataset/data_loader/BaseLoader.py": BASE_LOADER,
    "neural_methods/__init__.py": "",
    "neural_methods/trainer.py": TRAINER,
    "configs/default.yaml": "TOOLBOX_MODE: only_test\nMODEL:\n  NAME: Mean\n",
}

#: of A.yaml and of the recordings that a user names
WHOLE_CONFIG = "BASE: [A.yaml]\nTOOLBOX_MODE: only_test\nTEST: {DATA: {DATASET: PURE, DATA_PATH: data/PURE}}\n"


def write(folder):
    """Lay the files out below ``folder``, which is given back."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def contents(folder):
    """{relative path: bytes} of everything below a folder but bytecode."""
    paths = [path for path in sorted(folder.rglob("*")) if "__pycache__" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in paths}


@pytest.fixture(params=CHECKOUTS)
def real_checkout(request, tmp_path):
    """A copy of each checkout that RPPG_TOOLBOX names, without its pictures and weights."""
    target = tmp_path / "checkout"
    leave_out = shutil.ignore_patterns("figures", "final_model_release", "__pycache__", ".git", ".venv", "runs")
    shutil.copytree(request.param, str(target), ignore=leave_out)
    return target


def assert_refused(checkout, call, match):
    """Assert that a call raises an InstallError of one line, and leaves the checkout as it is."""
    before = contents(checkout)
    with pytest.raises(InstallError, match=match) as error:
        call()
    assert "\n" not in str(error.value)
    assert contents(checkout) == before
