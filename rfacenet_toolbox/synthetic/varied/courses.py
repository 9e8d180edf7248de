"""What changes from frame to frame in a varied recording: how the head, the light and the background move."""

from typing import NamedTuple

import numpy as np


class Course(NamedTuple):
    """What changes from frame to frame, (T,) or (T, n) float64 each."""

    x: np.ndarray  #: to the right, face widths
    y: np.ndarray  #: down, face widths
    scale: np.ndarray  #: of the head, 1 at the start
    roll: np.ndarray  #: radians
    yaw: np.ndarray  #: radians
    pitch: np.ndarray  #: radians
    mouth: np.ndarray  #: 0 closed, 1 open
    lids: np.ndarray  #: 0 open, 1 closed
    light: np.ndarray  #: strength of the room's light, about 1
    screen: np.ndarray  #: (T, 3) strength of the light from the side, as a share of the room's
    gain: np.ndarray  #: (T, 3) of the camera, from exposure and white balance
    background: np.ndarray  #: (T, 2) to the right and down, shares of the frame's height


def courses(traits, frames, fps, rng, blood=None):
    """Draw a recording's :class:`Course` of ``frames`` frames at ``fps`` frames per second.

    Args:
        traits: a :class:`~.conditions.Traits`.
        blood: (T,) blood volume at the frames, which moves the head a little with every beat; None moves nothing.
    """
    times = np.arange(frames) / fps
    talking, turning, moving, rhythmic = (traits.amount(number) for number in (2, 3, 4, 5))
    size = {
        "x": 0.012 + 0.02 * turning + 0.25 * moving,
        "y": 0.010 + 0.012 * talking + 0.05 * moving,
        "roll": 0.012 + 0.02 * talking + 0.04 * turning + 0.06 * moving,
        "yaw": 0.04 + 0.05 * talking + 0.6 * turning + 0.12 * moving,
        "pitch": 0.03 + 0.08 * talking + 0.2 * turning + 0.1 * moving,
        "scale": 0.008 + 0.08 * moving,
    }
    jerky, tremor = rng.uniform(0, 1), np.exp(rng.uniform(np.log(0.0005), np.log(0.004)))
    moves = {}
    for name, amplitude in size.items():
        smooth = _wander(times, 0.5, rng)
        course = (1 - jerky) * smooth + 1.5 * jerky * _gestures(times, rng)
        moves[name] = amplitude * rng.uniform(0.4, 1.0) * course + tremor * _tremor(times, rng)
    rhythm = _rhythm(times, rng)
    strength = 0.05 * rhythmic + rng.uniform(0.0, 0.002)
    moves["y"] = moves["y"] + strength * rhythm
    moves["yaw"] = moves["yaw"] + 2 * strength * rng.uniform(-1, 1) * rhythm
    moves["pitch"] = moves["pitch"] + 3 * strength * rng.uniform(-1, 1) * rhythm
    background = _walk(moves, traits.amount(15), times, rng)
    background = background + _panned(traits.amount(9), times, rng)
    if blood is not None:
        beat = traits.bob * _bob(np.asarray(blood), fps, rng)
        moves["y"], moves["pitch"] = moves["y"] + beat, moves["pitch"] + rng.uniform(-1, 1) * beat
    return Course(
        x=moves["x"],
        y=moves["y"],
        scale=1 + moves["scale"],
        roll=moves["roll"],
        yaw=moves["yaw"],
        pitch=moves["pitch"],
        mouth=_speech(times, rng) if talking > 0 or rng.uniform() < 0.15 else np.zeros(frames),
        lids=_blinks(times, rng),
        background=background,
        **_lights(traits.amount(6), times, rng),
    )


def _lights(changing, times, rng):
    light = 1 + (0.04 + 0.10 * changing) * rng.uniform(0.1, 1.0) * _wander(times, 0.4, rng)
    flicker_hz = rng.uniform(2, 14)  # of the mains, aliased by the frame rate
    light = light * (1 + rng.uniform(0, 0.004) * np.sin(2 * np.pi * flicker_hz * times))
    share = 0.06 * rng.uniform(0, 1) ** 3 + 0.4 * changing
    screen = share * (1 + 0.5 * np.stack([_steps(times, rng) for _ in range(3)], axis=1))
    gain = (1 + (0.02 + 0.06 * changing) * rng.uniform(0, 1) * _steps(times, rng))[:, None] * np.ones(3)
    if changing or rng.uniform() < 0.2:
        white = rng.uniform(0, 0.01) + 0.03 * changing
        gain = gain * (1 + white * np.stack([_steps(times, rng) for _ in range(3)], axis=1))
    return {"light": np.maximum(light, 0.55), "screen": screen, "gain": gain}


