"""Faces that differ by subject, drawn with soft shading; and where on them the pulse shows."""
from typing import NamedTuple

import cv2
import numpy as np

from .canvas import Canvas, bump, ellipse, smooth_noise
from .features import draw_beard, draw_brows, draw_eyes, draw_glasses, draw_mouth, draw_nose

# Haar boxes reach from above the brows to the chin; measured from the face's middle in half face widths.
_BOX_MIDDLE, _BOX_HALF = 0.33, 1.22

_SKINS = (
    (242, 206, 182), (233, 190, 162), (224, 178, 146), (214, 163, 128), (202, 150, 116),
    (188, 136, 102), (172, 120, 88), (156, 106, 78), (140, 94, 68),
)
_HAIRS = ((36, 28, 24), (58, 40, 28), (84, 56, 34), (118, 82, 48), (158, 122, 74), (122, 60, 34), (128, 124, 122))
_IRISES = ((70, 46, 30), (58, 40, 30), (92, 72, 44), (70, 98, 120), (82, 104, 78))
_SHIRTS = ((52, 66, 92), (110, 44, 48), (70, 92, 74), (128, 128, 134), (46, 46, 52), (146, 118, 82), (84, 72, 112))


class Look(NamedTuple):
    """What a subject looks like; lengths in half face widths, colours RGB 0..255."""

    skin: np.ndarray
    hair: np.ndarray
    iris: np.ndarray
    shirt: np.ndarray
    size: float  #: face width over the frame's height: near or far
    middle: tuple  #: of the face, over the frame's width and height
    crown: float
    chin: float
    jaw: float
    eye_gap: float
    eye_width: float
    eye_open: float
    brow_height: float
    brow_thick: float
    brow_tilt: float
    nose_width: float
    nose_length: float
    mouth_width: float
    mouth_height: float
    lip_thick: float
    hairline: float
    parting: float
    hair_volume: float
    hair_length: float
    light: float
    style: str  #: of the hair: "short", "long", "bald"
    beard: str  #: "none", "moustache", "full"
    glasses: str  #: "none", "round", "square"


class Drawing(NamedTuple):
    """A subject drawn for one frame size; all float32, (H, W, 3) RGB or (H, W)."""

    rgb: np.ndarray  #: the person; beyond the outline the colours go on, for clean interpolation
    coverage: np.ndarray  #: (H, W), 1 on the person
    skin: np.ndarray  #: (H, W), 1 on bare facial skin
    pulse: np.ndarray  #: (H, W), relative strength of the pulse, 0..1
    mouth_open: np.ndarray  #: added, gives the open mouth
    lids_closed: np.ndarray  #: added, gives the closed eyes
    box: tuple  #: (x, y, width, height) of the face, pixels, as face detectors frame it
    middle: tuple  #: (x, y) of the head, pixels
    half_width: float  #: of the face, pixels


class Subject:
    """A made-up person. The number alone decides the appearance, so a subject is known again in any recording.

    Args:
        number: 1 or more.
    """

    def __init__(self, number):
        self.number = number
        self.look = _look(np.random.default_rng((7919, number)))

    def draw(self, size):
        """The subject in the middle of a frame of ``size`` (width, height) pixels; gives a :class:`Drawing`."""
        return _draw(self.look, size, np.random.default_rng((104729, self.number)))


