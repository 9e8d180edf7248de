"""What is behind a person: a wall or a room out of focus, which may move, and people who pass."""

import cv2
import numpy as np

from ..canvas import smooth_noise

_MARGIN = 0.35  # of the frame's height, on all sides


class Room:
    """The background of a recording in linear light.

    Args:
        traits: a :class:`~.conditions.Traits`.
        size: (width, height) of the frames.
        frames, fps: of the recording.
        linear: turns a picture, 0..255, into linear light.
        rng: ``numpy.random.Generator``.
    """

    def __init__(self, traits, size, frames, fps, linear, rng):
        self._size = size
        self._margin = int(_MARGIN * size[1])
        whole = size[0] + 2 * self._margin, size[1] + 2 * self._margin
        self._picture = linear(_picture(whole, rng))
        if traits.backlight:
            window = np.clip(smooth_noise(whole[::-1], size[1] / rng.uniform(1.2, 3), rng) + 0.5, 0, 1)[..., None]
            self._picture = (self._picture + 0.25) * (1 + np.float32(traits.backlight) * window)
        self._still = self._moved(np.zeros(2))
        self._passers = []
        if traits.amount(9) and rng.uniform() < 0.7:
            self._passers = [_Passer(size, frames, fps, linear, rng) for _ in range(int(rng.integers(1, 3)))]

    @property
    def light(self):
        """Mean light of the background."""
        return float(self._still.mean())

    def seen(self, shift, t):
        """The background (H, W, 3) in frame ``t``, moved by ``shift`` (2,) shares of the frame's height."""
        picture = self._moved(shift) if np.abs(shift).max() > 1e-4 else self._still
        for passer in self._passers:
            picture = passer.drawn(picture, t)
        return picture

    def _moved(self, shift):
        most = self._margin - 2
        right, down = (float(np.clip(part * self._size[1], -most, most)) for part in shift)
        matrix = np.array([[1, 0, right - self._margin], [0, 1, down - self._margin]])
        return cv2.warpAffine(self._picture, matrix, self._size, flags=cv2.INTER_LINEAR)


class _Passer:
    """A blurred person who walks by."""

    def __init__(self, size, frames, fps, linear, rng):
        height = size[1] * rng.uniform(0.5, 1.1)
        width = 0.4 * height
        x, y = np.meshgrid(np.arange(int(width)) / width - 0.5, np.arange(int(height)) / height)
        head = (x / 0.2) ** 2 + ((y - 0.15) / 0.11) ** 2 < 1
        body = (np.abs(x / 0.42) ** 3 < (y - 0.26) / 0.3) & (y > 0.26)
        blur = max(1.0, 0.02 * size[1])
        self._weight = cv2.GaussianBlur((head | body).astype(np.float32), (0, 0), blur)
        colours = linear(np.float32([rng.uniform(20, 200, 3), rng.uniform(20, 220, 3)]))
        self._colour = np.where(head[..., None], colours[0], colours[1]).astype(np.float32)
        speed = rng.uniform(0.15, 0.8) * size[0] / fps * rng.choice((-1, 1))
        self._x = size[0] / 2 + speed * (np.arange(frames) - rng.uniform(0.2, 0.8) * frames) - width / 2
        self._y = rng.uniform(0.05, 0.4) * size[1]
        self._size = size

    def drawn(self, picture, t):
        x = float(self._x[t])
        if not -self._weight.shape[1] < x < self._size[0]:
            return picture
        matrix = np.array([[1, 0, x], [0, 1, self._y]])
        weight = cv2.warpAffine(self._weight, matrix, self._size)
        person = cv2.warpAffine(self._colour, matrix, self._size, borderMode=cv2.BORDER_REPLICATE)
        return cv2.blendLinear(person, picture, weight, 1 - weight)


def _picture(size, rng):
    """A wall, or a room full of things out of focus or not; (H, W, 3) float32, 0..255."""
    shape = size[1], size[0]
    picture = np.empty(shape + (3,), np.float32)
    colour, contrast = rng.uniform(30, 210), rng.uniform(2, 60)
    hues = 20 * rng.uniform(-1, 1, 3)
    shared = smooth_noise(shape, size[1] / rng.uniform(1.5, 8), rng)
    own = rng.uniform(0, 0.4)
    for channel in range(3):
        blobs = smooth_noise(shape, size[1] / rng.uniform(1.5, 8), rng)
        picture[..., channel] = colour + hues[channel] + contrast * (0.8 * shared + own * blobs)
    for _ in range(int(rng.integers(0, 14))):  # furniture, pictures, windows
        x, y = int(rng.integers(0, size[0])), int(rng.integers(0, size[1]))
        width, height = (int(rng.uniform(0.03, 0.5) * size[1]) for _ in range(2))
        tone = np.clip(colour + rng.normal(0, 60) + rng.normal(0, 15, 3), 5, 250)
        cv2.rectangle(picture, (x, y), (x + width, y + height), tuple(float(part) for part in tone), -1)
    blur = rng.uniform(0.3, 4.0) * size[1] / 400
    return np.clip(cv2.GaussianBlur(picture, (0, 0), blur), 4, 245)
