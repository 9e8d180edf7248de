"""Limits of agreement, and the band of 8 bpm."""

import numpy as np
import pytest

from rfacenet_toolbox.errors import EvaluationError
from rfacenet_toolbox.report.figures.agreement import bland_altman, within


def test_bland_altman_by_hand():
    result = bland_altman([61, 72, 80, 93], [60, 70, 81, 91])  # differences 1, 2, -1, 2
    assert result.bias == 1 and result.n == 4
    assert result.sd == pytest.approx(np.sqrt(6 / 3))
    assert (result.lower, result.upper) == pytest.approx((1 - 1.96 * np.sqrt(2), 1 + 1.96 * np.sqrt(2)))


def test_the_limits_hold_95_percent_of_normal_differences():
    rng = np.random.default_rng(0)
    truth = rng.uniform(50, 120, 20000)
    difference = rng.normal(-1.5, 3, 20000)
    result = bland_altman(truth + difference, truth)
    held = np.mean((difference >= result.lower) & (difference <= result.upper))
    assert held == pytest.approx(0.95, abs=0.005)
    assert result == bland_altman(truth + difference, truth)


@pytest.mark.parametrize(
    "estimate, truth, message",
    [
        ([60, 70], [60, 71], "2 scored videos; limits of agreement want 3"),
        ([60, 70, 80], [60, 71], "expected one of each"),
        ([60, np.nan, 80], [60, 70, 80], "not finite"),
    ],
)
def test_what_has_no_limits_is_refused(estimate, truth, message):
    with pytest.raises(EvaluationError, match=message):
        bland_altman(estimate, truth)


def test_the_band_includes_its_edge():
    assert within([68, 51.9, 60, 80], [60, 60, 60, 60]) == 2
    assert within([], []) == 0