def _look(rng):
    def between(low, high):
        return float(rng.uniform(low, high))

    def colour(palette, spread):
        return np.clip(np.asarray(palette[rng.integers(len(palette))]) + rng.normal(0, spread, 3), 12, 250)

    return Look(
        skin=colour(_SKINS, 4), hair=colour(_HAIRS, 5), iris=colour(_IRISES, 6), shirt=colour(_SHIRTS, 10),
        size=between(0.36, 0.45), middle=(between(0.46, 0.54), between(0.45, 0.49)),
        crown=between(1.28, 1.42), chin=between(1.22, 1.42), jaw=between(1.95, 2.6),
        eye_gap=between(0.40, 0.47), eye_width=between(0.19, 0.235), eye_open=between(0.075, 0.11),
        brow_height=between(0.22, 0.29), brow_thick=between(0.035, 0.065), brow_tilt=between(-0.03, 0.06),
        nose_width=between(0.19, 0.28), nose_length=between(0.52, 0.64),
        mouth_width=between(0.32, 0.44), mouth_height=between(0.84, 0.92), lip_thick=between(0.06, 0.11),
        hairline=between(0.72, 0.98), parting=between(-0.5, 0.5), hair_volume=between(0.06, 0.2),
        hair_length=between(0.5, 1.5), light=between(-0.35, 0.35),
        style=str(rng.choice(("short", "short", "short", "long", "long", "bald"))),
        beard=str(rng.choice(("none", "none", "none", "moustache", "full"))),
        glasses=str(rng.choice(("none", "none", "none", "round", "square"))),
    )


def _head(look, u, v):
    """Negative inside the head: half an ellipse above, a jaw below."""
    above = np.abs(u) ** 2.2 + np.abs(v / look.crown) ** 2.2
    below = np.abs(u) ** look.jaw + np.abs(v / look.chin) ** 2.1
    return np.where(v < 0, above, below) - 1.0


def _draw(look, size, rng):
    width, height = size
    half_width = 0.5 * look.size * height
    middle = look.middle[0] * width, look.middle[1] * height
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    u, v = (x - middle[0]) / half_width, (y - middle[1]) / half_width
    canvas = Canvas(np.zeros((height, width, 3), np.float32), u, v)
    coverage = np.zeros((height, width), np.float32)

    for shape, colour in _behind(look, u, v):
        inside = canvas.inside(shape)
        canvas.paint(inside, colour)
        coverage = np.maximum(coverage, inside)
    canvas.shade(-0.35 * bump(u, v, 0, look.chin + 0.1, 0.6, 0.2) + 0.05 * smooth_noise(u.shape, half_width / 8, rng))
    head = canvas.inside(_head(look, u, v))
    canvas.paint(head, look.skin)
    coverage = np.maximum(coverage, head)
    _light_head(canvas, look, head, half_width, rng)

    face = canvas.part(-1.1, -1.3, 1.1, 1.5)
    draw_nose(face, look)
    beard = draw_beard(canvas, look, head, rng)
    hair = _hair(canvas, look, half_width, rng)
    coverage = np.maximum(coverage, hair)
    brows = draw_brows(canvas, look)

    shut_eyes, open_mouth = canvas.copy(), canvas.copy()
    eyes = draw_eyes(canvas, look, closed=False)
    draw_eyes(shut_eyes, look, closed=True)
    draw_eyes(open_mouth, look, closed=False)
    lips = draw_mouth(canvas, look, opened=0.0)
    draw_mouth(shut_eyes, look, opened=0.0)
    draw_mouth(open_mouth, look, opened=1.0)
    glasses = np.zeros_like(head)
    if look.glasses != "none":
        for picture in (canvas, shut_eyes, open_mouth):
            glasses = draw_glasses(picture, look)

    skin = head * (1 - hair) * (1 - beard) * (1 - brows) * (1 - eyes) * (1 - lips) * (1 - glasses)
    half = _BOX_HALF * half_width
    return Drawing(
        rgb=_extend(canvas.rgb, coverage), coverage=coverage.astype(np.float32), skin=skin.astype(np.float32),
        pulse=(skin * _perfusion(u, v)).astype(np.float32),
        mouth_open=open_mouth.rgb - canvas.rgb, lids_closed=shut_eyes.rgb - canvas.rgb,
        box=(middle[0] - half, middle[1] + _BOX_MIDDLE * half_width - half, 2 * half, 2 * half),
        middle=middle, half_width=half_width,
    )


