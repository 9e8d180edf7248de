"""What differs between varied recordings: traits, drawn once for each."""

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
    9: "moving background",
    10: "side light",
    11: "backlight",
    12: "far away",
    13: "tilted",
    14: "few frames",
    15: "walking",
    16: "several at once",
}
_SEVERAL = 16
#: share of the recordings with one cause alone
_ALONE = 0.5


class Traits(NamedTuple):
    """What stays the same over a recording."""

    tone: int  #: index into TONES
    strengths: tuple  #: for each of CONDITIONS in turn, 0 to 1: how much of it there is
    pulse_share: float  #: peak-to-peak change of the skin's green light as a share of it, where the pulse is strongest
    gloss: float  #: light reflected at the skin's surface, as a share of the light from inside
    texture: float  #: how uneven the skin's colour is, as a share of it
    light_rgb: np.ndarray  #: colour of the room's light, mean 1
    azimuth: float  #: where the strongest light comes from: radians from the front, to the right
    elevation: float  #: radians upwards
    ambient: float  #: share of the light that comes from everywhere
    backlight: float  #: brightness of the background relative to the face, above the usual
    screen_rgb: np.ndarray  #: colour of another light, from the side, mean 1
    side: float  #: -1 or 1, the side that it comes from
    face: float  #: width of the face over the frame's height
    place: tuple  #: of the face, over the frame's width and height
    tilt: float  #: of the head all along, radians
    turned: float  #: to the side all along, radians
    glasses: bool  #: whether lenses reflect a light, where there are glasses
    bob: float  #: motion of the head that the pulse causes, face widths
    exposure: float  #: brightness of the picture
    adapts: float  #: 0 to 1, how much the camera levels out the picture's brightness
    blur: float  #: of the lens, pixels
    noise: float  #: grey levels
    grain: float  #: size of the noise's grains, pixels
    camera_hz: float  #: frames per second that the camera takes, or 0: as many as the recording has
    dropped: float  #: share of the frames that are lost
    blends: bool  #: whether frames that were not taken are mixed from their neighbours; else the last is repeated
    quality: int  #: of the compression, 0 best to 10 worst
    codec: str  #: "h264" or "mjpeg"
    twice: bool  #: whether single pictures are compressed before the codec, as in webcams

    def amount(self, condition):
        """How much there is of one of :data:`CONDITIONS`, 0 to 1."""
        return self.strengths[condition - 1]


def subject_tone(number):
    """The skin tone, an index into TONES, of a subject who has several recordings."""
    return int(np.random.default_rng((49979687, number)).integers(len(TONES)))


def traits(condition, rng, tone=None):
    """Draw a recording's :class:`Traits`.

    Args:
        condition: a key of :data:`CONDITIONS`; half of the recordings have something of one or two others, too.
        rng: ``numpy.random.Generator``.
        tone: index into TONES; drawn by default.
    """
    drawn = int(rng.integers(len(TONES)))
    return traits_with(_strengths(condition, rng), drawn if tone is None else tone, rng)


def traits_with(strengths, tone, rng):
    """Draw :class:`Traits` with these ``strengths``, one for each of :data:`CONDITIONS`, and this skin ``tone``."""
    return Traits(
        tone=tone,
        strengths=strengths,
        pulse_share=float(np.exp(rng.uniform(np.log(0.006), np.log(0.03)))) * TONES[tone].pulse,
        gloss=float(rng.uniform(0.02, 0.22)),
        texture=float(np.exp(rng.uniform(np.log(0.012), np.log(0.07)))),
        **_light(strengths, rng),
        **_pose(strengths, rng),
        **_camera(strengths, rng),
    )


def _strengths(condition, rng):
    strengths = np.zeros(len(CONDITIONS))
    others = [number for number in CONDITIONS if number not in (1, condition, _SEVERAL)]
    if condition == _SEVERAL:
        strengths[rng.choice(others, 4, replace=False) - 1] = rng.uniform(0.3, 0.8, 4)
    elif rng.uniform() > _ALONE:
        count = int(rng.integers(1, 3))
        strengths[rng.choice(others, count, replace=False) - 1] = (0.3 if condition == 1 else 0.6) * rng.uniform(
            0, 1, count
        )
    strengths[condition - 1] = rng.uniform(0.3, 1.0)
    return tuple(round(float(strength), 3) for strength in strengths)


def _light(strengths, rng):
    side_light, behind = strengths[9], strengths[10]
    warmth = rng.normal(0.02, 0.12)
    light = np.array([1 + warmth, 1.0, 1 - warmth]) * (1 + rng.normal(0, 0.02, 3))
    screen = np.clip(1 + rng.normal(0, 0.25, 3), 0.3, 1.7)
    side = float(rng.choice((-1.0, 1.0)))
    usual = abs(rng.normal(0, 0.7))
    return {
        "light_rgb": light / light.mean(),
        "azimuth": float(side * min(max(usual, side_light * rng.uniform(0.9, 1.9)), 1.75)),
        "elevation": float(rng.uniform(-0.2, 1.0)),
        "ambient": float(rng.uniform(0.25, 0.85) * (1 - 0.75 * side_light)),
        "backlight": float(behind * rng.uniform(1.0, 5.0)),
        "screen_rgb": screen / screen.mean(),
        "side": float(rng.choice((-1.0, 1.0))),
    }


def _pose(strengths, rng):
    far, tilted, turning = strengths[11], strengths[12], strengths[2]
    size = np.exp(rng.uniform(np.log(0.18), np.log(0.52)))
    size = (1 - min(1.0, 2 * far)) * size + min(1.0, 2 * far) * rng.uniform(0.10, 0.2) if far else size
    free = max(0.0, 0.75 - size)
    return {
        "face": float(size),
        "place": (float(0.5 + free * rng.uniform(-0.4, 0.4)), float(0.47 + free * rng.uniform(-0.25, 0.15))),
        "tilt": float(rng.normal(0, 0.05) + rng.choice((-1, 1)) * tilted * rng.uniform(0.2, 0.7)),
        "turned": float(rng.normal(0, 0.08) + rng.choice((-1, 1)) * max(tilted, turning) * rng.uniform(0, 0.5)),
        "glasses": bool(rng.uniform() < 0.6),
        "bob": float(np.exp(rng.uniform(np.log(0.0002), np.log(0.0025)))),
    }


def _camera(strengths, rng):
    dim, hard, few = strengths[6], strengths[7], strengths[13]
    slow = few > 0 and rng.uniform() < 0.7
    return {
        "exposure": float(rng.uniform(0.6, 1.05) * (1 - 0.65 * dim)),
        "adapts": float(max(0.0, rng.uniform(-0.5, 0.8))),
        "blur": float(max(0.0, rng.uniform(-0.8, 1.0))),
        "noise": float(rng.uniform(0.5, 2.0) + 3.5 * dim * rng.uniform(0.5, 1.0)),
        "grain": float(rng.choice((1.0, 1.0, 1.6, 2.2))),
        "camera_hz": float(rng.uniform(10, 26 - 8 * few)) if slow else 0.0,
        "dropped": float(rng.uniform(0.02, 0.3) * few if few else max(0.0, rng.uniform(-0.05, 0.02))),
        "blends": bool(rng.uniform() < 0.5),
        "quality": int(min(10, rng.integers(0, 4) + np.rint(6 * hard))),
        "codec": str(rng.choice(("h264", "h264", "mjpeg"))),
        "twice": bool(rng.uniform() < 0.3),
    }
