"""What differs between varied recordings: traits, drawn once for each, and what changes from frame to frame."""

from typing import NamedTuple

import numpy as np

from .skin import TONES

#: number -> what makes a recording hard; everything else varies mildly in all of them
CONDITIONS = {
    1: "steady",
    2: "talking",
    3: "turning",
    4: "moving about",
    5: "rhythmic motion",
    6: "changing light",
    7: "dim light",
    8: "strong compression",
}


class Traits(NamedTuple):
    """What stays the same over a recording."""

    tone: int  #: index into TONES
    pulse_share: float  #: peak-to-peak change of the skin's green light as a share of it, where the pulse is strongest
    gloss: float  #: light reflected at the skin's surface, as a share of the light from inside
    light_rgb: np.ndarray  #: colour of the room's light, mean 1
    screen_rgb: np.ndarray  #: colour of another light, from the side, mean 1
    side: float  #: -1 or 1, the side that it comes from
    exposure: float  #: brightness of the picture
    noise: float  #: grey levels
    grain: float  #: size of the noise's grains, pixels
    quality: int  #: of the compression, 0 best to 10 worst
    codec: str  #: "h264" or "mjpeg"


class Course(NamedTuple):
    """What changes from frame to frame, (T,) or (T, 3) float64 each."""

    x: np.ndarray  #: to the right, face widths
    y: np.ndarray  #: down, face widths
    scale: np.ndarray  #: of the head, 1 at the start
    roll: np.ndarray  #: radians
    yaw: np.ndarray  #: radians
    mouth: np.ndarray  #: 0 closed, 1 open
    lids: np.ndarray  #: 0 open, 1 closed
    light: np.ndarray  #: strength of the room's light, about 1
    screen: np.ndarray  #: (T, 3) strength of the light from the side, as a share of the room's
    gain: np.ndarray  #: (T, 3) of the camera, from exposure and white balance


def subject_tone(number):
    """The skin tone, an index into TONES, of a subject who has several recordings."""
    return int(np.random.default_rng((49979687, number)).integers(len(TONES)))


def traits(condition, rng, tone=None):
    """Draw a recording's :class:`Traits`.

    Args:
        condition: a key of :data:`CONDITIONS`.
        rng: ``numpy.random.Generator``.
        tone: index into TONES; drawn by default.
    """
    drawn = int(rng.integers(len(TONES)))
    tone = drawn if tone is None else tone
    dim = condition == 7
    warmth = rng.normal(0, 0.10)
    light = np.array([1 + warmth, 1.0, 1 - warmth]) * (1 + rng.normal(0, 0.02, 3))
    screen = np.clip(1 + rng.normal(0, 0.25, 3), 0.3, 1.7)
    hard = condition == 8
    return Traits(
        tone=tone,
        pulse_share=float(np.exp(rng.uniform(np.log(0.004), np.log(0.025)))) * TONES[tone].pulse,
        gloss=float(rng.uniform(0.02, 0.22)),
        light_rgb=light / light.mean(),
        screen_rgb=screen / screen.mean(),
        side=float(rng.choice((-1.0, 1.0))),
        exposure=float(rng.uniform(0.32, 0.5) if dim else rng.uniform(0.6, 1.05)),
        noise=float(rng.uniform(2.5, 5.0) if dim else rng.uniform(0.6, 2.2)),
        grain=float(rng.choice((1.0, 1.0, 1.6, 2.2))),
        quality=int(rng.integers(5, 9) if hard else rng.integers(0, 4)),
        codec=str(rng.choice(("h264", "h264", "mjpeg"))),
    )


def courses(condition, frames, fps, rng):
    """Draw a recording's :class:`Course` of ``frames`` frames at ``fps`` frames per second."""
    times = np.arange(frames) / fps
    size = {"x": 0.012, "y": 0.010, "roll": 0.012, "yaw": 0.04, "scale": 0.008}
    if condition == 3:
        size.update(yaw=rng.uniform(0.2, 0.6), x=0.03, roll=0.05)
    elif condition == 4:
        size.update(x=rng.uniform(0.08, 0.25), y=0.05, scale=rng.uniform(0.02, 0.08), roll=0.06, yaw=0.12)
    elif condition == 2:
        size.update(y=0.02, roll=0.03, yaw=0.08)
    moves = {name: amplitude * rng.uniform(0.4, 1.0) * _wander(times, 0.5, rng) for name, amplitude in size.items()}
    rhythm = _rhythm(times, rng)
    strength = rng.uniform(0.01, 0.05) if condition == 5 else rng.uniform(0.0, 0.002)
    moves["y"] = moves["y"] + strength * rhythm
    moves["yaw"] = moves["yaw"] + 2 * strength * rng.uniform(-1, 1) * rhythm
    return Course(
        x=moves["x"],
        y=moves["y"],
        scale=1 + moves["scale"],
        roll=moves["roll"],
        yaw=moves["yaw"],
        mouth=_speech(times, rng) if condition == 2 or rng.uniform() < 0.2 else np.zeros(frames),
        lids=_blinks(times, rng),
        **_lights(condition, times, rng),
    )


def _lights(condition, times, rng):
    hard = condition == 6
    light = 1 + (0.10 if hard else 0.015) * rng.uniform(0.3, 1.0) * _wander(times, 0.4, rng)
    flicker_hz = rng.uniform(2, 14)  # of the mains, aliased by the frame rate
    light = light * (1 + rng.uniform(0, 0.004) * np.sin(2 * np.pi * flicker_hz * times))
    share = rng.uniform(0.1, 0.4) if hard else rng.uniform(0, 0.06)
    screen = share * (1 + 0.5 * np.stack([_steps(times, rng) for _ in range(3)], axis=1))
    gain = (1 + (0.06 if hard else 0.015) * rng.uniform(0, 1) * _steps(times, rng))[:, None] * np.ones(3)
    if hard or rng.uniform() < 0.2:
        gain = gain * (1 + 0.03 * np.stack([_steps(times, rng) for _ in range(3)], axis=1))
    return {"light": light, "screen": screen, "gain": gain}


def _wander(times, highest_hz, rng):
    """A smooth course of about unit size that starts at 0."""
    course = np.zeros_like(times)
    for weight in (0.6, 0.3, 0.15):
        hz, phase = rng.uniform(0.03, highest_hz), rng.uniform(0, 2 * np.pi)
        course += weight * (np.sin(2 * np.pi * hz * times + phase) - np.sin(phase))
    return course


def _rhythm(times, rng):
    """Nodding, walking or chewing: a wavering rhythm at a rate that a heart could have."""
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
