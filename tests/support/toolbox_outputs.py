"""Outputs files as the toolbox's trainers leave them, of real signals and of made ones.

``PYTHONPATH=tests python -m support.toolbox_outputs FILE`` writes the one of the real signals.
"""

import pickle
import sys
from pathlib import Path

import numpy as np
from support.paths import SHARED

REAL = SHARED / "deepphys_pure_to_ubfc_outputs.npz"


def real_signals(videos=None):
    """``(predictions, labels)`` of DeepPhys for UBFC-rPPG's subjects, or some: {video: (N,) float32}."""
    with np.load(str(REAL)) as arrays:
        names = videos or sorted({name.split("/")[0] for name in arrays})
        return tuple({video: arrays[f"{video}/{side}"] for video in names} for side in ("prediction", "label"))


def pulses(rates_bpm, seconds=20, fs_hz=30, noise=0.0):
    """{video: (N,) float32} of pulses at these rates; ``noise`` is the deviation of what is added to them."""
    time = np.arange(seconds * fs_hz) / fs_hz
    random = np.random.RandomState(0)
    return {
        video: (np.sin(2 * np.pi * rate / 60 * time) + noise * random.randn(len(time))).astype(np.float32)
        for video, rate in rates_bpm.items()
    }


def chunked(signals, length):
    """{video: {chunk number: (length, 1) tensor}} without the tail, each a slice of one batch as a trainer has it."""
    import torch

    chunks = {}
    for video, signal in signals.items():
        batch = torch.from_numpy(signal[: len(signal) // length * length, None].copy())
        chunks[video] = {number: batch[number * length :][:length] for number in range(len(batch) // length)}
    return chunks


def write(path, predictions, labels, label_type="DiffNormalized", fs=30, length=180, **more):
    """The pickle of the toolbox's ``save_test_outputs``, of whole signals; ``more`` are keys that it does not have."""
    return dump(path, chunked(predictions, length), chunked(labels, length), label_type, fs, **more)


def dump(path, predictions, labels, label_type, fs, **more):
    """The same of chunks."""
    content = {"predictions": predictions, "labels": labels, "label_type": label_type, "fs": fs, **more}
    path.write_bytes(pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL))
    return path


#: true and predicted pulses of four videos
TRUTH = pulses({"subject1": 60, "subject2": 75, "subject3": 90, "subject4": 100})
GUESS = pulses({"subject1": 60, "subject2": 78, "subject3": 88, "subject4": 100}, noise=0.2)


def saved(path, change=lambda predictions, labels: None, **more):
    """The toolbox's pickle of :data:`GUESS` and :data:`TRUTH` after ``change`` of its two dictionaries of chunks."""
    predictions, labels = chunked(GUESS, 100), chunked(TRUTH, 100)
    change(predictions, labels)
    return dump(path, **{"predictions": predictions, "labels": labels, "label_type": "Standardized", "fs": 30, **more})


if __name__ == "__main__":
    write(Path(sys.argv[1]), *real_signals())
