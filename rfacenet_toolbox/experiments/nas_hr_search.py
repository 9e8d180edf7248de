"""``rfacenet search-nas-hr``: NAS-HR's search for a cell, on the training maps of a config, resumable."""

import math
import os
from typing import NamedTuple

import torch
from torch.utils.data import DataLoader, Subset

from .. import config as configuration
from ..datasets.splits import check_source, load_split
from ..errors import ConfigError
from ..hosts.standalone import StandaloneHost
from ..methods.nas_hr import Search, SearchSettings, Supernet
from ..methods.nas_hr.learner import images_of
from ..runtime import files, machine
from ..runtime.tables import csv_text
from ..training import learners, state_dicts
from ..training.loaders import clip_names, own_rates, recorded

METHOD = "NASHR"
STATE, LOG, GENOTYPE = "search_state.pth", "search.csv", "genotype.txt"
COLUMNS = ("epoch", "weights_mae_bpm", "architecture_mae_bpm", "genotype")


class SearchOptions(NamedTuple):
    """What the command is told beside the config."""

    epochs: int = 40
    batch_size: int = 32
    second_order: bool = True
    architecture_learning_rate: float = 3e-4
    seed: int = 100


def search(config_file, out, options):
    """Search, and leave the genotype, the log and the state in ``out``. A search that was stopped goes on.

    Args:
        config_file: of a training of NAS-HR; its TRAIN clips are searched on, with its CHANNELS and CELLS.
        out: a folder.
        options: :class:`SearchOptions`.

    Returns:
        The text of the genotype.

    Raises:
        ConfigError: a config or options that cannot be searched with, or the folder has another search.
        DataError: there are too few recordings.
    """
    _check_options(options)
    files.check_writable("--out", out)
    config = _checked(config_file)
    halves = Halves(config, options)
    settings = SearchSettings(
        epochs=options.epochs,
        architecture_learning_rate=options.architecture_learning_rate,
        second_order=options.second_order,
    )
    machine.seed_everything(options.seed)
    node = config.MODEL.NASHR
    searching = Search(Supernet(node.CHANNELS, node.CELLS).to(halves.device), settings)
    description = {**options._asdict(), "channels": node.CHANNELS, "cells": node.CELLS, "clips": halves.names}
    rows = _resumed(searching, out, description)
    for epoch in range(len(rows), options.epochs):
        errors = searching.epoch(epoch, halves.batches(epoch))
        genotype = str(searching.network.genotype())
        rows.append([epoch, *errors, genotype])
        files.write_text(os.path.join(out, LOG), csv_text(COLUMNS, rows))
        files.write_text(os.path.join(out, GENOTYPE), genotype + "\n")
        state = {"search": description, "rows": rows, **searching.state()}
        state_dicts.save(os.path.join(out, STATE), state)
        print(f"Epoch {epoch}: weights {errors[0]:.2f} bpm, architecture {errors[1]:.2f} bpm, {genotype}")
    return str(searching.network.genotype())


def _check_options(options):
    for name, least in (("epochs", 1), ("batch_size", 2)):
        if getattr(options, name) < least:
            raise ConfigError(f"--{name.replace('_', '-')} is {getattr(options, name)}; expected {least} or more.")
    if not 0 < options.architecture_learning_rate < math.inf:
        raise ConfigError(
            f"--architecture-lr is {options.architecture_learning_rate}; expected a number above 0, such as 3e-4."
        )
    if not 0 <= options.seed < 2**32:
        raise ConfigError(f"--seed is {options.seed}; expected 0 to {2**32 - 1}, which NumPy takes.")


def _checked(config_file):
    config = configuration.load(config_file)
    if config.MODEL.NAME != METHOD or config.TOOLBOX_MODE != "train_and_test":
        raise ConfigError(
            f"{config_file} has MODEL.NAME {config.MODEL.NAME!r} and TOOLBOX_MODE {config.TOOLBOX_MODE}; a search "
            f"needs {METHOD} and train_and_test. toolbox_configs/table1/NASHR.yaml is one."
        )
    configuration.check(config, StandaloneHost.name)
    check_source("TRAIN", config.TRAIN.DATA, config.MODEL.RFACENET.RESAMPLE)
    return config


class Halves:
    """The training clips in two halves, recording by recording in turns, so that none is in both."""

    def __init__(self, config, options):
        self.clips = load_split("TRAIN", config.TRAIN.DATA, resample=config.MODEL.RFACENET.RESAMPLE)
        self.device = machine.pick_device(config.DEVICE)
        self.fs_hz, self.options = config.TRAIN.DATA.FS, options
        self.workers = machine.worker_count(config.MODEL.RFACENET.RUNTIME.WORKERS)
        self.rates, self.learner = own_rates(self.clips), learners.for_training(config)
        self.names = clip_names(self.clips)
        turn = {name: number % 2 for number, name in enumerate(dict.fromkeys(self.names))}
        self.parts = [[index for index, name in enumerate(self.names) if turn[name] == half] for half in (0, 1)]
        if min(map(len, self.parts)) < options.batch_size:
            raise ConfigError(
                f"--batch-size is {options.batch_size}, and the halves of the training clips have "
                f"{' and '.join(str(len(part)) for part in self.parts)}; expected no more than the smaller."
            )

    def batches(self, epoch):
        """Pairs of whole batches, in an order that hangs on the seed and the epoch alone."""
        generator = torch.Generator().manual_seed(1000 * self.options.seed + epoch)
        loaders = [
            DataLoader(
                Subset(self.clips, part), self.options.batch_size, shuffle=True, drop_last=True, generator=generator,
                num_workers=self.workers,
            )
            for part in self.parts
        ]  # fmt: skip
        for pair in zip(*loaders):
            yield tuple(map(self._batch, pair))

    def _batch(self, batch):
        clips, labels = (one.to(self.device, torch.float32) for one in batch[:2])
        own = recorded(self.rates, batch[2], batch[3], self.fs_hz) if self.rates else None
        return images_of(clips), self.learner.true_bpm(labels, self.learner.recorded_rates(clips, own), own)


def _resumed(searching, out, description):
    """Rows of the log of the epochs that are done; the search is as it was after them."""
    path = os.path.join(out, STATE)
    files.remove_abandoned(out)
    if not os.path.isfile(path):
        return []
    state = state_dicts.load(path, remedy="remove it to search afresh")
    if not isinstance(state, dict) or state.get("search") != description:
        raise ConfigError(
            f"{path} is of another search, with other settings or other clips. Choose another --out, or remove the "
            f"file to search afresh."
        )
    searching.load(state)
    print(f"Going on after epoch {len(state['rows']) - 1}, from {path}.")
    return state["rows"]
