"""Face videos of a few seconds for the tests of ``predict``: synthetic faces with a known heart rate."""

import functools

import cv2
import numpy as np

from rfacenet_toolbox.prediction.frames import Frame, Source
from rfacenet_toolbox.synthetic import Scene, Subject, head_motion, pulse_wave, render

SIZE = (200, 150)
FINE_HZ = 60.0


@functools.lru_cache(maxsize=None)
def face_frames(seconds=11.0, heart_rate_bpm=80.0, subject=3):
    """uint8 BGR frames at 60 fps; take every second one for 30."""
    rng = np.random.default_rng(5)
    pulse = pulse_wave(seconds, FINE_HZ, heart_rate_bpm, rng)
    scene = Scene(Subject(subject), SIZE, FINE_HZ, pulse, head_motion(1, len(pulse), FINE_HZ, rng))
    return [cv2.cvtColor(frame, cv2.COLOR_RGB2BGR) for frame in render(scene, rng)]


def flat_frames(count, level=90):
    """Frames of one grey without a face."""
    return [np.full((SIZE[1], SIZE[0], 3), level, np.uint8)] * count


class Memory(Source):
    """Frames from memory at any times."""

    def __init__(self, frames, times_s, is_live=False, stop=None):
        super().__init__("memory")
        self.is_live = is_live
        self._frames, self._times_s, self._stop = frames, times_s, stop

    def frames(self):
        for index, (time_s, image) in enumerate(zip(self._times_s, self._frames)):
            if index == self._stop:
                raise KeyboardInterrupt
            yield Frame(float(time_s), image)


def at(frames, fps_hz, **settings):
    """Frames of :func:`face_frames` at a rate that divides 60."""
    chosen = frames[:: int(FINE_HZ / fps_hz)]
    return Memory(chosen, np.arange(len(chosen)) / fps_hz, **settings)


def small(count):
    """So many small frames, each a grey level brighter than the one before."""
    return [np.full((32, 48, 3), 10 + index, np.uint8) for index in range(count)]


def read(source):
    """Time and grey level of each frame of :func:`small` that a source gives."""
    return [(round(frame.time_s, 4), int(frame.image[0, 0, 0])) for frame in source.frames()]