def _walk(moves, walking, times, rng):
    """Add a walk to the head's ``moves``. Returns what a camera in the hand sees of the background, (T, 2)."""
    hz = rng.uniform(1.5, 2.3)
    phase = 2 * np.pi * hz * times + 0.5 * _wander(times, 0.3, rng)
    size = walking * rng.uniform(0.02, 0.06)
    moves["y"] = moves["y"] + size * (np.sin(phase) - np.sin(phase[:1]))
    moves["x"] = moves["x"] + 0.7 * size * (np.sin(phase / 2) - np.sin(phase[:1] / 2))
    moves["roll"] = moves["roll"] + 0.4 * size * (np.sin(phase / 2 + 1) - np.sin(phase[:1] / 2 + 1))
    shaken = np.stack([0.5 * np.sin(phase / 2), np.sin(phase)], axis=1) * size
    drift = walking * 0.25 * np.stack([_wander(times, 0.3, rng), 0.3 * _wander(times, 0.3, rng)], axis=1)
    return shaken + drift


def _panned(moving, times, rng):
    """(T, 2): the background passes by, or sways."""
    way = 0.4 * _wander(times, 0.4, rng) + rng.uniform(-0.06, 0.06) * times
    return moving * np.stack([way, 0.15 * _wander(times, 0.4, rng)], axis=1)


def _bob(blood, fps, rng):
    """The motion of the head that the blood's push causes: about unit size, some hundredths of a second late."""
    push = np.gradient(blood) if rng.uniform() < 0.5 else np.gradient(np.gradient(blood))
    late = rng.uniform(0, 0.25) * fps
    index = np.arange(len(blood))
    push = np.interp(index - late, index, push)
    return push / max(float(push.std()), 1e-12)


def _wander(times, highest_hz, rng):
    """A smooth course of about unit size that starts at 0."""
    course = np.zeros_like(times)
    for weight in (0.6, 0.3, 0.15):
        hz, phase = rng.uniform(0.03, highest_hz), rng.uniform(0, 2 * np.pi)
        course += weight * (np.sin(2 * np.pi * hz * times + phase) - np.sin(phase))
    return course


def _gestures(times, rng):
    """Long rests, and quick moves from one to the next; about unit size, from 0."""
    course, moment = np.zeros_like(times), rng.uniform(0.3, 2.5)
    while times.size and moment < times[-1]:
        width = rng.uniform(0.12, 0.4)
        course += rng.uniform(-1, 1) / (1 + np.exp(-np.clip((times - moment) / width * 4, -30, 30)))
        moment += 0.3 + rng.exponential(2.5)
    return course - course[:1]


def _tremor(times, rng):
    """What a head that is held still does: noise of unit size, the slower the more, from 0."""
    spectrum = np.fft.rfft(rng.standard_normal(len(times)))
    hz = np.fft.rfftfreq(len(times), np.diff(times[:2]).sum() or 1.0)
    spectrum *= np.where(hz > 0, np.maximum(hz, 0.3) ** -1.5 / (1 + (hz / 6.0) ** 4), 0)
    course = np.fft.irfft(spectrum, len(times))
    return (course - course[:1]) / max(float(course.std()), 1e-12)


def _rhythm(times, rng):
    """Nodding or chewing: a wavering rhythm at a rate that a heart could have."""
    hz = rng.uniform(0.7, 2.5)
    phase = 2 * np.pi * hz * times + 0.8 * _wander(times, 0.3, rng)
    return np.sin(phase) + 0.3 * np.sin(2 * phase)


def _steps(times, rng):
    """Levels between -1 and 1 that change at random moments, each time within a few tenths of a second."""
    course, moment = np.full_like(times, rng.uniform(-1, 1)), 0.0
    while True:
        moment += rng.exponential(4.0)
        if not times.size or moment > times[-1]:
            return course - course[:1]
        width = rng.uniform(0.05, 0.4)
        course += (rng.uniform(-1, 1) - course[-1]) / (1 + np.exp(-np.clip((times - moment) / width * 4, -30, 30)))


def _blinks(times, rng):
    lids, moment = np.zeros_like(times), rng.uniform(0.8, 4.0)
    while times.size and moment < times[-1]:
        lids = np.maximum(lids, np.exp(-0.5 * ((times - moment) / rng.uniform(0.045, 0.08)) ** 2))
        moment += rng.uniform(1.0, 6.0)
    return lids


def _speech(times, rng):
    uneven = 0.5 * _wander(times, 0.9, rng)
    syllables = 0.5 - 0.5 * np.cos(2 * np.pi * (rng.uniform(1.8, 4.0) * times + uneven))
    phrases = np.clip(0.5 + 0.9 * np.sin(2 * np.pi * rng.uniform(0.1, 0.3) * times + rng.uniform(0, 6)), 0.0, 1.0)
    return rng.uniform(0.3, 1.0) * syllables * phrases * np.clip(times / 0.4, 0.0, 1.0)
