"""What the processes of the distributed tests run: ``distributed_run.py FOLDER IDENTITY [DIES_IN_EPOCH]``."""

import os
import sys
from pathlib import Path

import torch
from support import in_memory

from rfacenet_toolbox.hosts.job import make_trainer
from rfacenet_toolbox.methods.rfacenet import RFaceNet
from rfacenet_toolbox.methods.rfacenet.learner import RFaceNetLearner
from rfacenet_toolbox.runtime import processes
from rfacenet_toolbox.runtime.machine import KeptLoader, seed_everything
from rfacenet_toolbox.training.loaders import training_loader


def main(folder, identity, dies_in_epoch=None):
    torch.set_num_threads(1)
    processes.start(torch.device("cpu"))
    generator = torch.Generator()
    seed_everything(100, [generator])
    clips = in_memory.Clips(["101", "201", "301"], chunks=3)  # 9 clips: the last batch of 4 has one clip
    loaders = {"train": training_loader(KeptLoader, clips, 4, generator), "valid": None}
    fusion = "none" if identity == "none" else "stage3"
    config = in_memory.config(Path(folder), {"MODEL.RFACENET": {"IDENTITY": identity, "FUSION": fusion}}, epochs=3)
    if identity == "none":
        _hold_batch_norm()
    if dies_in_epoch is not None:
        start_epoch = RFaceNetLearner.start_epoch

        def dies(self, epoch, epochs):
            if epoch == int(dies_in_epoch):
                processes.wait()  # until the epoch before is written
                if processes.rank() == 1:
                    os._exit(9)
            start_epoch(self, epoch, epochs)

        RFaceNetLearner.start_epoch = dies
    make_trainer(config, loaders).train(loaders)
    processes.leave()


def _hold_batch_norm():
    """Batch normalisation with fixed statistics, so that a clip's result does not depend on its share."""
    train = RFaceNet.train

    def holding(self, mode=True):
        train(self, mode)
        for module in self.modules():
            if isinstance(module, (torch.nn.BatchNorm2d, torch.nn.BatchNorm3d)):
                module.training = False
        return self

    RFaceNet.train = holding


if __name__ == "__main__":
    main(*sys.argv[1:])
