"""The arithmetic of boxes, against plain loops."""

import cv2
import numpy as np
import pytest
from support.recordings import noise_frames

from rfacenet_toolbox.datasets.mtcnn import geometry


def random_boxes(count, seed=0):
    random = np.random.RandomState(seed)
    corners = random.uniform(0, 100, (count, 2))
    return np.hstack([corners, corners + random.uniform(5, 40, (count, 2))]), random.uniform(0, 1, count)


def overlap(one, other, of_smaller):
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / (min(areas) if of_smaller else sum(areas) - width * height)


@pytest.mark.parametrize("of_smaller", [False, True])
@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7])
def test_non_maximum_suppression_is_the_naive_one(threshold, of_smaller):
    boxes, scores = random_boxes(60)
    kept = []
    for candidate in sorted(range(60), key=lambda index: -scores[index]):
        if all(overlap(boxes[candidate], boxes[one], of_smaller) <= threshold for one in kept):
            kept.append(candidate)
    assert 1 < len(kept) <= 60
    assert geometry.strongest(boxes, scores, threshold, of_smaller).tolist() == kept


def test_suppression_of_nothing_is_nothing():
    assert geometry.strongest(np.empty((0, 4)), np.empty(0), 0.5).shape == (0,)


def test_the_pyramid_goes_from_the_smallest_face_to_the_whole_frame():
    scales = geometry.pyramid_scales(480, 640, window=12, smallest=40, factor=0.709)
    assert scales[0] == 12 / 40
    np.testing.assert_allclose(np.divide(scales[1:], scales[:-1]), 0.709)
    assert 480 * scales[-1] >= 12 > 480 * scales[-1] * 0.709
    assert geometry.pyramid_scales(30, 640, window=12, smallest=40, factor=0.709) == []


def test_edges_move_by_shares_of_the_size():
    moved = geometry.moved(np.array([[10.0, 20, 30, 60]]), np.array([[0.1, -0.1, 0.2, 0.5]]))
    np.testing.assert_allclose(moved, [[12, 16, 34, 80]])


def test_squares_have_the_middles_and_the_longer_edges():
    squares = geometry.squares(np.array([[10.0, 20, 30, 60], [0, 0, 8, 2]]))
    np.testing.assert_allclose(squares, [[0, 20, 40, 60], [0, -3, 8, 5]])


def test_what_is_cut_out_is_black_beyond_the_frame():
    frame = noise_frames(1, 20, 30)[0]
    inside = geometry.cut_out(frame, (4, 5, 16, 17), 6)
    np.testing.assert_array_equal(inside, cv2.resize(frame[5:17, 4:16], (6, 6), interpolation=cv2.INTER_AREA))
    corner = geometry.cut_out(frame, (-10, -10, 10, 10), 20)
    assert not corner[:10].any() and not corner[:, :10].any()
    np.testing.assert_array_equal(corner[10:, 10:], frame[:10, :10])
    around = geometry.cut_out(frame, (-5, -10, 35, 30), 40)
    np.testing.assert_array_equal(around[10:30, 5:35], frame)
    assert not around[30:].any() and not around[:, 35:].any()
