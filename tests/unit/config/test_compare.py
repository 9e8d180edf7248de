"""Settings of an earlier run against those of now."""

import pytest

from rfacenet_toolbox.config.compare import same_settings

NOW = {"A": 1, "B": {"C": [1, 2], "D": "x"}, "E": {"F": None}}


@pytest.mark.parametrize(
    "earlier, same",
    [
        (NOW, True),
        ({"A": 1, "B": {"C": (1, 2), "D": "x"}, "E": {"F": None}}, True),  # JSON knows no tuples
        ({"A": 2, **{key: NOW[key] for key in "BE"}}, False),
        ({"A": 1, "B": {"C": [1, 2]}, "E": {"F": None}}, True),  # D came later and has its default
        ({"A": 1, "B": NOW["B"]}, True),
        ({"B": NOW["B"], "E": NOW["E"]}, False),  # A came later and has another value
        ({**NOW, "G": 1}, False),  # a key that is gone
        ({**NOW, "B": 3}, False),
    ],
)
def test_a_key_that_came_later_counts_as_its_default(earlier, same):
    defaults = {"A": 0, "B": {"C": [0], "D": "x"}, "E": {"F": None}, "H": 3}
    assert same_settings(earlier, NOW, defaults) is same
