"""Small clips in memory and a config that fits them, for tests of the trainer."""

import contextlib
import csv
import math
from unittest import mock

import pytest
import torch
from support.configs import for_splits, tree
from torch.utils.data import DataLoader, Dataset

from rfacenet_toolbox.hosts.job import make_trainer
from rfacenet_toolbox.methods.rfacenet.learner import RFaceNetLearner
from rfacenet_toolbox.runtime.machine import seed_everything
from rfacenet_toolbox.training import state_dicts

FRAMES, SIDE = 32, 16


def _has_fused_adam():
    try:
        torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], fused=True)
    except (RuntimeError, TypeError):
        return False
    return True


needs_fused_adam = pytest.mark.skipif(not _has_fused_adam(), reason="this PyTorch has no fused Adam for the CPU")


class Items(Dataset):
    """What the trainer uses of the toolbox's data sets: ``items``, (recording, chunk), and ``inputs``, their paths."""

    def __init__(self, items):
        self.items = list(items)
        self.inputs = [f"cache/{name}_input{chunk}.npy" for name, chunk in self.items]

    def __len__(self):
        return len(self.items)


class Clips(Items):
    """Noise with a pulse of its own in each clip."""

    def __init__(self, names, chunks=2, spoil=None, side=SIDE):
        super().__init__((name, chunk) for name in names for chunk in range(chunks))
        self.spoil, self.side = spoil, side

    def __getitem__(self, index):
        name, chunk = self.items[index]
        generator = torch.Generator().manual_seed(index)
        time = torch.arange(FRAMES) / 30
        label = torch.sin(2 * math.pi * (1.2 + 0.2 * index) * time)
        clip = 0.1 * torch.randn(3, FRAMES, self.side, self.side, generator=generator) + label[:, None, None]
        if (name, chunk) == self.spoil:
            clip[0, 0, 0, 0] = float("nan")
        return clip.numpy(), label.numpy(), name, str(chunk)


def loader(names, shuffle=False, **settings):
    generator = torch.Generator()
    generator.manual_seed(100)
    return DataLoader(Clips(names, **settings), batch_size=2, shuffle=shuffle, generator=generator)


def loaders(train=("101", "201"), valid=None, test=("subject1", "subject2", "subject3"), side=SIDE, **settings):
    return {
        "train": loader(train, shuffle=True, side=side, **settings),
        "valid": None if valid is None else loader(valid, side=side),
        "test": loader(test, side=side),
    }


class Killed(Exception):
    pass


@contextlib.contextmanager
def killed_after(steps, learner=RFaceNetLearner):
    """Within this, a training of the learner ends after so many steps as if its process were killed."""
    step, left = learner.step, iter(range(steps))

    def dying(self, *batch, **more):
        if next(left, None) is None:
            raise Killed
        return step(self, *batch, **more)

    with mock.patch.object(learner, "step", dying), pytest.raises(Killed):
        yield


def config(folder, *settings, epochs=2):
    """A frozen tree for :class:`Clips`, whose files all go to ``folder``."""
    data = {"DATASET": "PURE", "FS": 30, "DATA_PATH": str(folder / "no_raw_data")}
    return tree(
        {"TOOLBOX_MODE": "train_and_test", "DEVICE": "cpu", "LOG.PATH": str(folder)},
        {"MODEL": {"NAME": "rFaceNet", "MODEL_DIR": str(folder / "models"), "RFACENET.FRAME_NUM": FRAMES}},
        {"TRAIN": {"EPOCHS": epochs, "LR": 3e-3, "MODEL_FILE_NAME": "small"}},
        for_splits({**data, "PREPROCESS.LABEL_TYPE": "Standardized"}),
        {"TEST": {"DATA.DATASET": "UBFC-rPPG", "OUTPUT_SAVE_DIR": str(folder / "outputs")}},
        *settings,
    )


def trained(config, **settings):
    """A trainer after training from the toolbox's seed, and its loaders."""
    seed_everything(100)
    given = loaders(**settings)
    trainer = make_trainer(config, given)
    trainer.train(given)
    return trainer, given


def epochs(folder):
    """Rows of the epoch log."""
    with open(folder / "epochs.csv") as file:
        return list(csv.DictReader(file))


def same_weights(one, other):
    """Whether two weights files hold the same numbers."""
    one, other = state_dicts.load_weights(one), state_dicts.load_weights(other)
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)
