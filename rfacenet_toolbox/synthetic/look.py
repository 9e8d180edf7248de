"""What a subject looks like: sizes and colours of a face, drawn at random."""

from typing import NamedTuple

import numpy as np

# Dark enough that no channel saturates where the light is strongest: a clipped channel has no pulse in it.
_SKINS = (
    (204, 172, 154),
    (196, 160, 138),
    (188, 150, 124),
    (180, 138, 110),
    (170, 127, 98),
    (160, 116, 88),
    (148, 104, 77),
    (136, 93, 69),
    (124, 84, 62),
)
_HAIRS = ((36, 28, 24), (58, 40, 28), (84, 56, 34), (118, 82, 48), (158, 122, 74), (122, 60, 34), (112, 108, 106))
_IRISES = ((70, 46, 30), (58, 40, 30), (92, 72, 44), (70, 98, 120), (82, 104, 78))
_SHIRTS = ((52, 66, 92), (110, 44, 48), (70, 92, 74), (128, 128, 134), (46, 46, 52), (146, 118, 82), (84, 72, 112))


class Look(NamedTuple):
    """What a subject looks like; lengths in half face widths, colours RGB 0..255."""

    skin: np.ndarray
    hair: np.ndarray
    iris: np.ndarray
    shirt: np.ndarray
    size: float  #: width of the face over the frame's height: near or far
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


def draw_look(rng):
    """A subject's :class:`Look`; ``rng`` is a ``numpy.random.Generator``."""

    def between(low, high):
        return float(rng.uniform(low, high))

    def colour(palette, spread):
        chosen = palette[rng.integers(len(palette))] + rng.normal(0, spread, 3)
        return np.clip(chosen, 12, 210).astype(np.float32)

    return Look(
        skin=colour(_SKINS, 3),
        hair=colour(_HAIRS, 3),
        iris=colour(_IRISES, 6),
        shirt=colour(_SHIRTS, 10),
        size=between(0.36, 0.45),
        middle=(between(0.46, 0.54), between(0.45, 0.49)),
        crown=between(1.28, 1.42),
        chin=between(1.22, 1.42),
        jaw=between(1.95, 2.6),
        eye_gap=between(0.40, 0.47),
        eye_width=between(0.19, 0.235),
        eye_open=between(0.075, 0.11),
        brow_height=between(0.22, 0.29),
        brow_thick=between(0.03, 0.055),
        brow_tilt=between(-0.03, 0.06),
        nose_width=between(0.19, 0.28),
        nose_length=between(0.52, 0.64),
        mouth_width=between(0.32, 0.44),
        mouth_height=between(0.84, 0.92),
        lip_thick=between(0.06, 0.11),
        hairline=between(0.72, 0.98),
        parting=between(-0.5, 0.5),
        hair_volume=between(0.06, 0.2),
        hair_length=between(0.5, 1.5),
        light=between(-0.35, 0.35),
        style=str(rng.choice(("short", "short", "short", "long", "long", "bald"))),
        beard=str(rng.choice(("none", "none", "none", "moustache", "full"))),
        glasses=str(rng.choice(("none", "none", "none", "round", "square"))),
    )


def head_shape(look, u, v):
    """Negative inside the head, which is half an ellipse above and a jaw below."""
    above = np.abs(u) ** 2.2 + np.abs(v / look.crown) ** 2.2
    below = np.abs(u) ** look.jaw + np.abs(v / look.chin) ** 2.1
    return np.where(v < 0, above, below) - 1.0
