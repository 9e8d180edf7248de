"""Settings that an earlier version noted."""

from rfacenet_toolbox.config.compare import completed


def test_a_setting_that_came_later_had_its_default():
    earlier = {"A": 1, "B": {"C": [1, 2]}, "G": 5}
    defaults = {"A": 0, "B": {"C": [0], "D": {"E": None}}, "H": {"I": 3}}
    assert completed(earlier, defaults) == {"A": 1, "B": {"C": [1, 2], "D": {"E": None}}, "G": 5, "H": {"I": 3}}
    assert earlier == {"A": 1, "B": {"C": [1, 2]}, "G": 5}
