"""The mean colour of the skin, and of nothing else."""

import cv2
import numpy as np
import pytest

from rfacenet_toolbox.prediction.box import Box
from rfacenet_toolbox.prediction.skin import SkinColour

SKIN = np.array([96.0, 122.0, 166.0])  # B, G, R
FACE = Box(100.0, 60.0, 100.0, 100.0)
#: tone, and what may be left of a rectangle's error; dark features on dark skin can hardly be told from it
TONES = [((190, 206, 236), 0.5), ((92, 122, 166), 0.5), ((38, 44, 58), 1.0)]


def picture(skin=SKIN, seed=0):
    """A face with eyes and mouth and a dark beard."""
    image = np.empty((240, 320, 3), np.float32)
    image[:] = skin
    image[85:92, 125:140] = image[85:92, 160:175] = (40, 40, 40)
    image[125:135, 135:165] = (80, 70, 170)
    image[140:170, 110:190] = (25, 30, 35)
    return np.uint8(np.clip(image + np.random.default_rng(seed).normal(0, 1.5, image.shape), 0, 255))


@pytest.mark.parametrize("skin, share", TONES, ids=["light", "medium", "dark"])
def test_eyes_mouth_and_beard_hardly_count(skin, share):
    image = picture(skin)
    rectangle = np.array(cv2.mean(FACE.scaled(0.6, 0.8).cut(image))[:3])
    found = SkinColour().mean(image, FACE)
    assert np.abs(found - skin).max() < share * np.abs(rectangle - skin).max()


def test_a_still_picture_does_not_change():
    colour, image = SkinColour(), picture()
    found = [colour.mean(image, FACE) for _ in range(60)]
    assert np.ptp(found, axis=0).max() < 1e-3


def test_a_pulse_passes_as_it_is():
    colour = SkinColour()
    pulse = 1 + 0.005 * np.sin(np.arange(90) / 3)
    found = np.array([colour.mean(picture(SKIN * [1, beat, 1], seed), FACE)[1] for seed, beat in enumerate(pulse)])
    assert np.ptp(found) == pytest.approx(np.ptp(SKIN[1] * pulse), rel=0.15)
    assert np.corrcoef(found, pulse)[0, 1] > 0.98


def test_a_mouth_that_opens_and_closes_does_not_count():
    colour, closed, opened = SkinColour(), picture(), picture()
    closed[125:150, 135:165] = SKIN - 12  # lips, hardly another colour than skin
    opened[130:145, 135:165] = (60, 60, 62)
    found = np.array([colour.mean(opened if index % 2 else closed, FACE) for index in range(20)])
    whole = np.ptp([cv2.mean(FACE.scaled(0.6, 0.8).cut(image))[:3] for image in (closed, opened)], axis=0)
    assert np.ptp(found, axis=0).max() < 0.1 * whole.max()


def test_the_place_counts_to_a_fraction_of_a_pixel():
    ramp = np.uint8(np.tile(np.arange(320) / 2, (240, 1)))[..., None].repeat(3, axis=2)
    colours = [SkinColour().mean(ramp, FACE.moved(share, 0))[0] for share in (0.0, 0.5, 1.0, 2.0)]
    assert np.all(np.diff(colours) > 0.1)


def test_where_there_is_no_skin_all_of_it_counts():
    colour = SkinColour()
    colour.mean(picture(), FACE)
    blue = np.zeros((240, 320, 3), np.uint8)
    blue[..., 0] = 200
    assert colour.mean(blue, FACE) == pytest.approx([200, 0, 0], abs=0.1)


def test_a_box_of_a_pixel_and_one_beyond_the_picture():
    assert SkinColour().mean(picture(), Box(10.0, 10.0, 1.0, 1.0)) == pytest.approx(SKIN, abs=8)
    assert np.isfinite(SkinColour().mean(picture(), Box(-80.0, -60.0, 100.0, 100.0))).all()
