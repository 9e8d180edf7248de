"""The head as a body: how light from one direction falls on it, and how its middle moves before its rim as it turns."""

from typing import NamedTuple

import cv2
import numpy as np

from ..canvas import bump, smooth_noise


class Shape(NamedTuple):
    """Of the whole frame or of a part of it, (H, W) float32 each."""

    right: np.ndarray  #: how much the surface faces right, down and front: a unit vector together
    down: np.ndarray
    front: np.ndarray
    depth: np.ndarray  #: pixels towards the camera

    def part(self, window):
        """The shape of a window of the frame."""
        return Shape(*(field[window] for field in self))


def shape_of(drawing, size, rng):
    """The :class:`Shape` of the person in a drawing: an ellipsoid with a nose and sockets, on round shoulders."""
    columns, rows = np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32)
    u = (columns[None] - drawing.middle[0]) / drawing.half_width
    v = (rows[:, None] - drawing.middle[1]) / drawing.half_width
    above = 1 / (1 + np.exp(np.clip((v - 1.5) / 0.08, -30, 30)))  # 1 on the head, 0 on the body
    right = above * np.clip(u / 1.08, -1, 1) + (1 - above) * np.clip(u / 2.6, -1, 1)
    down = above * np.clip(v / 1.7, -1, 1) + (1 - above) * -0.3
    front = np.sqrt(np.maximum(1 - right**2 - down**2, 0.06))
    relief = 0.16 * bump(u, v, 0, 0.3, 0.11, 0.26) + 0.08 * bump(np.abs(u), v, 0.52, 0.42, 0.2, 0.18)
    relief += 0.05 * bump(u, v, 0, 1.1, 0.2, 0.12) - 0.09 * bump(np.abs(u), v, 0.43, 0.0, 0.17, 0.11)
    relief += 0.003 * smooth_noise(relief.shape, max(2.0, drawing.half_width / 10), rng)
    slope_v, slope_u = np.gradient(relief * above, 1 / drawing.half_width)
    right, down = right - slope_u, down - slope_v
    length = np.sqrt(right**2 + down**2 + front**2)
    middle = np.clip(1 - (u / 1.25) ** 2 - (v / 1.6) ** 2, 0, 1) ** 0.7
    depth = (0.7 * middle + 0.8 * relief) * drawing.half_width
    return Shape(*(np.float32(field) for field in (right / length, down / length, front / length, depth)))


def direction(traits, roll, yaw, pitch):
    """(3,) where the light comes from, right, down and front, for a head that is turned so."""
    x = np.sin(traits.azimuth) * np.cos(traits.elevation)
    y, z = -np.sin(traits.elevation), np.cos(traits.azimuth) * np.cos(traits.elevation)
    x, y = np.cos(roll) * x + np.sin(roll) * y, np.cos(roll) * y - np.sin(roll) * x
    x, z = np.cos(yaw) * x - np.sin(yaw) * z, np.cos(yaw) * z + np.sin(yaw) * x
    return np.array([x, np.cos(pitch) * y - np.sin(pitch) * z, np.cos(pitch) * z + np.sin(pitch) * y])


def shade(shape, light, ambient):
    """(H, W) light that a matt surface gives back under ``light`` (3,) and light from everywhere."""
    facing = cv2.scaleAdd(shape.right, float(light[0]), shape.front * np.float32(light[2]))
    facing = cv2.scaleAdd(shape.down, float(light[1]), facing)
    return np.maximum(facing, 0) * np.float32(1.35 * (1 - ambient)) + np.float32(ambient)


def turned(picture, shape, yaw, pitch):
    """The picture of a head turned by ``yaw`` and ``pitch``: what is nearer moves farther."""
    if abs(yaw) + abs(pitch) < 1e-4:
        return picture
    height, width = picture.shape[:2]
    x = shape.depth * np.float32(-np.sin(yaw)) + np.arange(width, dtype=np.float32)[None]
    y = shape.depth * np.float32(-np.sin(pitch)) + np.arange(height, dtype=np.float32)[:, None]
    return cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def texture(size, half_width, amount, rng):
    """(H, W, 3) factors of the skin's colour: red patches, spots and pores, about 1."""
    shape = size[1], size[0]
    patches = smooth_noise(shape, half_width / 2.5, rng)[..., None] * np.float32((0.35, 1.0, 0.9))
    spots = smooth_noise(shape, max(2.0, half_width / 9), rng) + smooth_noise(shape, max(1.5, half_width / 25), rng)
    pores = rng.standard_normal(shape, dtype=np.float32)
    return np.clip(1 + np.float32(amount) * (0.8 * patches + (0.7 * spots + 0.7 * pores)[..., None]), 0.5, 1.5)
