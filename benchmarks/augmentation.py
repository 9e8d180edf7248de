"""What does each setting of ``MODEL.RFACENET.AUGMENT`` cost, in the process that reads the clips?

``python benchmarks/augmentation.py`` writes two recordings of four clips (128 frames of 72x72, float32; others with
``--frames`` and ``--size``) into a temporary folder, and times how long one loader process takes for a clip.
"""

import argparse
import tempfile
import time

import numpy as np
import torch
from measuring import machine

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.datasets.clip_cache import write_clip
from rfacenet_toolbox.datasets.clips import ClipDataset
from rfacenet_toolbox.training.augmented_clips import AugmentedClips

CLIPS, PASSES = 4, 3
SETTINGS = {
    "RANDOM_START": {"RANDOM_START": True},
    "SPEED [0.7, 1.4]": {"SPEED": [0.7, 1.4]},
    "HALVE_OR_DOUBLE 0.5": {"HALVE_OR_DOUBLE": 0.5},
    "FLIP 0.5": {"FLIP": 0.5},
    "ZOOM 0.1": {"ZOOM": 0.1},
    "BRIGHTNESS, CONTRAST 0.2": {"BRIGHTNESS": 0.2, "CONTRAST": 0.2},
    "NOISE 0.1": {"NOISE": 0.1},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=128)
    parser.add_argument("--size", type=int, default=72)
    args = parser.parse_args()
    torch.set_num_threads(1)
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        clips = ClipDataset(recordings(folder, args.frames, args.size), "NCDHW")
        plain = best_ms(lambda index, epoch: clips[index], len(clips))
        print(f"as cached: {plain:.1f} ms for a clip of {args.frames}x{args.size}x{args.size}")
        every = {key: value for one in SETTINGS.values() for key, value in one.items() if key != "HALVE_OR_DOUBLE"}
        for name, settings in {**SETTINGS, "all but HALVE_OR_DOUBLE": every}.items():
            augmented = AugmentedClips(clips, config(settings))
            taken = best_ms(lambda index, epoch, of=augmented: of[index, epoch], len(clips))
            print(f"{name}: {taken:.1f} ms, {taken - plain:.1f} more")


def recordings(folder, frames, size):
    """Paths of the clips of two recordings of noise, with a pulse of 72 bpm as their label."""
    rng, paths = np.random.default_rng(0), []
    for name in ("101", "201"):
        for number in range(CLIPS):
            label = np.sin(2 * np.pi * 1.2 * np.arange(number * frames, (number + 1) * frames) / 30)
            clip = rng.standard_normal((frames, size, size, 3), dtype=np.float32)
            paths.append(write_clip(folder, name, number, clip, label))
    return paths


def config(settings):
    tree = toolbox_tree()
    data = tree.TRAIN.DATA
    data.FS, data.DATA_FORMAT = 30, "NCDHW"
    data.PREPROCESS.DATA_TYPE, data.PREPROCESS.LABEL_TYPE = ["Standardized"], "Standardized"
    tree.MODEL.RFACENET.AUGMENT.update(settings)
    return tree


def best_ms(read, count):
    """The shortest mean time for a clip over the passes, of which each draws anew."""
    passes = []
    for epoch in range(PASSES):
        start = time.perf_counter()
        for index in range(count):
            read(index, epoch)
        passes.append((time.perf_counter() - start) / count * 1e3)
    return min(passes)


if __name__ == "__main__":
    main()
