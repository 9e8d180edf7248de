"""Stretches of recordings, cut from the cached clips that follow each other without a gap."""

import os
from collections import defaultdict

import numpy as np

from ..datasets.clips import clip_name
from .loaders import clip_paths


class Stretches:
    """The recordings behind a data set's clips.

    Args:
        clips: a toolbox-like data set, or a Subset; each clip of a recording begins where the one before ends.
        data_format: of its clips: NCDHW or NDCHW.

    Attributes:
        inputs: the clips' paths.
        runs: for each clip, the indices of the consecutive clips of its recording that are there, in order.
    """

    def __init__(self, clips, data_format):
        self.clips = clips
        self.channels_first = data_format == "NCDHW"
        self.inputs = clip_paths(clips)
        self.runs = _runs(self.inputs)

    def read(self, index):
        """A clip as it is: ``(frames (C, T, H, W) float32, label (T,) float32, name, chunk)``."""
        frames, label, name, chunk = self.clips[index]
        return self.as_given(np.asarray(frames, np.float32)), np.asarray(label, np.float32), name, chunk

    def as_given(self, frames):
        """(C, T, H, W) in the data set's format, or the other way round."""
        return frames if self.channels_first else frames.swapaxes(0, 1)

    def cut(self, run, start, length, count):
        """Frames (C, length, H, W) of a run of clips of ``count`` frames each, from frame ``start`` on; their label."""
        first, last = start // count, (start + length - 1) // count
        frames, labels = zip(*(self.read(index)[:2] for index in run[first : last + 1]))
        inside = slice(start - first * count, start - first * count + length)
        return np.concatenate(frames, axis=1)[:, inside], np.concatenate(labels)[inside]


def _runs(paths):
    recordings = defaultdict(dict)
    for index, path in enumerate(paths):
        name, number = clip_name(path)
        recordings[os.path.dirname(path), name][int(number)] = index
    runs = [None] * len(paths)
    for numbers in recordings.values():
        run = []
        for number in sorted(numbers):
            if number - 1 not in numbers:
                run = []
            run.append(numbers[number])
            runs[numbers[number]] = run
    return runs
