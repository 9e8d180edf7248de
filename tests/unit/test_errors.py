"""Unknown names are answered with the names there are, and the closest of them."""

import doctest

import pytest

from rfacenet_toolbox import errors


def test_the_example_in_the_docstring():
    assert doctest.testmod(errors) == (0, 1)


@pytest.mark.parametrize("name", ["", "ZZZ", None, 7])
def test_a_name_that_resembles_nothing_gets_the_list_alone(name):
    assert errors.unknown("DATASET", name, iter(["PURE"])) == (
        f"DATASET is {name!r}, which is unknown. There are: PURE."
    )


@pytest.mark.parametrize("name, meant", [("green", "GREEN"), ("Chrome", "CHROM"), ("POSS", "POS"), ("rFaceNet", None)])
def test_the_closest_spelling_ignores_case(name, meant):
    assert errors.closest(name, ["GREEN", "CHROM", "POS"]) == meant
