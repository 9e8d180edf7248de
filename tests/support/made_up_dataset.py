"""A data set from outside the package, in NumPy files. This script takes the place of main.py."""

import os
import re
import sys

import numpy as np

from rfacenet_toolbox.cli import standalone
from rfacenet_toolbox.datasets.dataset import Dataset
from rfacenet_toolbox.datasets.readers import register


class MadeUp(Dataset):
    """Recording ``P07_rest``, of subject 7 at rest: ``frames.npy`` (T, H, W, 3) uint8 RGB and ``ppg.npy`` (T,)."""

    name = "MadeUp"
    layout = "folders DATA_PATH/P01_rest ..., each with frames.npy and ppg.npy inside"

    def recording_name(self, entry):
        return entry if entry.startswith("P") else None

    def subject_of_clip(self, name):
        match = re.match(r"P(\d+)_", name)
        if match is None:
            raise ValueError("expected P<number>_<what was done>, such as P07_rest")
        return int(match.group(1))

    def frames(self, recording, every=1):
        for frame in np.load(os.path.join(recording.path, "frames.npy"), mmap_mode="r")[::every]:
            yield np.ascontiguousarray(frame[..., ::-1])

    def ppg(self, recording):
        return np.load(os.path.join(recording.path, "ppg.npy"))

    def label(self, recording, signal, frame_count, fs_hz):
        if len(signal) != frame_count:
            raise recording.error(f"{frame_count} frames and {len(signal)} samples. Copy it again")
        return signal


register(MadeUp())

if __name__ == "__main__":  # worker processes import this file, too
    sys.exit(standalone(sys.argv[1:]))
