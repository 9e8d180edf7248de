"""The 68 points in a square, and the similarity to a face's."""

import numpy as np
import pytest

from rfacenet_toolbox.datasets.stmaps.face_shape import (
    MESH_68,
    SEETA_TO_68,
    SHAPE_5,
    SHAPE_68,
    five_of,
    placed,
    similarity,
)


def test_the_shape_is_whole_and_symmetric():
    assert np.isfinite(SHAPE_68).all()
    for group in (range(17), range(17, 27), range(31, 36)):
        points = SHAPE_68[list(group)]
        np.testing.assert_allclose(points[::-1], points * (-1, 1) + (1, 0))
    assert len(set(MESH_68)) == 68 and max(MESH_68) < 468


def test_the_shape_is_drawn_around_the_points_that_faces_are_aligned_by():
    known = np.array([(38.29, 51.70), (73.53, 51.50), (56.03, 71.74), (41.55, 92.37), (70.73, 92.20)]) / 112
    np.testing.assert_allclose(SHAPE_5, known, atol=0.02)


@pytest.mark.parametrize("count", [5, 68, 81])
def test_the_similarity_of_a_turned_face_is_found(count):
    factor, offset = np.array([80 * np.exp(0.3j), 60.0]), np.array([12 + 7j, 3 - 4j])
    shape = SHAPE_5 if count == 5 else SHAPE_68
    points = placed(shape, factor, offset)
    if count == 81:
        of_68, points = points, np.zeros((2, 81, 2))
        points[:, list(SEETA_TO_68)] = of_68[:, list(SEETA_TO_68.values())]
    found = similarity(points)
    np.testing.assert_allclose(found, (factor, offset), atol=1e-9)


def test_five_points_of_68():
    np.testing.assert_allclose(five_of(SHAPE_68[None])[0], SHAPE_5)
