"""A network on overlapping clips of the face, whose waveforms are joined."""

from collections import deque

import numpy as np

from .base import NetworkEstimator
from .resample import OverlapAdd
from .waveform import Waveform

#: frames that neighbouring clips share
_SHARED = 16


class ClipEstimator(NetworkEstimator):
    """A network on overlapping clips of the face: one clip of small frames is kept, and one number for each frame."""

    def __init__(self, name, model):
        super().__init__(name, model)
        self._frames = deque(maxlen=model.frames + 1)
        self._clips = OverlapAdd(model.frames)
        self._predicted = 0  # frames of the grid that clips cover

    def add(self, time_s, image, box):
        small = self._small(image, box)
        self._take_small(time_s, small)
        self._add_signals(time_s, small, box)

    def finish(self):
        self._take(self._resampler.flush())
        total = len(self._known)
        if self._predicted < total:
            self._predict_end()
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
        return self._model.identity_map

    @property
    def _hop(self):
        """Frames from one clip's first to the next's."""
        return self._model.frames - _SHARED

    def _take(self, grid_frames):
        needed = self._model.frames + 1
        for frame in grid_frames:
            self._frames.append(frame.image)
            self._known.append(frame.known)
            if len(self._known) == (self._predicted + 1 + self._hop if self._predicted else needed):
                self._predict(len(self._known) - needed, self._frames)

    def _predict(self, first, frames):
        self._predicted = first + self._model.frames
        if any(self._known[first : self._predicted]):
            self._clips.add(first, self._model.waveform(np.stack(frames)))

    def _predict_end(self):
        """The last clip ends with the recording. A clip takes one frame more, here the last one once again."""
        self._check_length()
        frames = list(self._frames)[-self._model.frames :]
        self._predict(len(self._known) - self._model.frames, frames + frames[-1:])

    def _waveform(self, first, last):
        rate_hz, start_s = self._resampler.rate_hz, self._resampler.start_s
        known = np.array(self._known[first:last], dtype=bool)
        return Waveform(rate_hz, start_s + first / rate_hz, self._clips.signal(last)[first:], known)
