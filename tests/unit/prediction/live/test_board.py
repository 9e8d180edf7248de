"""What all viewers see: parts and their numbers, and pictures."""

import cv2
import numpy as np
import pytest

from rfacenet_toolbox.prediction.box import Box
from rfacenet_toolbox.prediction.live.board import Board, Picture, shares


def test_a_viewer_gets_what_is_new_to_it_and_no_more():
    board = Board()
    assert board.news() is None
    board.put("about", {"method": "pos"})
    board.put("reading", 1)
    first = board.news()
    assert first.parts == {"about": {"method": "pos"}, "reading": 1} and first.picture is None
    assert board.news(first.number) is None
    board.put("reading", 2)
    board.put("reading", 3)
    assert board.news(first.number).parts == {"reading": 3}
    assert board.news().parts == {"about": {"method": "pos"}, "reading": 3}


def test_a_picture_is_reduced_encoded_once_and_said_in_shares():
    image = np.full((720, 1280, 3), 90, np.uint8)
    picture = Picture(1.23456, image, Box(320, 180, 640, 360))
    assert cv2.imdecode(np.frombuffer(picture.jpeg(), np.uint8), cv2.IMREAD_COLOR).shape == (360, 640, 3)
    assert picture.jpeg() is picture.jpeg()
    board = Board()
    board.put("picture", picture)
    news = board.news()
    assert news.picture is picture and news.parts == {"picture": {"time_s": 1.235, "box": [0.25, 0.25, 0.5, 0.5]}}
    assert Picture(0.0, image, None).to_dict()["box"] is None


def test_a_small_picture_keeps_its_size():
    jpeg = Picture(0.0, np.zeros((48, 64, 3), np.uint8), None).jpeg()
    assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((-50, 10, 100, 40), [0.0, 0.1, 0.25, 0.4]),
        ((150, 60, 100, 80), [0.75, 0.6, 0.25, 0.4]),
        ((300, 10, 20, 20), [1.0, 0.1, 0.0, 0.2]),
    ],
)
def test_a_box_is_cut_at_the_picture(box, expected):
    assert shares(Box(*box), np.zeros((100, 200, 3), np.uint8)) == pytest.approx(expected)
