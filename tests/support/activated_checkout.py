"""A checkout in this process, made for a test, with the plug-in activated."""

import random
import sys
import types
from argparse import Namespace

import numpy as np
import pytest
import torch
from support import configs
from support.checkouts import write
from torch.utils.data import DataLoader

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.datasets.own_settings import NODES
from rfacenet_toolbox.hosts.toolbox import plugin


def remove_settings(tree):
    """Take out what :func:`~rfacenet_toolbox.config.add_settings` adds."""
    del tree.MODEL["RFACENET"]
    for split in ("TRAIN", "VALID", "TEST", "UNSUPERVISED"):
        for node in NODES:
            del tree[split].DATA[node]


class ActivatedCheckout:
    """A checkout's modules in this process: ``config`` as ``settings``, ``__main__`` as ``main``, and the stubs."""

    def __init__(self, folder):
        self.folder = write(folder)
        self.jobs, self.checked, self.built_in = [], [], []
        self.settings = types.ModuleType("config")
        self.settings.__file__ = str(folder / "config.py")
        self.settings._C = toolbox_tree()
        remove_settings(self.settings._C)
        self.settings.get_config = self.toolbox_get_config
        self.main = types.ModuleType("__main__")
        self.main.__file__ = str(folder / "main.py")
        self.main.train_and_test = lambda config, loaders: self.built_in.append(("train_and_test", config, loaders))
        self.main.test = lambda config, loaders: self.built_in.append(("test", config, loaders))
        self.main.unsupervised_method_inference = lambda config, loaders: None
        self.main.DataLoader = DataLoader
        self.main.train_generator, self.main.general_generator = torch.Generator(), torch.Generator()
        self.before = dict(vars(self.main))

    def toolbox_get_config(self, args):
        config = self.settings._C.clone()
        config.merge_from_file(args.config_file)
        config.freeze()
        return config

    def get_config(self, *settings):
        """The config of a training with these settings, or of a file with this text."""
        if not isinstance(settings[0], str):
            settings = ({"TOOLBOX_MODE": "train_and_test"}, *settings)
        path = configs.write(self.folder / "X.yaml", *settings)
        return self.settings.get_config(Namespace(config_file=str(path)))

    def rebound(self):
        return {name for name, value in vars(self.main).items() if value is not self.before[name]}


@pytest.fixture
def activated_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    state = random.getstate(), np.random.get_state(), torch.get_rng_state()
    checkout = ActivatedCheckout(tmp_path / "checkout")
    job = types.ModuleType("rfacenet_toolbox.hosts.job")
    job.check_files = lambda config: None
    job.run = lambda *args: checkout.jobs.append(args)
    for name, module in (
        ("config", checkout.settings),
        ("__main__", checkout.main),
        ("rfacenet_toolbox.hosts.job", job),
    ):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(
        "rfacenet_toolbox.config.check", lambda config, host: checkout.checked.append((config.MODEL.NAME, host))
    )
    plugin.activate()
    yield checkout
    random.setstate(state[0])
    np.random.set_state(state[1])
    torch.set_rng_state(state[2])
