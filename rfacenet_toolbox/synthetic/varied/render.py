"""From traits and courses to camera frames: light, skin, motion, camera."""

from typing import NamedTuple

import cv2
import numpy as np

from ..canvas import bump, smooth_noise
from ..face import Subject
from . import camera, skin
from .conditions import courses

_GAMMA = 2.2


class _Head(NamedTuple):
    """What each cause adds to the head's linear light when its amount is 1: (h, w, 3) float32 each."""

    window: tuple
    pulse: np.ndarray
    late_pulse: np.ndarray  #: times the derivative of the pulse, where it arrives later
    yaw: np.ndarray
    gloss: np.ndarray
    mouth: np.ndarray
    lids: np.ndarray


def frames(subject, condition, traits, blood, size, fps, rng):
    """The frames of one varied recording.

    Args:
        subject: number of the :class:`~..face.Subject`, whose skin gets the tone of ``traits``.
        condition, traits: see :mod:`.conditions`.
        blood: (T,) blood volume at the frames, about 0 to 1.
        size: (width, height) in pixels.
        fps: frames per second.
        rng: ``numpy.random.Generator``.

    Yields:
        T arrays (H, W, 3) uint8, RGB.
    """
    tone = np.float32(skin.TONES[traits.tone].rgb) * (1 + rng.normal(0, 0.03, 3))
    drawing = Subject(subject, skin=np.clip(tone, 20, 245)).draw(size)
    course = courses(condition, len(blood), fps, rng)
    head = _head(drawing, traits, rng)
    person = _linear(drawing.rgb)
    background = _linear(_background(size, rng))
    sides = _side_light(size, traits)
    late = np.gradient(blood) * fps
    blood = blood - np.mean(blood)
    sensor = camera.Sensor(traits, size, rng)
    for t in range(len(blood)):
        picture = _person(person, head, course, t, blood[t], late[t])
        picture = _place(picture, drawing, background, course, t, size)
        yield sensor.expose(_lit(picture, traits, sides, course, t), course.gain[t])


def _head(drawing, traits, rng):
    """The dichromatic parts of the head's light."""
    base = _linear(drawing.rgb[drawing.head])
    shape = base.shape[:2]
    rows, columns = (np.arange(part.start, part.stop, dtype=np.float32) for part in drawing.head)
    u = ((columns - drawing.middle[0]) / drawing.half_width)[None]
    v = ((rows - drawing.middle[1]) / drawing.half_width)[:, None]
    strength = skin.perfusion(drawing.pulse, drawing.half_width, rng) * np.float32(traits.pulse_share * _GAMMA)
    pulse = -base * strength[..., None] * np.float32(skin.pulse_colour(rng))
    late = -pulse * skin.delay(shape, drawing.half_width, rng)[..., None]
    shine = bump(u, v, 0.0, -0.65, 0.4, 0.2) + bump(np.abs(u), v, 0.5, 0.3, 0.15, 0.15) + bump(u, v, 0, 0.3, 0.08, 0.2)
    bare = drawing.skin[drawing.head][..., None]
    gloss = bare * shine[..., None] * np.full(3, traits.gloss * base.max())
    turned = base * np.clip(u, -1, 1)[..., None] * 0.35
    face = drawing.rgb[drawing.head]
    mouth, lids = (_linear(face + change) - base for change in (drawing.mouth_open, drawing.lids_closed))
    return _Head(drawing.head, *(np.float32(change) for change in (pulse, late, turned, gloss, mouth, lids)))


def _person(person, head, course, t, blood, late):
    picture = person.copy()
    part = picture[head.window]
    amounts = (
        (head.pulse, blood),
        (head.late_pulse, late),
        (head.yaw, course.yaw[t]),
        (head.gloss, 1 + 2.0 * course.yaw[t] - 6.0 * course.y[t]),
        (head.mouth, course.mouth[t]),
        (head.lids, course.lids[t]),
    )
    for change, amount in amounts:
        if abs(amount) > 1e-6:
            part[:] = cv2.scaleAdd(change, float(amount), part)
    return np.maximum(picture, 0.0)


def _place(picture, drawing, background, course, t, size):
    matrix = _affine(drawing, course, t)
    options = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    moved = cv2.warpAffine(picture, matrix, size, **options)
    weight = cv2.warpAffine(drawing.coverage, matrix, size, **options)
    return cv2.blendLinear(moved, background, weight, 1.0 - weight)


def _affine(drawing, course, t):
    """The affine map (2, 3) of a frame; turning narrows the head, tilting and coming nearer are about the neck."""
    (x, y), width = drawing.middle, 2 * drawing.half_width
    pivot = np.array([x, y + 0.6 * width])
    cos, sin = np.cos(course.roll[t]), np.sin(course.roll[t])
    linear = course.scale[t] * np.array([[cos, -sin], [sin, cos]]) @ np.diag([np.cos(course.yaw[t]), 1.0])
    shift = np.array([(course.x[t] + 0.18 * np.sin(course.yaw[t])) * width, course.y[t] * width])
    return np.column_stack([linear, pivot - linear @ pivot + shift])


def _side_light(size, traits):
    """(1, W, 1) share of the light from the side across the picture: 1 at its own edge, 0 at the other."""
    across = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :, None]
    return (0.5 + 0.5 * traits.side * across).astype(np.float32)


def _lit(picture, traits, sides, course, t):
    room = np.float32(course.light[t] * traits.light_rgb)
    return picture * (room + sides * np.float32(course.screen[t] * traits.screen_rgb))


def _background(size, rng):
    """A wall, or a room full of things out of focus; (H, W, 3) float32."""
    shape = size[1], size[0]
    picture = np.empty(shape + (3,), np.float32)
    colour, contrast = rng.uniform(30, 210), rng.uniform(2, 60)
    shared = smooth_noise(shape, size[1] / rng.uniform(1.5, 8), rng)
    for channel in range(3):
        own = smooth_noise(shape, size[1] / rng.uniform(1.5, 8), rng)
        picture[..., channel] = colour + rng.uniform(-20, 20) + contrast * (0.8 * shared + 0.4 * own)
    return np.clip(picture, 4, 245)


def _linear(picture):
    return (np.clip(picture, 0, 255) / 255.0) ** np.float32(_GAMMA)
