"""From traits and courses to camera frames: light, skin, motion, camera."""

from typing import NamedTuple

import cv2
import numpy as np

from ..canvas import bump
from ..face import Subject
from . import camera, shape, skin
from .courses import courses
from .room import Room

_GAMMA = 2.2
#: share of a bright background's light that strays over the picture
_HAZE = 0.03


class _Head(NamedTuple):
    """The head at rest, and what each cause adds to its linear light when its amount is 1: (h, w, 3) float32 each."""

    window: tuple
    shape: shape.Shape
    base: np.ndarray
    pulse: np.ndarray
    late_pulse: np.ndarray  #: times the derivative of the pulse, where it arrives later
    mouth: np.ndarray
    lids: np.ndarray
    gloss: np.ndarray  #: not dimmed where the head is in shadow, as the others are
    glare: np.ndarray  #: on glasses


def frames(subject, condition, traits, blood, size, fps, rng):
    """The frames of one varied recording.

    Args:
        subject: number of the :class:`~..face.Subject`, whose skin gets the tone of ``traits``.
        condition, traits: see :mod:`.conditions`; the traits hold what the condition asks for.
        blood: (T,) blood volume at the frames, about 0 to 1.
        size: (width, height) in pixels.
        fps: frames per second.
        rng: ``numpy.random.Generator``.

    Yields:
        T arrays (H, W, 3) uint8, RGB.
    """
    count = len(blood)
    drawing = _drawing(subject, traits, size, rng)
    body = shape.shape_of(drawing, size, rng)
    person = _linear(drawing.rgb) * shape.texture(size, drawing.half_width, traits.texture, rng)
    head = _head(drawing, person, body.part(drawing.head), traits, rng)
    person = person * shape.shade(body, shape.direction(traits, traits.tilt, 0, 0), traits.ambient)[..., None]
    course = courses(traits, count, fps, rng, blood)
    room = Room(traits, size, count, fps, _linear, rng)
    sides = _side_light(size, traits)
    late = np.gradient(blood) * fps if count > 1 else np.zeros(count)
    blood = blood - np.mean(blood)
    sensor = camera.Sensor(traits, size, rng)
    haze = np.float32(_HAZE * traits.backlight * room.light)
    taken = camera.taken(traits, count, fps, rng)

    def picture(t):
        seen = _person(person, head, traits, course, t, blood[t], late[t])
        seen = _place(seen, drawing, room.seen(course.background[t], t), traits, course, t, size)
        return sensor.expose(_lit(seen, traits, sides, course, t) + haze, course.gain[t])

    yield from camera.filled(picture, taken, traits.blends)


def _drawing(subject, traits, size, rng):
    tone = np.float32(skin.TONES[traits.tone].rgb) * (1 + rng.normal(0, 0.03, 3))
    tone = tone.mean() + (tone - tone.mean()) * rng.uniform(0.85, 1.45)
    person = Subject(subject, skin=np.clip(tone, 20, 245))
    person.look = person.look._replace(size=traits.face, middle=traits.place, light=0.3 * person.look.light)
    drawing = person.draw(size)
    if traits.blur > 0.3:
        drawing = drawing._replace(rgb=cv2.GaussianBlur(drawing.rgb, (0, 0), traits.blur))
    return drawing


