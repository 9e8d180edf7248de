"""What is saved by keeping a loader's worker processes from epoch to epoch?

``python benchmarks/loaders.py`` times three passes over a tiny loader with kept workers: against as many workers
started at each pass, and against the toolbox's 16, started at each pass. What is left of a pass is the workers' start.
"""

import argparse

import torch
from measuring import compare, machine
from torch.utils.data import DataLoader, TensorDataset

from rfacenet_toolbox.runtime.machine import TOOLBOX_WORKERS, KeptLoader, worker_count

PASSES = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=2, help="pairs; the toolbox's workers are started for one alone")
    args = parser.parse_args()
    print(machine())
    own = worker_count(-1)

    def kept():
        passes(KeptLoader, own)

    name = f"{PASSES} passes, {own} kept workers"
    compare(name, kept, lambda: passes(DataLoader, own), f"{own} started at each pass", args.repeats)
    toolbox = f"the toolbox's {TOOLBOX_WORKERS}, started at each pass"
    compare(name, kept, lambda: passes(DataLoader, TOOLBOX_WORKERS), toolbox, 1, warm_up=False)


def passes(loader_class, workers):
    """Go ``PASSES`` times over 8 items, 2 a batch."""
    items = TensorDataset(torch.zeros(8, 3))
    loader = loader_class(items, batch_size=2, num_workers=workers, multiprocessing_context="spawn")
    for _ in range(PASSES):
        list(loader)


if __name__ == "__main__":
    main()
