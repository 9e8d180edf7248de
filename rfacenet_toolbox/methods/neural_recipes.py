"""What the neural baselines bring to the trainer: their input, their loss, and how their weights are named.

The rest of the toolbox's protocol for them, Adam and OneCycleLR, the choice of the epoch, the files, is the trainer's:
it is the same for all of them and for rFaceNet. (For the last three the toolbox takes AdamW with a weight decay of 0;
that is Adam, to the last bit.)
"""

import torch
from torch import nn

from ..training.recipe import Recipe, Step
from ..training.trainer import Trainer
from .deepphys import DeepPhys
from .efficientphys import EfficientPhys
from .physnet import NegativePearson, PhysNet
from .tscan import TSCAN


def physnet_trainer(config, loaders, host):
    """The registry's factory of ``Physnet``."""
    return Trainer(config, PhysNetRecipe(config))


def deepphys_trainer(config, loaders, host):
    """The registry's factory of ``DeepPhys``."""
    return Trainer(config, FramesRecipe(config, DeepPhys(_side(config))))


def tscan_trainer(config, loaders, host):
    """The registry's factory of ``Tscan``."""
    model = TSCAN(_side(config), config.MODEL.TSCAN.FRAME_DEPTH)
    return Trainer(config, FramesRecipe(config, model, settings="TSCAN"))


def efficientphys_trainer(config, loaders, host):
    """The registry's factory of ``EfficientPhys``."""
    model = EfficientPhys(_side(config), config.MODEL.EFFICIENTPHYS.FRAME_DEPTH)
    return Trainer(config, DifferencesRecipe(config, model, settings="EFFICIENTPHYS"))


class _BaselineRecipe(Recipe):
    """One network with one loss.

    The loss of an epoch is the mean of its batches', as in the toolbox, which picks the best epoch by it.

    Args:
        config: the whole tree.
        model, loss: modules.
        memory_format: the one that ``RUNTIME.CHANNELS_LAST`` means for the network.
        settings: the node below ``MODEL`` that holds the network's settings, or None.
    """

    def __init__(self, config, model, loss, memory_format, settings):
        self.model = model
        self.loss = loss
        self.settings = settings
        if config.MODEL.RFACENET.RUNTIME.CHANNELS_LAST:
            self.model.to(memory_format=memory_format)

    def step(self, clips, labels, classes):
        bvp = self.predict(clips)
        with torch.autocast(clips.device.type, enabled=False):
            loss = self.loss(*self.compared(bvp, labels))
        return Step(loss, bvp, {"loss": (float(loss.detach()), 1)})

    def compared(self, bvp, labels):
        """What :meth:`predict` gave, and the labels (B, T), as the loss takes them."""
        raise NotImplementedError


class PhysNetRecipe(_BaselineRecipe):
    """PhysNet learns a correlation with whole clips. (The toolbox z-scores both sides over the batch before; no
    correlation is changed by that.)
    """

    def __init__(self, config):
        model = PhysNet(config.MODEL.PHYSNET.FRAME_NUM)
        super().__init__(config, model, NegativePearson(), torch.channels_last_3d, "PHYSNET")

    def predict(self, clips):
        """(B, 3, T, H, W) -> BVP (B, T)."""
        return self.model(clips)

    def compared(self, bvp, labels):
        return bvp.float(), labels


class FramesRecipe(_BaselineRecipe):
    """Networks that take a batch of clips as one row of frames, and learn each frame's value.

    The row is cut to a multiple of ``FRAME_DEPTH`` times ``NUM_OF_GPU_TRAIN``, so the last clip may lose some frames.
    Weights files are those of a network inside DataParallel.
    """

    weights_prefix = "module."

    def __init__(self, config, model, settings=None):
        super().__init__(config, model, nn.MSELoss(), torch.channels_last, settings)
        self.multiple = 1 if model.frame_depth is None else model.frame_depth * config.NUM_OF_GPU_TRAIN

    def predict(self, clips):
        """(B, T, C, H, W) -> a BVP (T,) for each clip; the last one may be shorter.

        (7e33a44 cuts the row of a test batch by TRAIN's CHUNK_LENGTH; this is what it gives where TEST's is the same.)
        """
        frames = clips.flatten(0, 1)
        frames = frames[: len(frames) // self.multiple * self.multiple]
        return self.model(self.row(frames)).flatten().split(clips.shape[1])

    def row(self, frames):
        """What the network is given for these frames."""
        return frames

    def compared(self, bvp, labels):
        bvp = torch.cat(bvp).float()
        return bvp, labels.flatten()[: len(bvp)]


class DifferencesRecipe(FramesRecipe):
    """EfficientPhys takes differences itself: the last frame once more gives the last frame a difference, of zero.

    The last frame of every other clip is set against the first of the next one in the batch, as in the toolbox, so
    these frames' values hang on the order and the size of the batches.
    """

    def row(self, frames):
        return torch.cat([frames, frames[-1:]])


def _side(config):
    split = config.TRAIN if config.TOOLBOX_MODE == "train_and_test" else config.TEST
    return split.DATA.PREPROCESS.RESIZE.H
