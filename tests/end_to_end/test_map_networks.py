"""CVD, NAS-HR and Dual-GAN in the trainer, on maps in memory: trained, tested, and what is refused before a run."""

import math

import pytest
import torch
from support import in_memory
from support.configs import for_splits
from torch.utils.data import DataLoader

from rfacenet_toolbox.config import method
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.hosts.job import make_trainer
from rfacenet_toolbox.runtime.machine import seed_everything

EDGES = "sep_conv_3x3:0 skip_connect:1"
#: name -> (DATA_TYPE, channels, rows, its own settings)
METHODS = {
    "CVD": ("STMapRegions", 6, 63, {"SIDE": 32}),
    "NASHR": ("STMapPos", 3, 15, {"GENOTYPE": f"{EDGES} // {EDGES}", "CHANNELS": 2, "CELLS": 4}),
    "DualGAN": ("STMapGrid", 3, 25, {"WIDTH": 2}),
}


class Maps(in_memory.Items):
    """Two maps of each recording, as the clips of a split are given."""

    def __init__(self, names, channels, rows):
        super().__init__((name, chunk) for name in names for chunk in (0, 1))
        self.size = channels, in_memory.FRAMES, rows, 1

    def __getitem__(self, index):
        name, chunk = self.items[index]
        label = torch.sin(2 * math.pi * (1.2 + 0.2 * index) * torch.arange(in_memory.FRAMES) / 30)
        noise = torch.randn(self.size, generator=torch.Generator().manual_seed(index))
        return (100 + label[:, None, None] + 0.1 * noise).numpy(), label.numpy(), name, str(chunk)


def config(folder, name, data_type=None):
    made = METHODS[name]
    settings = {"MODEL": {"NAME": name, name.upper(): made[3]}}
    clips = {"DATA_TYPE": [data_type or made[0]], "CHUNK_LENGTH": in_memory.FRAMES}
    return in_memory.config(folder, settings, for_splits({"PREPROCESS": clips, "DATA_FORMAT": "NCDHW"}), epochs=1)


@pytest.mark.parametrize("name", METHODS)
def test_maps_are_learned_and_every_test_map_is_predicted(tmp_path, name):
    _, channels, rows, _ = METHODS[name]
    tree = config(tmp_path, name)
    seed_everything(100)
    data = {"train": Maps(("101", "201"), channels, rows), "valid": None, "test": Maps(("subject1",), channels, rows)}
    loaders = {
        split: None if maps is None else DataLoader(maps, batch_size=2, generator=torch.Generator().manual_seed(1))
        for split, maps in data.items()
    }
    trainer = make_trainer(tree, loaders)
    trainer.train(loaders)
    (row,) = in_memory.epochs(tmp_path)
    assert all(float(row[column]) >= 0 for column in trainer.learner.log_columns)
    predictions, labels, _ = trainer.test(loaders)
    size = in_memory.FRAMES if name == "DualGAN" else 1
    assert {chunk: tuple(one.shape) for chunk, one in predictions["subject1"].items()} == {0: (size,), 1: (size,)}
    assert labels["subject1"][0].shape == (in_memory.FRAMES,)


@pytest.mark.parametrize("name", METHODS)
def test_clips_of_frames_and_other_maps_are_refused(tmp_path, name):
    for other in ("Standardized", "STMapPos" if name == "CVD" else "STMapRegions"):
        with pytest.raises(ConfigError, match=rf"DATA_TYPE is \['{other}'\]; {name} takes maps .*{METHODS[name][0]}"):
            method.check(config(tmp_path, name, other), ["TRAIN"])
