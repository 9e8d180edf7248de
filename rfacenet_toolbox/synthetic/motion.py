"""How the head moves: PURE's six scenarios, smooth in time and in sub-pixel steps.

Speeds and angles follow Stricker et al. 2014: translation at about 7 % (slow) and 14 % (fast) of the face's height per
second, rotation by about 20 (small) and 35 (medium) degrees. Every motion starts at rest, so the first frame, in which
the face is looked for, is frontal.
"""

from typing import NamedTuple

import numpy as np

#: PURE's scenario numbers.
SCENARIOS = {
    1: "steady",
    2: "talking",
    3: "slow translation",
    4: "fast translation",
    5: "small rotation",
    6: "medium rotation",
}


class Motion(NamedTuple):
    """One value per frame, (T,) float64 each."""

    x: np.ndarray  #: to the right, in face widths
    y: np.ndarray  #: down, in face widths
    roll: np.ndarray  #: in the image plane, radians
    yaw: np.ndarray  #: to the side, radians
    mouth: np.ndarray  #: 0 closed, 1 open
    lids: np.ndarray  #: 0 open, 1 closed


class _Sway(NamedTuple):
    """Peak amplitude and typical frequency of each kind of motion in a scenario."""

    x: float = 0.008
    y: float = 0.006
    roll: float = 0.008
    yaw: float = 0.02
    x_hz: float = 0.12
    yaw_hz: float = 0.12
    talks: bool = False


_SWAYS = {
    1: _Sway(),
    2: _Sway(x=0.015, y=0.018, roll=0.025, yaw=0.06, talks=True),
    3: _Sway(x=0.24, y=0.02, x_hz=0.09),
    4: _Sway(x=0.30, y=0.03, x_hz=0.15),
    5: _Sway(x=0.02, y=0.015, roll=0.03, yaw=np.radians(20), yaw_hz=0.12),
    6: _Sway(x=0.03, y=0.02, roll=0.05, yaw=np.radians(35), yaw_hz=0.14),
}


def _wander(times, amplitude, hz, rng):
    """A smooth course that starts at 0: one main sinusoid, and weaker ones at other frequencies."""
    course = np.zeros_like(times)
    for ratio, share in ((1.0, 0.78), (1.9, 0.15), (3.3, 0.07)):
        frequency = hz * ratio * rng.uniform(0.85, 1.15)
        course += share * rng.choice((-1.0, 1.0)) * np.sin(2 * np.pi * frequency * times)
    return amplitude * course


def _blinks(times, rng):
    """Lids that close for about a sixth of a second every few seconds, but not in the first half second."""
    lids = np.zeros_like(times)
    moment = rng.uniform(0.8, 4.0)
    while times.size and moment < times[-1]:
        lids = np.maximum(lids, np.exp(-0.5 * ((times - moment) / 0.055) ** 2))
        moment += rng.uniform(2.0, 6.0)
    lids[times < 0.5] = 0.0
    return lids


def _speech(times, rng):
    """A mouth that speaks in phrases: closed at the start, it opens about three times per second."""
    uneven = 0.35 * np.sin(2 * np.pi * 0.7 * times + rng.uniform(0, 6))
    syllables = 0.5 - 0.5 * np.cos(2 * np.pi * (2.8 * times + uneven))
    phrases = np.clip(0.5 + 0.9 * np.sin(2 * np.pi * 0.22 * rng.uniform(0.8, 1.2) * times), 0.0, 1.0)
    return syllables * phrases * np.clip(times / 0.4, 0.0, 1.0)


def head_motion(scenario, frames, fps, rng):
    """The motion of a recording.

    Args:
        scenario: a key of :data:`SCENARIOS`.
        frames, fps: number of frames, and frames per second.
        rng: ``numpy.random.Generator``.

    Returns:
        :class:`Motion` with ``frames`` values in each field.
    """
    sway, times = _SWAYS[scenario], np.arange(frames) / fps
    yaw = _wander(times, sway.yaw, sway.yaw_hz, rng)
    return Motion(
        x=_wander(times, sway.x, sway.x_hz, rng),
        y=_wander(times, sway.y, 0.17, rng),
        roll=_wander(times, sway.roll, 0.15, rng),
        yaw=yaw,
        mouth=_speech(times, rng) if sway.talks else np.zeros(frames),
        lids=_blinks(times, rng),
    )
