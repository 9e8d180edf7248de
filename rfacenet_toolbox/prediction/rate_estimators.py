"""Frames in, heart rates out: networks that estimate the heart rate of a clip themselves, and give no waveform."""

import numpy as np

from ..evaluation import HEART_RATE
from .clip_estimator import ClipEstimator
from .map_estimators import MapEstimator
from .waveform import ENOUGH_FACE, Window


class MapRateEstimator(MapEstimator):
    """A network that gives the heart rate of a map: as many frames as it was trained on, from every step on.

    Args:
        name: of the method.
        model: :class:`~.learner_model.LearnerModel`.
        step_s: from one window's start to the next's.
    """

    gives = HEART_RATE

    def __init__(self, name, model, step_s):
        super().__init__(name, model)
        self._step_s = step_s

    def finish(self):
        """A :class:`~.waveform.Window` for each map."""
        colours, known = self.whole_map()
        rate_hz, length = self._resampler.rate_hz, self._model.frames
        firsts = range(0, len(colours) - length + 1, _step_frames(self._step_s, rate_hz))
        seen = [first for first in firsts if known[first : first + length].mean() >= ENOUGH_FACE]
        rates = self._model.rates_of_maps([colours[first : first + length] for first in seen], rate_hz)
        found = dict(zip(seen, rates))
        return [_window(self._resampler, first, length, found.get(first)) for first in firsts]


class ClipRateEstimator(ClipEstimator):
    """A network that gives the heart rate of a clip of frames, from every step on.

    Arguments are those of :class:`MapRateEstimator`.
    """

    gives, runs_live = HEART_RATE, False

    def __init__(self, name, model, step_s):
        super().__init__(name, model)
        self._step_s = step_s
        self._rates = []  # (first frame, bpm or None)

    def add(self, time_s, image, box):
        self._take_small(time_s, self._small(image, box))

    def finish(self):
        """A :class:`~.waveform.Window` for each clip."""
        self._take(self._resampler.flush())
        if not self._rates:
            self._predict_end()
        return [_window(self._resampler, first, self._model.frames, bpm) for first, bpm in self._rates]

    def recent(self, seconds):
        """None: there is no waveform."""

    up_to_date = recent

    @property
    def _hop(self):
        return _step_frames(self._step_s, self._resampler.rate_hz)

    def _predict(self, first, frames):
        self._predicted = first + self._model.frames
        known = np.array(self._known[first : self._predicted], dtype=bool)
        is_seen = known.mean() >= ENOUGH_FACE
        bpm = self._model.rate_bpm(np.stack(frames), self._resampler.rate_hz) if is_seen else None
        self._rates.append((first, bpm))


def _step_frames(step_s, rate_hz):
    return max(1, int(round(step_s * rate_hz)))


def _window(resampler, first, length, bpm):
    start_s, rate_hz = resampler.start_s, resampler.rate_hz
    return Window(start_s + first / rate_hz, start_s + (first + length) / rate_hz, bpm, None)
