"""Skin: ten tones, and how light comes back from it by the dichromatic model.

Wang, den Brinker, Stuijk and de Haan, "Algorithmic principles of remote PPG" (IEEE TBME 2017), Eq. 2 to 4: light from
skin is intensity times (specular + diffuse), where the diffuse part has a constant colour and a pulsating one.
"""

from typing import NamedTuple

import numpy as np

from ..canvas import smooth_noise


class Tone(NamedTuple):
    """``rgb``, 0..255, under white light, and ``pulse``, the strength of the pulse relative to the lightest tone's."""

    rgb: tuple
    pulse: float


#: from light to dark, as the ten swatches of the Monk Skin Tone scale; less of the pulse comes back from dark skin
TONES = (
    Tone((236, 206, 190), 1.00), Tone((230, 197, 178), 1.00), Tone((222, 186, 160), 0.98), Tone((210, 170, 140), 0.95),
    Tone((192, 148, 116), 0.90), Tone((166, 122, 92), 0.80), Tone((134, 94, 70), 0.68), Tone((102, 70, 54), 0.56),
    Tone((76, 54, 44), 0.46), Tone((58, 44, 38), 0.38),
)  # fmt: skip
#: relative pulse in R, G, B (de Haan and van Leest 2014); it differs by light and camera
_PULSE_RGB = np.array((0.33, 0.77, 0.53))


def pulse_colour(rng):
    """(3,) relative pulse in R, G, B with green 1: the literature's mean, changed as by another camera or light."""
    colour = _PULSE_RGB * np.exp(rng.normal(0, 0.15, 3))
    return colour / colour[1]


def perfusion(strength, half_width, rng):
    """How strongly the pulse shows on this face, (H, W), 0 to 1: ``strength``, made uneven as in every face."""
    uneven = 1 + 0.35 * smooth_noise(strength.shape, half_width / 1.5, rng)
    return np.clip(strength * uneven, 0, 1).astype(np.float32)


def delay(shape, half_width, rng):
    """(H, W) seconds by which the pulse comes later than at the earliest place: a few hundredths at most."""
    course = smooth_noise(shape, half_width, rng)
    return (rng.uniform(0, 0.015) * (course - course.min())).astype(np.float32)
