"""The neural baselines on the clips and settings of their golden numbers."""

import importlib.util

import torch
from support.paths import GOLDEN
from torch.utils.data import Dataset

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.hosts.job import make_trainer
from rfacenet_toolbox.training import learners

_spec = importlib.util.spec_from_file_location("make_neural_golden", str(GOLDEN / "make_neural_golden.py"))
maker = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(maker)

CASES = list(maker.CASES)
FRAMEWISE = CASES[1:]


class Batches(list):
    """Batches that pass for a loader."""

    generator = None

    def __init__(self, batches):
        super().__init__(batches)
        self.dataset = Dataset()
        self.dataset.inputs = [f"{name}_input{chunk}.npy" for batch in batches for name, chunk in zip(*batch[2:])]


def config(folder, name, **runtime):
    tree = maker.configure(toolbox_tree(), name, str(folder))
    for key, value in runtime.items():
        tree.MODEL.RFACENET.RUNTIME[key] = value
    return tree


def learner(tree):
    torch.manual_seed(100)
    return learners.for_training(tree)


def trainer(tree, batches):
    torch.manual_seed(100)
    return make_trainer(tree, {"train": Batches(batches)})
