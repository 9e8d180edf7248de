"""Outputs of three videos, a host and configs, for tests of what a test run leaves."""

import math
from types import SimpleNamespace

import torch
from support import tiny

FS = 30


def pulses(rates_bpm, chunks=8, chunk=64):
    """{video: {chunk number: (T,) tensor}} of clean pulses, the chunks in an order of their own."""
    time = torch.arange(chunks * chunk) / FS
    signals = {video: torch.sin(2 * math.pi * rate / 60 * time) for video, rate in rates_bpm.items()}
    return {
        video: {number: signal[number * chunk : (number + 1) * chunk] for number in reversed(range(chunks))}
        for video, signal in signals.items()
    }


TRUTH = pulses({"subject1": 60, "subject2": 75, "subject10": 90})
GUESS = pulses({"subject1": 60, "subject2": 78, "subject10": 88})


def host(expected=("subject1", "subject2", "subject10"), name="standalone", revision=None):
    names = None if expected is None else list(expected)
    return SimpleNamespace(name=name, revision=revision, expected=lambda data: names, warnings=lambda config: [])


def changed(config, **changes):
    """A copy of a frozen config with ``A__B=value`` for A.B."""
    config = config.clone()
    config.defrost()
    for dotted, value in changes.items():
        *path, leaf = dotted.split("__")
        node = config
        for key in path:
            node = node[key]
        node[leaf] = value
    config.freeze()
    return config


def unsupervised(folder, **changes):
    """A config of the signal methods."""
    data = {"DATASET": "PURE", "FS": FS, "PREPROCESS__LABEL_TYPE": "Raw"}
    changes.update({f"UNSUPERVISED__DATA__{key}": value for key, value in data.items()})
    return changed(tiny.config(folder), TOOLBOX_MODE="unsupervised_method", **changes)
