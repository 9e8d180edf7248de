"""The cascade: with made-up networks that see white squares, and with the published ones on drawn faces."""

import cv2
import numpy as np
import pytest
import torch
from support import own_videos
from support.paths import REAL_VIDEO
from support.recordings import face_frames

from rfacenet_toolbox.datasets import mtcnn
from rfacenet_toolbox.datasets.face_detectors import HaarDetector
from rfacenet_toolbox.datasets.mtcnn.cascade import Cascade
from rfacenet_toolbox.prediction.box import Box

#: shares of the box, x then y, in the order in which O-Net gives them
POINTS = (0.3, 0.7, 0.5, 0.35, 0.65, 0.4, 0.4, 0.6, 0.8, 0.8)


class White:
    """In the place of a network: a face is what is white in the inner two thirds of a window and black around them."""

    def __init__(self, side, points=()):
        self.side, self.points = side, points

    def __call__(self, pictures):
        light = torch.nn.functional.unfold((pictures.mean(dim=1, keepdim=True) + 1) / 2, self.side, stride=2)
        rows, columns = ((size - self.side) // 2 + 1 for size in pictures.shape[-2:])
        light, ring = light.reshape(len(pictures), self.side, self.side, rows, columns), self.side // 6
        inner = light[:, ring:-ring, ring:-ring]
        around = (light.sum(dim=(1, 2)) - inner.sum(dim=(1, 2))) / (self.side**2 - (self.side - 2 * ring) ** 2)
        face = inner.mean(dim=(1, 2)) * (1 - around)
        if self.side > 12:
            face = face[:, 0, 0]
        outputs = [face, torch.zeros(len(face), 4, *face.shape[1:])]
        return outputs + [torch.tensor([self.points] * len(face))] if self.points else outputs


def squares_frame(*squares, size=(200, 300)):
    frame = np.zeros((*size, 3), np.uint8)
    for x, y, side in squares:
        frame[y : y + side, x : x + side] = 255
    return frame


@pytest.fixture
def made_up():
    return Cascade((White(12), White(24), White(48, POINTS)))


def test_what_the_networks_see_is_found_where_it_is_the_largest_first(made_up):
    found = made_up.faces(squares_frame((40, 60, 60), (160, 50, 100)), smallest=40)
    boxes = [Box(*square) for square in found.squares]
    large, small = (square.scaled(1.5) for square in (Box(160, 50, 100, 100), Box(40, 60, 60, 60)))
    assert len(boxes) == 2 and boxes[0].overlap(large) > 0.7 and boxes[1].overlap(small) > 0.7
    assert (found.probabilities >= 0.7).all()


def test_points_lie_at_their_shares_of_the_box(made_up):
    found = made_up.faces(squares_frame((40, 50, 60)), smallest=40)
    left, top, right, bottom = found.boxes[0]
    expected = [
        (left + (right - left) * x, top + (bottom - top) * y) for x, y in zip(POINTS[:5], POINTS[5:])
    ]  # O-Net's offsets are 0 here
    np.testing.assert_allclose(found.landmarks[0], expected)


@pytest.mark.parametrize("size", [(200, 300), (13, 300), (8, 8), (1, 1)])
def test_without_a_face_everything_is_empty(made_up, size):
    found = made_up.faces(squares_frame(size=size), smallest=20)
    assert found.boxes.shape == (0, 4) and found.probabilities.shape == (0,) and found.landmarks.shape == (0, 5, 2)
    assert found.squares.shape == (0, 4)


@pytest.mark.mtcnn
def test_a_drawn_face_is_found_with_its_five_points():
    frame = face_frames(1)[0]  # an ellipse of 60x80 round (80, 60), eyes at (68, 50) and (92, 50), mouth at (80, 80)
    found = mtcnn.faces(frame)
    assert len(found.boxes) == 1 and found.probabilities[0] > 0.9
    np.testing.assert_allclose(found.boxes[0], [50, 20, 110, 100], atol=6)
    points = mtcnn.landmarks(frame)
    np.testing.assert_allclose(points[:3], [(68, 50), (92, 50), (80, 64)], atol=6)
    np.testing.assert_allclose(points[3:, 1], 80, atol=5)
    assert points[3, 0] < 80 < points[4, 0]
    np.testing.assert_array_equal(mtcnn.landmarks(frame), points)


@pytest.mark.mtcnn
def test_boxes_and_points_are_close_to_facenet_pytorchs():
    """Of 2.6.0, whose boxes are rounded and whose pictures are reduced otherwise, on the same drawn faces."""
    drawn, own = face_frames(1)[0], cv2.cvtColor(own_videos.face_frames()[0], cv2.COLOR_BGR2RGB)
    for frame, box, eyes in (
        (drawn, (55.3, 20.0, 111.1, 99.9), [(68.7, 50.2), (94.1, 50.2)]),
        (own, (75.5, 41.3, 131.5, 117.2), [(91.3, 71.8), (115.2, 72.0)]),
    ):
        found = mtcnn.faces(frame, 20)
        np.testing.assert_allclose(found.boxes[0], box, atol=5)
        np.testing.assert_allclose(found.landmarks[0, :2], eyes, atol=2)


@pytest.mark.mtcnn
def test_of_two_faces_the_larger_is_first_and_a_tilted_one_is_found():
    face = face_frames(1)[0]
    large = cv2.resize(face, None, fx=1.5, fy=1.5)
    frame = np.full((180, 400, 3), 100, np.uint8)
    frame[:120, :160], frame[:, 160:] = face, large
    found = mtcnn.faces(frame)
    assert len(found.boxes) == 2 and found.boxes[0, 0] > 160 > found.boxes[1, 2]
    turned = cv2.warpAffine(large, cv2.getRotationMatrix2D((120, 90), 25, 1), (240, 180), borderValue=(100, 100, 100))
    across, down = np.subtract(*mtcnn.landmarks(turned)[1::-1])
    assert np.degrees(np.arctan2(-down, across)) == pytest.approx(25, abs=5)


@pytest.mark.mtcnn
def test_a_grey_frame_has_no_face():
    assert mtcnn.landmarks(np.full((90, 120, 3), 128, np.uint8)) is None


@pytest.mark.mtcnn
@pytest.mark.real_data
@pytest.mark.parametrize("degrees", [0, 20, 40])
def test_a_real_face_is_found_however_it_is_tilted(degrees):
    video = cv2.VideoCapture(str(REAL_VIDEO / "sample_video_1.mp4"))
    for frame in [cv2.cvtColor(video.read()[1], cv2.COLOR_BGR2RGB) for _ in range(60)][::30]:
        (x, y, width, height), found = HaarDetector().box(frame)
        middle = x + width / 2, y + height / 2
        turned = cv2.warpAffine(frame, cv2.getRotationMatrix2D(middle, degrees, 1), frame.shape[1::-1])
        box = Box(*mtcnn.faces(turned).squares[0])
        assert found and np.abs(np.subtract(box.middle, middle)).max() < 0.2 * width
        assert 0.7 < box.width / width < 1.4