def _head(drawing, person, body, traits, rng):
    """The dichromatic parts of the head's light."""
    base = person[drawing.head].copy()
    size = base.shape[:2]
    rows, columns = (np.arange(part.start, part.stop, dtype=np.float32) for part in drawing.head)
    u = ((columns - drawing.middle[0]) / drawing.half_width)[None]
    v = ((rows - drawing.middle[1]) / drawing.half_width)[:, None]
    strength = skin.perfusion(drawing.pulse, drawing.half_width, rng) * np.float32(traits.pulse_share * _GAMMA)
    pulse = -base * strength[..., None] * np.float32(skin.pulse_colour(rng))
    late = -pulse * skin.delay(size, drawing.half_width, rng)[..., None]
    shine = bump(u, v, 0.0, -0.65, 0.4, 0.2) + bump(np.abs(u), v, 0.5, 0.3, 0.15, 0.15) + bump(u, v, 0, 0.3, 0.08, 0.2)
    bare = drawing.skin[drawing.head][..., None]
    toward = np.clip(1 + 1.5 * np.sin(traits.azimuth) * u, 0, 2)
    gloss = bare * (shine * toward)[..., None] * np.full(3, traits.gloss * base.max())
    glare = _glare(u, v, rng) if traits.glasses else np.zeros(size)
    glare = glare[..., None] * np.float32(traits.light_rgb) * base.max()
    face = drawing.rgb[drawing.head]
    mouth, lids = (_linear(face + change) - _linear(face) for change in (drawing.mouth_open, drawing.lids_closed))
    parts = (base, pulse, late, mouth, lids, gloss, glare)
    return _Head(drawing.head, body, *(np.float32(part) for part in parts))


def _glare(u, v, rng):
    """(h, w) a window's light on two lenses."""
    x, y = rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.05)
    wide, high = rng.uniform(0.03, 0.12), rng.uniform(0.03, 0.1)
    drawn = sum(np.exp(-(((u - side * 0.43 - x) / wide) ** 4) - ((v - y) / high) ** 4) for side in (-1, 1))
    return rng.uniform(0.1, 0.8) * drawn


def _person(person, head, traits, course, t, blood, late):
    yaw, pitch = traits.turned + course.yaw[t], course.pitch[t]
    part = head.base.copy()
    for change, amount in (
        (head.pulse, blood),
        (head.late_pulse, late),
        (head.mouth, course.mouth[t]),
        (head.lids, course.lids[t]),
    ):
        if abs(amount) > 1e-6:
            cv2.scaleAdd(change, float(amount), part, dst=part)
    light = shape.direction(traits, traits.tilt + course.roll[t], yaw, pitch)
    shade = shape.shade(head.shape, light, traits.ambient)
    part *= shade[..., None]
    cv2.scaleAdd(head.gloss, float(np.clip(1 + 2.0 * yaw - 6.0 * course.y[t], 0, 3)), part, dst=part)
    cv2.scaleAdd(head.glare, float(np.clip(1 - 5.0 * (yaw + pitch), 0, 1)), part, dst=part)
    picture = person.copy()
    picture[head.window] = np.maximum(shape.turned(part, head.shape, yaw, pitch), 0.0)
    return picture


def _place(picture, drawing, background, traits, course, t, size):
    matrix = _affine(drawing, traits, course, t)
    options = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    moved = cv2.warpAffine(picture, matrix, size, **options)
    weight = cv2.warpAffine(drawing.coverage, matrix, size, **options)
    return cv2.blendLinear(moved, background, weight, 1.0 - weight)


def _affine(drawing, traits, course, t):
    """The affine map (2, 3) of a frame; turning narrows the head, tilting and coming nearer are about the neck."""
    (x, y), width = drawing.middle, 2 * drawing.half_width
    pivot = np.array([x, y + 0.6 * width])
    roll, yaw = traits.tilt + course.roll[t], traits.turned + course.yaw[t]
    cos, sin = np.cos(roll), np.sin(roll)
    narrow = np.diag([np.cos(0.7 * yaw), np.cos(0.7 * course.pitch[t])])
    linear = course.scale[t] * np.array([[cos, -sin], [sin, cos]]) @ narrow
    shift = np.array([(course.x[t] + 0.12 * np.sin(yaw)) * width, course.y[t] * width])
    return np.column_stack([linear, pivot - linear @ pivot + shift])


def _side_light(size, traits):
    """(1, W, 1) share of the light from the side across the picture: 1 at its own edge, 0 at the other."""
    across = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :, None]
    return (0.5 + 0.5 * traits.side * across).astype(np.float32)


def _lit(picture, traits, sides, course, t):
    room = np.float32(course.light[t] * traits.light_rgb)
    return picture * (room + sides * np.float32(course.screen[t] * traits.screen_rgb))


def _linear(picture):
    return (np.clip(picture, 0, 255) / 255.0) ** np.float32(_GAMMA)
