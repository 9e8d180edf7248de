"""The standalone host: the toolbox's command line and loaders, without a toolbox."""

import argparse
import random

import numpy as np
import torch
from torch.utils.data import DataLoader

from .. import config as configuration
from ..config.no_effect import no_effect_remarks
from ..config.splits_used import splits_used
from ..datasets.splits import check_source, load_split
from ..runtime import machine, processes
from ..training.loaders import training_loader
from . import job
from .base import Host

#: loader order and their configuration, as the toolbox's main.py has them
SPLITS = ("train", "valid", "test")


class StandaloneHost(Host):
    """This package alone."""

    name = "standalone"

    def in_order(self, recordings, data_path):
        """By number, as they were found."""
        return recordings


def main(argv=None):
    """``main.py --config_file X``; returns the content of ``results.json``, or {method: content} of several."""
    args = parse(argv)
    config = configuration.load(args.config_file)
    configuration.check(config, StandaloneHost.name)
    processes.start(machine.pick_device(config.DEVICE))
    if processes.is_writer():
        _print_no_effect(args, config)
    try:
        result = run(config)
    except BaseException:
        processes.stop()
        raise
    processes.leave()
    return result


def run(config):
    """Load the data, then run the job."""
    if config.TOOLBOX_MODE == "unsupervised_method":
        return _run_signal_methods(config)
    for split in splits_used(config):
        check_source(split, config[split].DATA, config.MODEL.RFACENET.RESAMPLE)
    job.check_files(config)
    host = StandaloneHost()
    host.check_apart(config)
    if processes.is_writer():
        host.print_warnings(config)
    generators = {"train": torch.Generator(), "general": torch.Generator()}
    machine.seed_everything(config.MODEL.RFACENET.RUNTIME.SEED, generators.values())
    clips = _clips(config)
    loaders = {split: _loader(config, split, clips[split], generators) for split in SPLITS}
    host.check_complete(config, loaders)
    host.check_loaded(config, loaders)
    if processes.is_writer():
        host.print_split(loaders)
    return job.run(config, loaders, host)


def _run_signal_methods(config):
    """There is nothing to share among several processes here: one does the work."""
    if not processes.is_writer():
        return None
    host = StandaloneHost()
    host.check_apart(config)
    host.print_warnings(config)
    clips = load_split("UNSUPERVISED", config.UNSUPERVISED.DATA, resample=config.MODEL.RFACENET.RESAMPLE)
    colours = job.mean_colours(config, clips)
    settings = config.MODEL.RFACENET.RUNTIME
    loader = DataLoader(colours, batch_size=None, num_workers=machine.worker_count(settings.WORKERS))
    host.check_complete(config, {"unsupervised": loader})
    host.check_loaded(config, {"unsupervised": loader})
    host.print_split({"unsupervised": loader})
    return job.run_signal_methods(config, loader, host)


def parse(argv=None):
    """The arguments that the toolbox's main.py takes."""
    parser = argparse.ArgumentParser(description="Train and test as the rPPG-Toolbox does, without a checkout of it.")
    parser.add_argument("--config_file", required=True, help="a YAML file, such as those in toolbox_configs/")
    for name in ("--lr", "--model_file_name", "--cached_path"):
        parser.add_argument(name, help="accepted and without effect, as in the toolbox")
    parser.add_argument("--preprocess", action="store_true", help="accepted and without effect, as in the toolbox")
    return parser.parse_args(argv)


def _print_no_effect(args, config):
    given = [f"--{name}" for name, value in vars(args).items() if value and name != "config_file"]
    if given:
        print(f"{', '.join(given)} has no effect, as in the toolbox: set the key in {args.config_file}.")
    for sentence in no_effect_remarks(config):
        print(sentence)


def _clips(config):
    """{split: its clips, or None}. One process preprocesses, the others read what it cached."""
    if not processes.is_writer():
        processes.wait()
    clips = dict.fromkeys(SPLITS)
    for split in splits_used(config):
        node = config[split].DATA.clone()
        node.defrost()
        node.DO_PREPROCESS = node.DO_PREPROCESS and processes.is_writer()
        resample = config.MODEL.RFACENET.RESAMPLE
        clips[split.lower()] = load_split(split, node, progress=processes.is_writer(), resample=resample)
    if processes.is_writer():
        processes.wait()
    return clips


def _loader(config, split, clips, generators):
    if clips is None:
        return None
    settings = config.MODEL.RFACENET.RUNTIME
    make = machine.loader_class(settings)
    workers = {"num_workers": machine.worker_count(settings.WORKERS), "worker_init_fn": _seed_worker}
    if split == "train":
        return training_loader(make, clips, config.TRAIN.BATCH_SIZE, generators["train"], **workers)
    size = config.INFERENCE.BATCH_SIZE if split == "test" else config.TRAIN.BATCH_SIZE
    return make(clips, batch_size=size, shuffle=False, generator=generators["general"], **workers)


def _seed_worker(worker_id):
    seed = torch.initial_seed() % 2**32
    np.random.seed(seed)
    random.seed(seed)
