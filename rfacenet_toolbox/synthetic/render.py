"""From a subject, a pulse and a motion to camera frames.

Light from skin follows the dichromatic model of remote photoplethysmography. Blood absorbs light, so skin gets darker
as the blood volume grows, most in green, with fixed relative strengths of the three channels; motion changes the light
in all channels alike; the sensor adds its own noise to every pixel of every frame.
"""

from typing import NamedTuple

import cv2
import numpy as np

from .canvas import smooth_noise
from .face import Subject
from .motion import Motion

#: Relative strength of the pulse in R, G and B (the blood volume pulse vector of de Haan and van Leest 2014).
PULSE_RGB = np.float32((0.33, 0.77, 0.53))
#: Peak-to-peak change of green where the pulse is strongest, as a share of the skin's brightness in green.
PULSE_STRENGTH = 0.018
NOISE_SIGMA = 1.5  # grey levels
_NOISE_POOL = 1 << 22  # numbers; each frame takes as many as it needs from a random place on
_LIGHT_DRIFT = 0.012
_SHADE_PER_SLIDE = 0.05  # change of light per face width of sideways motion
_SHADE_PER_YAW = 0.16  # change of light across the face per radian of turning


class Scene(NamedTuple):
    """What :func:`render` needs to know of a recording."""

    subject: Subject
    size: tuple  #: (width, height), pixels
    fps: float
    pulse: np.ndarray  #: (T,), blood volume, about 0..1
    motion: Motion  #: T values each


def render(scene, rng):
    """The frames of a recording, one after another.

    Args:
        scene: :class:`Scene`; T is the length of its pulse.
        rng: ``numpy.random.Generator``.

    Yields:
        T arrays (H, W, 3) uint8, RGB.
    """
    face = scene.subject.draw(scene.size)
    background = _background(scene.size, rng)
    pool = rng.standard_normal(_NOISE_POOL + background.size, dtype=np.float32) * np.float32(NOISE_SIGMA)
    changes = _changes(face)
    drift = _light_drift(len(scene.pulse), scene.fps, rng)
    blood = scene.pulse - np.mean(scene.pulse)
    for index in range(len(blood)):
        motion = Motion(*(float(course[index]) for course in scene.motion))
        amounts = blood[index], _SHADE_PER_YAW * motion.yaw, motion.mouth, motion.lids
        frame = _place(_person(face, changes, amounts), face, background, motion, scene.size)
        start = int(rng.integers(_NOISE_POOL))
        noise = pool[start : start + frame.size].reshape(frame.shape)
        light = drift[index] * (1.0 + _SHADE_PER_SLIDE * motion.x)
        # The noise is added before rounding, so that changes far below one grey level survive in the mean.
        yield cv2.addWeighted(frame, light, noise, 1.0, 0.0, dtype=cv2.CV_8U)


def _changes(face):
    """What blood, turning, an open mouth and closed lids add to the head, (h, w, 3) each, by an amount of 1."""
    head = face.rgb[face.head]
    strength = PULSE_RGB / PULSE_RGB.max() * np.float32(PULSE_STRENGTH)
    columns = np.arange(face.rgb.shape[1], dtype=np.float32)[face.head[1]]
    across = np.clip((columns - face.middle[0]) / face.half_width, -1, 1)
    return -head * face.pulse[..., None] * strength, head * across[None, :, None], face.mouth_open, face.lids_closed


def _person(face, changes, amounts):
    picture = face.rgb.copy()
    head = picture[face.head]
    for change, amount in zip(changes, amounts):
        if abs(amount) > 1e-3:
            head[:] = cv2.scaleAdd(change, amount, head)
    return picture


def _place(person, face, background, motion, size):
    """The person, moved, in front of the background."""
    matrix = affine(face, motion)
    options = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    moved = cv2.warpAffine(person, matrix, size, **options)
    weight = cv2.warpAffine(face.coverage, matrix, size, **options)
    return cv2.blendLinear(moved, background, weight, 1.0 - weight)


def affine(face, motion):
    """The affine map (2, 3) that moves the drawn person in one frame.

    Turning narrows the head and carries its middle along; tilting is about the neck.
    """
    (x, y), width = face.middle, 2 * face.half_width
    pivot = np.array([x, y + 0.6 * width])
    cos, sin = np.cos(motion.roll), np.sin(motion.roll)
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.diag([np.cos(motion.yaw), 1.0])
    shift = np.array([(motion.x + 0.18 * np.sin(motion.yaw)) * width, motion.y * width])
    return np.column_stack([linear, pivot - linear @ pivot + shift])


def _light_drift(frames, fps, rng):
    times = np.arange(frames) / fps
    course = sum(np.sin(2 * np.pi * (rng.uniform(0.01, 0.08) * times + rng.uniform())) for _ in range(3)) / 3
    return 1.0 + _LIGHT_DRIFT * course


def _background(size, rng):
    """A wall with a gradient, soft stains and a fine grain; (H, W, 3) float32."""
    width, height = size
    colour = rng.uniform(95, 165) + rng.uniform(-14, 14, 3)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    light = 1.0 + 0.10 * rng.uniform(-1, 1) * x + 0.08 * rng.uniform(-1, 1) * y
    shape = height, width
    light = light + 0.05 * smooth_noise(shape, height / 3, rng) + 0.02 * smooth_noise(shape, 3.0, rng)
    return (light[..., None] * colour).astype(np.float32)
