"""A tiny data set in memory and a config that fits it, for tests of the trainer."""

import math

import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from rfacenet_toolbox.config.tree import toolbox_tree

FRAMES, SIDE = 32, 16


def _has_fused_adam():
    try:
        torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], fused=True)
    except (RuntimeError, TypeError):
        return False
    return True


needs_fused_adam = pytest.mark.skipif(not _has_fused_adam(), reason="this PyTorch has no fused Adam for the CPU")


class TinyClips(Dataset):
    """What the trainer uses of the toolbox's data sets: items, and ``inputs``, the clips' paths."""

    def __init__(self, names, chunks=2, spoil=None):
        self.items = [(name, chunk) for name in names for chunk in range(chunks)]
        self.inputs = [f"cache/{name}_input{chunk}.npy" for name, chunk in self.items]
        self.spoil = spoil

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        name, chunk = self.items[index]
        generator = torch.Generator().manual_seed(index)
        time = torch.arange(FRAMES) / 30
        label = torch.sin(2 * math.pi * (1.2 + 0.2 * index) * time)
        clip = 0.1 * torch.randn(3, FRAMES, SIDE, SIDE, generator=generator) + label[:, None, None]
        if (name, chunk) == self.spoil:
            clip[0, 0, 0, 0] = float("nan")
        return clip.numpy(), label.numpy(), name, str(chunk)


def loader(names, shuffle=False, **settings):
    generator = torch.Generator()
    generator.manual_seed(100)
    return DataLoader(TinyClips(names, **settings), batch_size=2, shuffle=shuffle, generator=generator)


def loaders(train=("101", "201"), valid=None, test=("subject1", "subject2", "subject3"), **settings):
    return {
        "train": loader(train, shuffle=True, **settings),
        "valid": None if valid is None else loader(valid),
        "test": loader(test),
    }


def config(folder, epochs=2, **settings):
    """A frozen tree for :class:`TinyClips`; ``settings`` go to ``MODEL.RFACENET``, ``A__B`` is ``A.B`` there."""
    tree = toolbox_tree()
    tree.TOOLBOX_MODE = "train_and_test"
    tree.MODEL.NAME = "rFaceNet"
    tree.MODEL.MODEL_DIR = str(folder / "models")
    tree.LOG.PATH = str(folder)
    tree.TEST.OUTPUT_SAVE_DIR = str(folder / "outputs")
    tree.DEVICE = "cpu"
    tree.TRAIN.EPOCHS, tree.TRAIN.LR, tree.TRAIN.MODEL_FILE_NAME = epochs, 3e-3, "tiny"
    for split, dataset in (("TRAIN", "PURE"), ("VALID", "PURE"), ("TEST", "UBFC-rPPG")):
        data = tree[split].DATA
        data.DATASET, data.FS, data.PREPROCESS.LABEL_TYPE = dataset, 30, "Standardized"
        data.DATA_PATH = str(folder / "no_raw_data")
    tree.MODEL.RFACENET.FRAME_NUM = FRAMES
    for key, value in settings.items():
        *path, leaf = key.split("__")
        node = tree.MODEL.RFACENET
        for name in path:
            node = node[name]
        node[leaf] = value
    tree.freeze()
    return tree
