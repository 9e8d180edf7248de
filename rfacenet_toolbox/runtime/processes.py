"""Several processes train one model: PyTorch's ``torchrun`` starts them, and each takes its share of every batch.

``torchrun --nproc_per_node 2 main.py --config_file X.yaml``

The batches are those of one process, in its order. Gradients are averaged over the clips of the whole batch, and one
process writes the files. Batch normalisation sees each process's share alone, and that is all that differs: with its
statistics held fixed, the losses are those of one process to 1e-3 (``tests/end_to_end/test_distributed.py``).
rFaceNet has under a million parameters: one sum after the backward pass costs little, and needs no wrapper around the
model.
"""

import datetime
import os
import sys

import torch
from torch import distributed as dist
from torch.utils.data import BatchSampler, RandomSampler

_PATIENCE = datetime.timedelta(hours=6)  # the others wait while one process preprocesses or validates


def size():
    """How many processes train."""
    return dist.get_world_size() if _active() else 1


def rank():
    """The number of this process, from 0."""
    return dist.get_rank() if _active() else 0


def is_writer():
    """Whether this process writes files and prints."""
    return rank() == 0


def start(device):
    """Join the processes that ``torchrun`` started, if it did. Safe to repeat."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1 and not _active():
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=_PATIENCE)


def local(device):
    """The device of this process: one GPU each, by its number on its machine."""
    return torch.device("cuda", int(os.environ["LOCAL_RANK"])) if _active() and device.type == "cuda" else device


def stop():
    """Leave after a failure; safe where nothing was started."""
    if _active():
        dist.destroy_process_group()


def leave():
    """End this process once all are done; returns where there is only one.

    It ends without Python's own clearing up: gloo's threads can abort a process that clears up while they still let
    go of a tensor, and ``torchrun`` would call the whole run failed.
    """
    if _active():
        dist.barrier()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def wait():
    """Wait until every process is here."""
    if _active():
        dist.barrier()


class SharedBatches(BatchSampler):
    """This process's share of each batch that one process would have drawn.

    A last batch of fewer clips than processes leaves some without a share; they draw one batch less.

    Args:
        dataset: whose clips are drawn.
        batch_size: clips of a batch, over all processes.
        generator: of the shuffle; equally seeded in each process.
    """

    def __init__(self, dataset, batch_size, generator):
        super().__init__(RandomSampler(dataset, generator=generator), batch_size, drop_last=False)

    def __iter__(self):
        for batch in super().__iter__():
            share = batch[rank() :: size()]
            if share:
                yield share


def shares(loader):
    """The batches of a training loader, and None where this process has no share of the last one."""
    drawn = 0
    for batch in loader:  # to its end: what the sampler draws there belongs to the shuffle of the next pass
        drawn += 1
        yield batch
    for _ in range(drawn, len(loader)):
        yield None


def average_gradients(parameters, clips):
    """Make each gradient its mean over the clips of all processes, where it was the mean over this one's ``clips``."""
    if not _active():
        return
    parameters = list(parameters)
    device = parameters[0].device
    flat = [torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten() * clips for p in parameters]
    packed = torch.cat([*flat, torch.tensor([float(clips)], device=device)])
    dist.all_reduce(packed)
    *gradients, total = packed.split([p.numel() for p in parameters] + [1])
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = (gradient / total).view_as(parameter)


def gather(value):
    """``[value of process 0, value of process 1, ...]`` in every process; any picklable value."""
    if not _active():
        return [value]
    values = [None] * size()
    dist.all_gather_object(values, value)
    return values


def _active():
    return dist.is_available() and dist.is_initialized()
