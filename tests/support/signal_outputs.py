"""Outputs of three videos, a host and configs, for tests of what a test run leaves."""

import math
from types import SimpleNamespace

import torch
from support import in_memory

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


def unsupervised(folder, *settings):
    """A config of the signal methods."""
    data = {"DATASET": "PURE", "FS": FS, "PREPROCESS.LABEL_TYPE": "Raw"}
    return in_memory.config(folder, {"TOOLBOX_MODE": "unsupervised_method", "UNSUPERVISED.DATA": data}, *settings)
