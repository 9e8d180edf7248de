"""Faces that differ by subject, drawn with soft shading, and where the pulse shows on them."""

from typing import NamedTuple

import cv2
import numpy as np

from .canvas import Canvas, bump, ellipse, smooth_noise
from .features import draw_beard, draw_brows, draw_eyes, draw_glasses, draw_mouth, draw_nose
from .look import draw_look, head_shape

# Haar boxes reach from above the brows to the chin; measured from the face's middle in half face widths.
_BOX_MIDDLE, _BOX_HALF = 0.33, 1.22


class Drawing(NamedTuple):
    """A subject drawn for one frame size; all float32, (H, W, 3) RGB or (H, W)."""

    rgb: np.ndarray  #: the person; colours go on beyond the outline, for clean interpolation
    coverage: np.ndarray  #: (H, W), 1 on the person
    skin: np.ndarray  #: (H, W), 1 on bare facial skin
    head: tuple  #: two slices: the part of the frame, h by w, that holds the head
    pulse: np.ndarray  #: (h, w), relative strength of the pulse, 0..1
    mouth_open: np.ndarray  #: (h, w, 3); added, it gives the open mouth
    lids_closed: np.ndarray  #: (h, w, 3); added, it gives the closed eyes
    box: tuple  #: (x, y, width, height) of the face, pixels, as face detectors frame it
    middle: tuple  #: (x, y) of the head, pixels
    half_width: float  #: of the face, pixels


class Subject:
    """A made-up person. The number alone decides the appearance, so a subject looks alike in all recordings.

    Args:
        number: 1 or more.
        skin: (3,) RGB 0..255 instead of the subject's own.
    """

    def __init__(self, number, skin=None):
        self.number = number
        self.look = draw_look(np.random.default_rng((7919, number)))
        if skin is not None:
            self.look = self.look._replace(skin=np.float32(skin))

    def draw(self, size):
        """The :class:`Drawing` of the subject in a frame of ``size`` (width, height) pixels."""
        return _draw(self.look, size, np.random.default_rng((104729, self.number)))


def _draw(look, size, rng):
    width, height = size
    half_width = 0.5 * look.size * height
    middle = look.middle[0] * width, look.middle[1] * height
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    u, v = (x - middle[0]) / half_width, (y - middle[1]) / half_width
    canvas = Canvas(np.zeros((height, width, 3), np.float32), u, v)
    coverage = np.zeros((height, width), np.float32)
    _draw_behind(canvas, coverage, look, half_width, rng)

    window = canvas.window(-1.35, -1.85, 1.35, 1.65)
    head_canvas = canvas.part(window)
    changes = np.zeros((2,) + head_canvas.rgb.shape, np.float32)
    skin, covered = _draw_head(head_canvas, changes, look, half_width, rng)
    coverage[window] = np.maximum(coverage[window], covered)

    half = _BOX_HALF * half_width
    return Drawing(
        rgb=_extend(canvas.rgb, coverage),
        coverage=coverage,
        head=window,
        skin=_in_frame(skin, window, size),
        pulse=skin * _perfusion(head_canvas.u, head_canvas.v),
        mouth_open=changes[0],
        lids_closed=changes[1],
        box=(middle[0] - half, middle[1] + _BOX_MIDDLE * half_width - half, 2 * half, 2 * half),
        middle=middle,
        half_width=half_width,
    )


def _draw_behind(canvas, coverage, look, half_width, rng):
    """Draw shoulders, neck, ears and the hair behind them, the farthest first."""
    u, v = canvas.u, canvas.v
    shoulders = look.chin + 0.38
    folds = 1.0 + 0.05 * smooth_noise(u.shape, half_width / 3, rng) + 0.02 * smooth_noise(u.shape, 2.5, rng)
    neck = np.maximum(np.abs(u) - 0.50 - 0.12 * (v - 1.0) ** 2, np.maximum(0.4 - v, v - shoulders - 0.25))
    neck_light = 0.86 - 0.25 * np.abs(u) ** 2 - 0.33 * bump(u, v, 0, look.chin + 0.05, 0.6, 0.22)
    shapes = [
        ((np.abs(u) / 2.1) ** 4 - (v - shoulders) / 0.45, look.shirt * folds[..., None]),
        (neck, look.skin * neck_light[..., None]),
    ] + [(ellipse(u, v, side * 0.99, 0.12, 0.13, 0.3), look.skin * 0.86) for side in (-1, 1)]
    if look.style == "long":
        back = ellipse(u, v, 0, 0.1, 1.14 + look.hair_volume, 1.3 + 0.4 * look.hair_length, 2.6)
        shapes.insert(0, (back, 0.82 * _strands(u, v, look, half_width, rng)))
    for shape, colour in shapes:
        inside = canvas.inside(shape)
        canvas.paint(inside, colour)
        np.maximum(coverage, inside, out=coverage)


