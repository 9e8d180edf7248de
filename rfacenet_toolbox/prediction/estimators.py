"""Frames in, waveform out: an estimator for each method, signal methods and networks.

No frame is kept at full size.
"""

import functools
from array import array
from collections import deque
from typing import Callable, Optional, Union

import cv2
import numpy as np

from ..errors import ConfigError, DataError, unknown
from . import faces
from .face_signals import FaceSignals
from .frames import AnyPath
from .resample import GridResampler, OverlapAdd, even_grid, stretches
from .skin import region_means
from .waveform import Waveform

#: methods that are networks, which need weights
NETWORKS = ("rfacenet", "physnet", "physformer", "physformer++", "autohr")
#: length of the stretches in which a signal method takes a long recording, and what neighbours share
_STRETCH_S, _SHARED_S = 60.0, 10.0
#: grey levels by which the skin of a still picture seems to change, by rounding; a pulse is a hundred times as much
_LEAST_CHANGE = 1e-3
#: frames that neighbouring clips share
_SHARED = 16


class SignalEstimator:
    """A signal method on the mean colour of the face's skin, or of its regions: a few numbers are kept for each frame.

    Args:
        name: of the method.
        method: ``(rgb, fs_hz) -> (T,)``; rgb (T, 3), or (R, T, 3) of the regions of a grid.
        grid: (rows, columns) of a method that takes regions.

    Attributes:
        face_signals: :class:`~.face_signals.FaceSignals` of the frames.
    """

    is_derivative = False
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


class ClipEstimator:
    """A network on overlapping clips of the face: one clip of small frames is kept, and one number for each frame.

    Args:
        name: of the method.
        model: :class:`~.clip_model.ClipModel`.

    Attributes:
        face_signals: :class:`~.face_signals.FaceSignals` of the frames, of the small pictures that the network sees.
    """

    def __init__(self, name, model):
        self.name = name
        self.is_derivative, self.weights = model.is_derivative, model.weights
        self._model = model
        self.face_signals = FaceSignals()
        self._resampler = GridResampler(model.fs_hz, model.kept_hz)
        whole = faces.Box(0.0, 0.0, float(model.size), float(model.size))
        self._box_in_small = whole.scaled(1 / faces.LARGE_BOX_COEF)
        self._frames = deque(maxlen=model.frames + 1)
        self._known = bytearray()  # one for each frame of the grid
        self._clips = OverlapAdd(model.frames)
        self._predicted = 0  # frames of the grid that clips cover

    def add(self, time_s, image, box):
        """Take a frame, uint8 BGR, and its face :class:`~.box.Box` or None."""
        small = None if box is None else self._small(image, box)
        self._take(self._resampler.add(time_s, None if small is None else cv2.cvtColor(small, cv2.COLOR_BGR2RGB)))
        # of the small picture: of the whole one it would take as long as the network
        self.face_signals.add(time_s, small, None if box is None else self._box_in_small, box)

    def finish(self):
        """The whole :class:`Waveform`; at least one frame must have had a face."""
        self._take(self._resampler.flush())
        total = len(self._known)
        if self._predicted < total:
            self._predict_end(total)
        return self._waveform(0, total)

    def recent(self, seconds):
        """The :class:`Waveform` of the last seconds that clips cover, None before the first clip."""
        if not self._predicted:
            return None
        return self._waveform(max(0, self._predicted - int(seconds * self._resampler.rate_hz)), self._predicted)

    def up_to_date(self, seconds):
        """The :class:`Waveform` of the last seconds, for which one clip more is computed: that of the newest frames.

        :meth:`finish` gives the same with or without it. None before the first clip.
        """
        last = len(self._known) - 1
        newest = last - self._model.frames
        if newest < 0:
            return None
        first = min(newest, max(0, last - int(seconds * self._resampler.rate_hz)))
        known = np.array(self._known[first:last], dtype=bool)
        seen = known[newest - first :].any()
        clip = self._model.waveform(np.stack(self._frames)) if seen else np.zeros(self._model.frames)
        bvp = self._clips.with_clip(first, newest, clip)
        return Waveform(self._resampler.rate_hz, self._resampler.start_s + first / self._resampler.rate_hz, bvp, known)

    @property
    def identity_map(self):
        """The contour branch's map of the last clip that was computed, as :attr:`.ClipModel.identity_map`."""
        return self._model.identity_map

    def _small(self, image, box):
        size = self._model.size, self._model.size
        return cv2.resize(box.scaled(faces.LARGE_BOX_COEF).cut(image), size, interpolation=cv2.INTER_AREA)

    def _take(self, grid_frames):
        needed, hop = self._model.frames + 1, self._model.frames - _SHARED
        for frame in grid_frames:
            self._frames.append(frame.image)
            self._known.append(frame.known)
            if len(self._known) == max(needed, self._predicted + 1 + hop):
                self._predict(len(self._known) - needed, self._frames)

    def _predict(self, first, frames):
        self._predicted = first + self._model.frames
        if any(self._known[first : self._predicted]):
            self._clips.add(first, self._model.waveform(np.stack(frames)))

    def _predict_end(self, total):
        """The last clip ends with the recording. A clip takes one frame more, here the last one once again."""
        length = self._model.frames
        if total < length:
            raise DataError(
                f"The face is visible for {total / self._resampler.rate_hz:.1f} s, and {self.name} needs "
                f"{length / self._resampler.rate_hz:.1f} s. Take a longer recording, or another method."
            )
        frames = list(self._frames)[-length:]
        self._predict(total - length, frames + frames[-1:])

    def _waveform(self, first, last):
        rate_hz, start_s = self._resampler.rate_hz, self._resampler.start_s
        known = np.array(self._known[first:last], dtype=bool)
        return Waveform(rate_hz, start_s + first / rate_hz, self._clips.signal(last)[first:], known)


def maker(method: str, weights: Optional[AnyPath] = None) -> Callable[[], Union[SignalEstimator, ClipEstimator]]:
    """What gives fresh estimators of a method, one for each face of one recording. A network is loaded once.

    Args:
        method: a network or a signal method, in any case.
        weights: file of a network's weights; None is the shipped one.

    Raises:
        ConfigError: no such method, or weights for a method that has none.
        CheckpointError: weights that are missing or another network's.
    """
    from ..methods.signal import GRIDS, METHODS

    name = str(method).lower()
    if name in NETWORKS:
        from . import clip_model

        return functools.partial(ClipEstimator, name, clip_model.load(name, weights))
    if name.upper() not in METHODS:
        raise ConfigError(unknown("The method", method, [*NETWORKS, *map(str.lower, METHODS)]))
    if weights is not None:
        raise ConfigError(f"The method {name} has no weights to load. Leave {weights} out, or name a network.")
    return functools.partial(SignalEstimator, name, METHODS[name.upper()], GRIDS.get(name.upper()))


def estimator(method: str, weights: Optional[AnyPath] = None) -> Union[SignalEstimator, ClipEstimator]:
    """A fresh estimator for one face; arguments and errors as of :func:`maker`."""
    return maker(method, weights)()
