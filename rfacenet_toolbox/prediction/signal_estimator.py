"""The estimator of the signal methods: from a few mean colours of each frame."""

from array import array

import numpy as np

from .base import Estimator
from .face_signals import FaceSignals
from .resample import OverlapAdd, even_grid, stretches
from .skin import region_means
from .waveform import Waveform

#: length of the stretches in which a signal method takes a long recording, and what neighbours share
_STRETCH_S, _SHARED_S = 60.0, 10.0
#: grey levels by which the skin of a still picture seems to change, by rounding; a pulse is a hundred times as much
_LEAST_CHANGE = 1e-3


class SignalEstimator(Estimator):
    """A signal method on the mean colour of the face's skin, or of its regions: a few numbers are kept for each frame.

    Args:
        name: of the method.
        method: ``(rgb, fs_hz) -> (T,)``; rgb (T, 3), or (R, T, 3) of the regions of a grid.
        grid: (rows, columns) of a method that takes regions.
    """

    def __init__(self, name, method, grid=None):
        self.name = name
        self._grid = grid
        self._method = method if grid is None else lambda rgb, fs_hz: method(_by_region(rgb), fs_hz)
        self._cells = array("f")  # colours of the grid's regions
        self.face_signals = FaceSignals()

    def add(self, time_s, image, box):
        followed = self.face_signals.add(time_s, image, box)
        if self._grid is not None:
            rows, columns = self._grid
            none = [0.0] * (3 * rows * columns)
            self._cells.extend(none if box is None else region_means(image, followed, self._grid)[:, ::-1].ravel())

    def finish(self):
        return self._waveform(0)

    def recent(self, seconds):
        times_s, known = self.face_signals.times_s, self.face_signals.known
        first = int(np.searchsorted(times_s, times_s[-1] - seconds))
        return self._waveform(first) if sum(known[first:]) > 1 else None

    def _waveform(self, first):
        signals = self.face_signals
        colours = signals.colours(first)
        if self._grid is not None:
            colours = np.reshape(self._cells, (len(signals.times_s), -1))[first:]
        fs_hz, grid_s, rgb, known = even_grid(signals.times_s[first:], colours, signals.known[first:])
        return Waveform(fs_hz, grid_s[0], signal_bvp(self._method, rgb, fs_hz), known)


def signal_bvp(method, rgb, fs_hz):
    """A signal method's BVP (N,) of colours (N, C), taken in stretches of a long recording: some need much memory.

    Colours that do not change give zeros.
    """
    length, shared = int(_STRETCH_S * fs_hz), int(_SHARED_S * fs_hz)
    if len(rgb) <= length:
        return _bvp_of_stretch(method, rgb, fs_hz)
    joined = OverlapAdd(length)
    for first, last in stretches(len(rgb), length, shared):
        bvp = _bvp_of_stretch(method, rgb[first:last], fs_hz)
        before = joined.signal(last)[first : first + shared]
        opposed = (before - before.mean()) @ (bvp[:shared] - bvp[:shared].mean()) < 0
        joined.add(first, -bvp if opposed else bvp)  # ICA's sign is arbitrary
    return joined.signal(len(rgb))


def _bvp_of_stretch(method, rgb, fs_hz):
    if np.ptp(rgb, axis=0).max() < _LEAST_CHANGE:
        return np.zeros(len(rgb))
    return np.asarray(method(rgb, fs_hz), dtype=np.float64)


def _by_region(rgb):
    """(T, 3 R) colours -> (R, T, 3)."""
    return rgb.reshape(len(rgb), -1, 3).transpose(1, 0, 2)