def _draw_head(canvas, changes, look, half_width, rng):
    """Draw head, hair and features. Returns the bare skin and the coverage, (H, W) each.

    What opening the mouth and closing the lids add to the picture is written to ``changes`` (2, H, W, 3).
    """
    head = canvas.inside(head_shape(look, canvas.u, canvas.v))
    canvas.paint(head, look.skin)
    _light_head(canvas, look, head, half_width, rng)
    draw_nose(canvas, look)
    beard = draw_beard(canvas, look, head, rng)
    hair = _draw_hair(canvas, look, half_width, rng)
    hidden = [hair, beard, draw_brows(canvas, look)]

    pictures = {name: canvas.copy() for name in ("mouth open", "lids closed")}
    pictures["rest"] = canvas
    for name, picture in pictures.items():
        eyes = draw_eyes(picture, look, closed=name == "lids closed")
        lips = draw_mouth(picture, look, opened=float(name == "mouth open"))
        glasses = draw_glasses(picture, look)
    changes[0] = pictures["mouth open"].rgb - canvas.rgb
    changes[1] = pictures["lids closed"].rgb - canvas.rgb

    skin = head.copy()
    for cover in hidden + [eyes, lips, glasses]:
        skin *= 1 - cover
    return skin, np.maximum(head, hair)


def _light_head(canvas, look, head, half_width, rng):
    """Shade the head: roundness, light from one side, and skin that is not quite even."""
    u, v = canvas.u, canvas.v
    radius = np.clip((np.abs(u) / 1.02) ** 2.4 + (np.abs(v) / 1.45) ** 2.6, 0, 1)
    cheeks = bump(np.abs(u), v, 0.5, 0.42, 0.22, 0.2)
    amount = 0.07 - 0.30 * radius**1.5 + 0.16 * look.light * u
    amount += 0.09 * bump(u, v, 0, -0.6, 0.5, 0.28) + 0.08 * cheeks - 0.10 * bump(u, v, 0, look.chin, 0.7, 0.18)
    amount += 0.012 * smooth_noise(u.shape, half_width / 6, rng) + 0.012 * smooth_noise(u.shape, half_width / 24, rng)
    canvas.shade(head * amount)
    canvas.rgb -= (head * cheeks)[..., None] * np.float32((0, 5, 4))


def _draw_hair(canvas, look, half_width, rng):
    """Draw the hair in front of the head. Returns its coverage (H, W)."""
    u, v, volume = canvas.u, canvas.v, look.hair_volume
    if look.style == "bald":
        return np.zeros_like(u)
    cap = ellipse(u, v, 0, -0.05, 1.04 + volume, look.crown + 0.02 + volume, 2.3)
    line = -look.hairline + 0.95 * np.abs(u - 0.25 * look.parting) ** 3.2 + 0.06 * np.cos(5 * u + 3 * look.parting)
    bottom = 0.75 if look.style == "long" else 0.05
    fringe = np.maximum(np.maximum(cap, v - line), v - bottom)
    hair = canvas.inside(fringe, softness=max(1.5, half_width / 25))
    canvas.paint(hair, _strands(u, v, look, half_width, rng))
    return hair


def _strands(u, v, look, half_width, rng):
    """The hair's colour (H, W, 3): streaks, and a gloss on the crown."""
    strands = smooth_noise(u.shape, max(2.0, half_width / 14), rng)
    streaks = cv2.GaussianBlur(strands, (0, 0), sigmaX=0.6, sigmaY=max(1.0, half_width / 10))
    gloss = 0.35 * bump(u, v, 0.3 * look.light, -look.crown + 0.15, 0.6, 0.16)
    return look.hair * (1.0 + 0.14 * streaks + gloss)[..., None]


def _perfusion(u, v):
    """How strongly the pulse shows: most on forehead and cheeks, less on nose, chin and the rim of the face."""
    strength = 0.45 + 0.5 * bump(u, v, 0, -0.6, 0.6, 0.28)
    strength += 0.55 * bump(np.abs(u), v, 0.52, 0.45, 0.25, 0.28)
    strength -= 0.12 * bump(u, v, 0, 0.35, 0.15, 0.3)
    return np.clip(strength, 0, 1).astype(np.float32)


def _extend(rgb, coverage):
    """The same colours, continued beyond the outline."""
    weight = np.clip(coverage, 1e-3, 1) ** 2
    spread = cv2.GaussianBlur(rgb * weight[..., None], (0, 0), 3) / cv2.GaussianBlur(weight, (0, 0), 3)[..., None]
    outside = (1 - coverage)[..., None]
    return (rgb * (1 - outside) + spread * outside).astype(np.float32)


def _in_frame(part, window, size):
    whole = np.zeros((size[1], size[0]), np.float32)
    whole[window] = part
    return whole
