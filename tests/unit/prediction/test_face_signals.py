"""What is kept of each frame: colours of the face and its regions, and its place."""

import cv2
import numpy as np
import pytest

from rfacenet_toolbox.prediction.face_signals import REGIONS, FaceSignals
from rfacenet_toolbox.prediction.faces import Box
from rfacenet_toolbox.prediction.motion import FollowedFace
from rfacenet_toolbox.prediction.skin import SkinColour

FACE = Box(100.0, 60.0, 100.0, 100.0)


def picture(left=0, seed=0):
    """Skin with two eyes; what the picture shows on the left is brighter."""
    image = np.empty((240, 320, 3), np.float32)
    image[:] = (96, 122, 166)
    image[:, :150] += left
    image[85:92, 125:140] = image[85:92, 160:175] = (40, 40, 40)
    return np.uint8(np.clip(image + np.random.default_rng(seed).normal(0, 1.5, image.shape), 0, 255))


def test_the_colour_of_the_face_is_that_of_its_skin_in_the_box_that_follows_it():
    signals, followed, skin = FaceSignals(), FollowedFace(), SkinColour()
    images = [np.roll(picture(seed=step), step, axis=1) for step in range(5)]
    for step, image in enumerate(images):
        signals.add(step / 30, image, FACE)
    expected = [skin.mean(image, followed.follow(image, FACE))[::-1] for image in images]
    assert np.array_equal(signals.colours(), expected) and np.array_equal(signals.colours(2), expected[2:])


def test_regions_have_colours_of_their_own():
    signals = FaceSignals()
    for step in range(30):
        signals.add(step / 30, picture(left=10), FACE)
    even = signals.even()
    assert even.regions.shape == (len(even.rgb), len(REGIONS), 3) and even.fs_hz == pytest.approx(30)
    forehead, left, right = even.regions[-1].mean(axis=1)
    assert left - right == pytest.approx(10, abs=2) and right < forehead < left


def test_the_place_is_told_in_face_widths_of_the_frame():
    whole, part = FaceSignals(), FaceSignals()
    spots = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 120, (240, 320, 1)), (0, 0), 4)
    for step in range(30):
        image = np.roll(np.uint8(np.clip(picture() + spots[..., None], 0, 255)), step // 2, axis=1)
        whole.add(step / 30, image, FACE)
        part.add(step / 30, image[40:180, 80:220].copy(), FACE.moved(-80, -40), FACE)
    for signals in (whole, part):
        place = signals.even().place
        assert place[-1] - place[0] == pytest.approx((0.14, 0), abs=0.02)
    assert part.even().place[0] == pytest.approx((1.5, 1.1), abs=0.01)


def test_frames_without_a_face_are_bridged_and_not_known():
    signals = FaceSignals()
    for step in range(30):
        signals.add(step / 30, picture(), FACE if step < 10 or step >= 20 else None)
    even = signals.even()
    assert not even.known[12:18].any() and even.known[:9].all() and even.rgb.min() > 80


def test_a_face_of_a_pixel_has_regions():
    signals = FaceSignals()
    for step in range(20):
        signals.add(step / 30, picture(seed=step), Box(10.0, 10.0, 1.0, 1.0))
    assert np.isfinite(signals.even().regions).all()
