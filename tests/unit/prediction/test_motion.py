"""A box that keeps its place on a face that moves."""

import cv2
import numpy as np
import pytest

from rfacenet_toolbox.prediction.box import Box
from rfacenet_toolbox.prediction.motion import FollowedFace

RANDOM = np.random.default_rng(0)
#: something to hold on to: blobs of all sizes
PICTURE = cv2.GaussianBlur(RANDOM.integers(0, 255, (300, 400, 3)).astype(np.float32), (0, 0), 4)
PICTURE = np.uint8(cv2.normalize(PICTURE, None, 0, 255, cv2.NORM_MINMAX))
FACE = Box(140.0, 90.0, 110.0, 110.0)


def moved(right, down):
    return cv2.warpAffine(PICTURE, np.float32([[1, 0, right], [0, 1, down]]), (400, 300))


def test_the_box_follows_by_fractions_of_a_pixel():
    followed = FollowedFace()
    for step in range(60):  # 24 pixels to the right in all, while the tracker's box stays
        right, down = 0.4 * step, 3 * np.sin(step / 5)
        found = followed.follow(moved(right, down), FACE)
        assert found.middle == pytest.approx((FACE.middle[0] + right, FACE.middle[1] + down), abs=0.6)
        assert (found.width, found.height) == (110, 110)


def test_the_box_stays_where_nothing_moves():
    followed = FollowedFace()
    for _ in range(20):
        assert followed.follow(PICTURE, FACE) == pytest.approx(FACE, abs=0.01)


def test_it_starts_anew_where_the_tracker_is_far_away():
    followed = FollowedFace()
    followed.follow(PICTURE, FACE)
    away = FACE.moved(60, 10)
    assert followed.follow(PICTURE, away) == away


def test_a_cut_is_no_motion():
    followed = FollowedFace()
    followed.follow(PICTURE, FACE)
    assert followed.follow(PICTURE[::-1, ::-1].copy(), FACE).middle == pytest.approx(FACE.middle, abs=25)


def test_a_face_without_any_texture_stays_where_the_tracker_has_it():
    followed, flat = FollowedFace(), np.full_like(PICTURE, 120)
    for _ in range(3):
        assert followed.follow(flat, FACE) == FACE


def test_boxes_at_the_edge_and_beyond_do_no_harm():
    followed = FollowedFace()
    for right in range(0, 400, 25):
        found = followed.follow(PICTURE, FACE.moved(right, -right))
        assert np.isfinite(found).all()
