"""A box in a picture, and beyond its edges."""

import numpy as np
import pytest

from rfacenet_toolbox.prediction.box import Box

IMAGE = np.zeros((480, 640, 3), np.uint8)


def test_a_box_beyond_the_frame_is_cut_to_it():
    assert Box(-50, -50, 100, 100).cut(IMAGE).shape == (50, 50, 3)
    assert Box(600, 440, 100, 100).cut(IMAGE).shape == (40, 40, 3)
    assert Box(900, 900, 10, 10).cut(IMAGE).size > 0
    assert Box(10, 10, 100, 50).scaled(0.5).middle == Box(10, 10, 100, 50).middle


def test_how_much_two_boxes_share():
    large, part, beside = Box(0, 0, 100, 100), Box(50, 0, 50, 40), Box(200, 0, 50, 50)
    assert large.overlap(part) == pytest.approx(0.2) and large.covers(part) == part.covers(large) == 1
    assert large.overlap(beside) == large.covers(beside) == 0
