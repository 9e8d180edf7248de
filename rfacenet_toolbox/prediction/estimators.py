"""Frames in, waveform or heart rates out: an estimator for each method. Those of the signal methods are here.

No frame is kept at full size.
"""

import functools
from array import array
from typing import TYPE_CHECKING, Callable, Optional, Union

import numpy as np

from ..errors import ConfigError, unknown
from ..evaluation import HEART_RATE, WAVEFORM
from ..training.weights_metadata import DEFAULTS, learner_methods, method_name
from .clip_estimator import ClipEstimator
from .face_signals import FaceSignals
from .frames import AnyPath
from .resample import OverlapAdd, even_grid, stretches
from .skin import region_means
from .waveform import Waveform

if TYPE_CHECKING:
    from .map_estimators import MapWaveformEstimator
    from .rate_estimators import ClipRateEstimator, MapRateEstimator

#: length of the stretches in which a signal method takes a long recording, and what neighbours share
_STRETCH_S, _SHARED_S = 60.0, 10.0
#: grey levels by which the skin of a still picture seems to change, by rounding; a pulse is a hundred times as much
_LEAST_CHANGE = 1e-3


class SignalEstimator:
    """A signal method on the mean colour of the face's skin, or of its regions: a few numbers are kept for each frame.

    Args:
        name: of the method.
        method: ``(rgb, fs_hz) -> (T,)``; rgb (T, 3), or (R, T, 3) of the regions of a grid.
        grid: (rows, columns) of a method that takes regions.

    Attributes:
        face_signals: :class:`~.face_signals.FaceSignals` of the frames.
        gives: "waveform", or "heart_rate" of estimators whose :meth:`finish` gives windows with heart rates.
        runs_live: whether :meth:`recent` gives anything while frames come in.
        notes: what is worth knowing about the frames, a sentence each.
    """

    gives, runs_live = WAVEFORM, True
    is_derivative, notes = False, ()
    weights = identity_map = None

    def __init__(self, name, method, grid=None):
        self.name = name
        self._grid = grid
        self._method = method if grid is None else lambda rgb, fs_hz: method(_by_region(rgb), fs_hz)
        self._cells = array("f")  # colours of the grid's regions
        self.face_signals = FaceSignals()

    def add(self, time_s, image, box):
        """Take a frame, uint8 BGR, and its face :class:`~.box.Box` or None."""
        followed = self.face_signals.add(time_s, image, box)
        if self._grid is not None:
            rows, columns = self._grid
            none = [0.0] * (3 * rows * columns)
            self._cells.extend(none if box is None else region_means(image, followed, self._grid)[:, ::-1].ravel())

    def finish(self):
        """The whole :class:`Waveform`; at least one frame must have had a face."""
        return self._waveform(0)

    def recent(self, seconds):
        """The :class:`Waveform` of the last seconds, None where no face was seen in them."""
        times_s, known = self.face_signals.times_s, self.face_signals.known
        first = int(np.searchsorted(times_s, times_s[-1] - seconds))
        return self._waveform(first) if sum(known[first:]) > 1 else None

    up_to_date = recent

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


AnyEstimator = Union[SignalEstimator, ClipEstimator, "ClipRateEstimator", "MapRateEstimator", "MapWaveformEstimator"]


def maker(method: str, weights: Optional[AnyPath] = None, step_s: float = 1.0) -> Callable[[], AnyEstimator]:
    """What gives fresh estimators of a method, one for each face of one recording. A network is loaded once.

    Args:
        method: a network or a signal method, in any case, with or without the hyphens of its name.
        weights: file of a network's weights; None is the shipped one.
        step_s: from one window's start to the next's, of methods that give the heart rate of a window.

    Raises:
        ConfigError: no such method, weights for a method that has none, or what finds a map's landmarks is missing.
        CheckpointError: weights that are missing or another network's.
    """
    from ..methods.signal import GRIDS, METHODS

    name = method_name(method)
    if name in DEFAULTS:
        from . import clip_model

        return functools.partial(ClipEstimator, name, clip_model.load(name, weights))
    if name in learner_methods():
        return _of_learner(name, weights, step_s)
    if name.upper() not in METHODS:
        raise ConfigError(unknown("The method", method, [*DEFAULTS, *learner_methods(), *map(str.lower, METHODS)]))
    if weights is not None:
        raise ConfigError(f"The method {name} has no weights to load. Leave {weights} out, or name a network.")
    return functools.partial(SignalEstimator, name, METHODS[name.upper()], GRIDS.get(name.upper()))


def _of_learner(name, weights, step_s):
    from . import learner_model, map_estimators, rate_estimators

    model = learner_model.load(name, weights)
    if model.gives == HEART_RATE:
        made = rate_estimators.ClipRateEstimator if model.map_type is None else rate_estimators.MapRateEstimator
        return functools.partial(made, name, model, step_s)
    made = ClipEstimator if model.map_type is None else map_estimators.MapWaveformEstimator
    return functools.partial(made, name, model)


def estimator(method: str, weights: Optional[AnyPath] = None) -> AnyEstimator:
    """A fresh estimator for one face; arguments and errors as of :func:`maker`."""
    return maker(method, weights)()
