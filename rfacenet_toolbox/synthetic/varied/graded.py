"""Traits of the benchmark's recordings: a laboratory with PURE's six scenarios, and people at rest before webcams.

The two differ in light, camera, compression, distance and heart rates, as PURE and UBFC-rPPG do, so that training on
one and testing on the other is a test between data sets. How strong pulse, motion and noise are decides how far methods
come apart.
"""

import numpy as np

from .conditions import CONDITIONS, traits_with
from .skin import TONES

#: the skin tones of both data sets, indices into TONES
_TONES = 8
#: PURE's scenario -> {condition: how much there is of it}
_SCENARIOS = {1: {}, 2: {2: 0.7}, 3: {4: 0.25}, 4: {4: 0.6}, 5: {3: 0.35}, 6: {3: 0.8}}


def laboratory_traits(scenario, subject, rng):
    """The :class:`~.conditions.Traits` of a recording with PURE's motion: one good camera, daylight that changes.

    Args:
        scenario: PURE's number, 1 to 6.
        subject: its number, which decides the skin tone.
        rng: ``numpy.random.Generator``.
    """
    amounts = {6: rng.uniform(0, 0.2), **_SCENARIOS[scenario]}
    drawn = traits_with(_strengths(amounts), _tone(subject), rng)
    return drawn._replace(
        pulse_share=_pulse_share(0.005, 0.062, TONES[drawn.tone].pulse, rng),
        face=rng.uniform(0.36, 0.46),
        exposure=rng.uniform(0.75, 1.0),
        adapts=0.0,
        noise=rng.uniform(1.5, 3.0),
        grain=1.0,
        camera_hz=0.0,
        dropped=0.0,
        quality=0,
        twice=False,
    )


def webcam_traits(subject, rng):
    """The :class:`~.conditions.Traits` of a recording at rest, by a webcam that sets its own exposure and compresses.

    Talking, turning, rhythmic motion and changes of the light are slight.

    Args:
        subject: its number, which decides the skin tone.
        rng: ``numpy.random.Generator``.
    """
    amounts = {2: rng.uniform(0, 0.15), 3: rng.uniform(0, 0.15), 5: rng.uniform(0, 0.1), 6: rng.uniform(0, 0.15)}
    drawn = traits_with(_strengths(amounts), _tone(subject), rng)
    return drawn._replace(
        pulse_share=_pulse_share(0.007, 0.075, TONES[drawn.tone].pulse, rng),
        face=rng.uniform(0.28, 0.38),
        exposure=rng.uniform(0.55, 0.9),
        adapts=rng.uniform(0.2, 0.8),
        noise=rng.uniform(1.5, 4.0),
        grain=float(rng.choice((1.6, 2.2))),
        camera_hz=0.0,
        dropped=rng.uniform(0.0, 0.03),
        quality=int(rng.integers(1, 6)),
    )


def _strengths(amounts):
    return tuple(round(float(amounts.get(number, 0.0)), 3) for number in CONDITIONS)


def _tone(subject):
    return int(np.random.default_rng((49979687, subject)).integers(_TONES))


def _pulse_share(low, high, tone, rng):
    """From faint to strong, evenly on a logarithmic scale; fainter in dark skin."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high)))) * tone
