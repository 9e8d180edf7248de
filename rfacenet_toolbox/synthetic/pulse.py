"""A made-up fingertip photoplethysmogram: beats with a dicrotic wave, and heart-rate variability."""

from typing import NamedTuple, Tuple

import numpy as np

# One beat as Gaussians of phase (0..1): centre, width, height. The systolic peak, its shoulder, and the dicrotic wave.
BEAT = ((0.20, 0.075, 1.0), (0.34, 0.09, 0.45), (0.58, 0.075, 0.38))
_BREATHS_HZ = (0.20, 0.32)
_DRIFTS_HZ = (0.02, 0.05)
_SINUS_ARRHYTHMIA = 0.020  # of the mean rate, peak
_DRIFT = 0.008
_BREATH_ON_AMPLITUDE = 0.06
_BASELINE = 0.04


class Signals(NamedTuple):
    """What a recording is drawn and labelled by."""

    times: np.ndarray  #: (T,) seconds of the frames
    course: Tuple[np.ndarray, np.ndarray]  #: seconds on a fine grid, and the heart rate there, beats per minute
    wave: Tuple[np.ndarray, np.ndarray]  #: seconds on that grid, and the BVP there


def _slow(times, rng, low_hz, high_hz):
    return np.sin(2 * np.pi * (rng.uniform(low_hz, high_hz) * times + rng.uniform()))


def drawn_beat(rng):
    """A person's own :data:`BEAT`: a single hump, or one followed by a second up to half as high."""
    (first, *later), stretch = BEAT, rng.uniform(0.9, 1.5)
    later = [(centre, width * stretch, height * rng.uniform(0.2, 1.4)) for centre, width, height in later]
    return ((first[0], first[1] * stretch, first[2]), *later)


def _wave(phase, beat):
    """The wave of one beat, about 0 to 1, periodic in ``phase`` (in beats)."""
    wave = np.zeros_like(phase)
    for centre, width, height in beat:
        distance = (phase - centre + 0.5) % 1.0 - 0.5
        wave += height * np.exp(-0.5 * (distance / width) ** 2)
    return wave


def heart_rate_course(seconds, fs_hz, heart_rate_bpm, rng):
    """The heart rate from moment to moment: respiratory sinus arrhythmia and a slow drift around the nominal rate.

    Returns:
        (T,) float64, beats per minute, T = round(seconds * fs_hz); its mean is ``heart_rate_bpm``.
    """
    times = np.arange(int(round(seconds * fs_hz))) / fs_hz
    change = _SINUS_ARRHYTHMIA * _slow(times, rng, *_BREATHS_HZ) + _DRIFT * _slow(times, rng, *_DRIFTS_HZ)
    return heart_rate_bpm * (1.0 + change - change.mean())


def wave_of_course(course_bpm, fs_hz, rng, beat=BEAT):
    """The BVP whose momentary heart rate is ``course_bpm`` (T,): beats, whose height changes with the breath, on a
    wandering baseline.

    ``beat`` is the shape of one beat, as :data:`BEAT`.

    Returns:
        (T,) float64, about 0 (diastole) to 1 (systole), larger with more blood.
    """
    times = np.arange(len(course_bpm)) / fs_hz
    phase = rng.uniform() + np.cumsum(course_bpm) / 60.0 / fs_hz
    height = 1.0 + _BREATH_ON_AMPLITUDE * _slow(times, rng, *_BREATHS_HZ)
    return height * _wave(phase, beat) + _BASELINE * _slow(times, rng, 0.08, 0.2)


def pulse_wave(seconds, fs_hz, heart_rate_bpm, rng):
    """A blood volume pulse as a fingertip sensor gives it.

    Args:
        seconds, fs_hz: length and sampling rate; T = round(seconds * fs_hz) samples.
        heart_rate_bpm: mean heart rate, beats per minute.
        rng: ``numpy.random.Generator``; the same state gives the same wave.

    Returns:
        (T,) float64, about 0 to 1.
    """
    return wave_of_course(heart_rate_course(seconds, fs_hz, heart_rate_bpm, rng), fs_hz, rng)