def _behind(look, u, v):
    """Shapes behind the head, the farthest first, with their colours."""
    if look.style == "long":
        yield ellipse(u, v, 0, 0.1, 1.16 + look.hair_volume, 1.25 + 0.4 * look.hair_length, 2.6), look.hair * 0.8
    shoulders = look.chin + 0.38
    yield (np.abs(u) / 2.1) ** 4 - (v - shoulders) / 0.45, look.shirt
    neck = np.maximum(np.abs(u) - 0.52 - 0.1 * (v - 1.0) ** 2, np.maximum(0.4 - v, v - shoulders - 0.25))
    yield neck, look.skin * 0.82
    for side in (-1, 1):
        yield ellipse(u, v, side * 0.99, 0.12, 0.13, 0.3), look.skin * 0.88


def _light_head(canvas, look, head, half_width, rng):
    """Roundness, light from a side, and skin that is not quite even."""
    u, v = canvas.u, canvas.v
    radius = np.clip((np.abs(u) / 1.02) ** 2.4 + (np.abs(v) / 1.45) ** 2.6, 0, 1)
    amount = 0.07 - 0.30 * radius ** 1.5 + 0.16 * look.light * u
    cheeks = bump(np.abs(u), v, 0.5, 0.42, 0.22, 0.2)
    amount += 0.09 * bump(u, v, 0, -0.6, 0.5, 0.28) + 0.08 * cheeks
    amount -= 0.10 * bump(u, v, 0, look.chin, 0.7, 0.18)
    amount += 0.012 * smooth_noise(u.shape, half_width / 6, rng) + 0.012 * smooth_noise(u.shape, half_width / 24, rng)
    canvas.shade(head * amount)
    canvas.rgb -= (head * cheeks)[..., None] * np.float32((0, 4, 3.6))


def _hair(canvas, look, half_width, rng):
    """The hair in front of the head; gives its coverage (H, W)."""
    u, v = canvas.u, canvas.v
    if look.style == "bald":
        return np.zeros_like(u)
    volume = look.hair_volume
    cap = ellipse(u, v, 0, -0.05, 1.04 + volume, look.crown + 0.02 + volume, 2.3)
    line = -look.hairline + 0.95 * np.abs(u - 0.25 * look.parting) ** 3.2 + 0.06 * np.cos(5 * u + 3 * look.parting)
    bottom = 0.75 if look.style == "long" else 0.05
    fringe = np.maximum(np.maximum(cap, v - line), v - bottom)
    hair = canvas.inside(fringe, softness=max(1.5, half_width / 25))
    strands = smooth_noise((u.shape[0], u.shape[1]), max(2.0, half_width / 14), rng)
    streaks = cv2.GaussianBlur(strands, (0, 0), sigmaX=0.6, sigmaY=max(1.0, half_width / 10))
    gloss = 0.35 * bump(u, v, 0.3 * look.light, -look.crown + 0.15, 0.6, 0.16)
    canvas.paint(hair, look.hair[None, None] * (1.0 + 0.12 * streaks + gloss)[..., None])
    return hair


def _perfusion(u, v):
    """How strongly the pulse shows: forehead and cheeks most, nose, chin and the face's rim less."""
    strength = 0.45 + 0.5 * bump(u, v, 0, -0.6, 0.6, 0.28)
    strength += 0.55 * bump(np.abs(u), v, 0.52, 0.45, 0.25, 0.28)
    strength -= 0.12 * bump(u, v, 0, 0.35, 0.15, 0.3)
    return np.clip(strength, 0, 1)


def _extend(rgb, coverage):
    """The same colours, carried on beyond the outline."""
    weight = np.clip(coverage, 1e-4, 1) ** 2
    spread = cv2.GaussianBlur(rgb * weight[..., None], (0, 0), 3) / cv2.GaussianBlur(weight, (0, 0), 3)[..., None]
    outside = (1 - coverage)[..., None]
    return (rgb * (1 - outside) + spread * outside).astype(np.float32)
