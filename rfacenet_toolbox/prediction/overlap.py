"""Overlapping stretches of a recording, and one waveform from what each of them gave."""

import numpy as np


def stretches(total, length, shared):
    """(first, last) of stretches of ``length`` that cover ``total`` samples to the end and share ``shared`` or more."""
    length = min(total, length)
    count = int(np.ceil((total - length) / max(1, length - shared))) + 1
    return [(int(first), int(first) + length) for first in np.rint(np.linspace(0, total - length, count))]


class OverlapAdd:
    """Clips' waveforms, each z-scored, faded into each other with Hann weights.

    Args:
        length: T, samples of a clip.
    """

    def __init__(self, length):
        self._weights = np.hanning(length + 2)[1:-1]  # no zero at the ends: where one clip is alone, it counts in full
        self._sum = np.zeros(0)
        self._weight = np.zeros(0)

    def add(self, start, clip):
        """Lay ``clip`` (T,) at sample ``start``; a clip that does not vary adds zeros."""
        self._grow(start + len(clip))
        clip = np.asarray(clip, dtype=np.float64)
        spread = np.std(clip)
        scored = (clip - clip.mean()) / spread if spread > 1e-9 else np.zeros_like(clip)
        self._sum[start : start + len(clip)] += self._weights * scored
        self._weight[start : start + len(clip)] += self._weights

    def signal(self, length):
        """The waveform (length,); zeros where no clip was laid."""
        self._grow(length)
        weight = self._weight[:length]
        return np.divide(self._sum[:length], weight, out=np.zeros(length), where=weight > 0)

    def _grow(self, length):
        """Room for ``length`` samples, doubled each time so that adding stays cheap."""
        if length > len(self._sum):
            room = max(length, 2 * len(self._sum)) - len(self._sum)
            self._sum = np.concatenate([self._sum, np.zeros(room)])
            self._weight = np.concatenate([self._weight, np.zeros(room)])
