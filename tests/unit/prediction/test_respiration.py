"""The respiratory rate: right where breathing shows in rate and strength, and otherwise not given."""

import re

import numpy as np
import pytest

from rfacenet_toolbox.prediction import respiration, waveform

FS_HZ = 30.0


def pulse(seconds=60.0, breaths_per_min=14.0, rate_change=0.05, strength_change=0.1, strength_breaths=None, noise=0.2):
    times_s = np.arange(int(seconds * FS_HZ)) / FS_HZ
    breath = 2 * np.pi * breaths_per_min / 60
    phase = 2 * np.pi * 72 / 60 * (times_s + rate_change / breath * np.sin(breath * times_s))
    strength = 1 + strength_change * np.sin(2 * np.pi * (strength_breaths or breaths_per_min) / 60 * times_s + 1)
    bvp = strength * (np.cos(phase) + 0.35 * np.cos(2 * phase - 1))
    bvp = bvp + noise * np.random.default_rng(0).standard_normal(len(bvp))
    raw = waveform.Waveform(FS_HZ, 0.0, bvp, np.ones(len(bvp), dtype=bool))
    return waveform.filtered(raw, is_derivative=False)


@pytest.mark.parametrize("breaths_per_min", [8.0, 14.0, 22.0])
def test_breathing_that_shows_is_read(breaths_per_min):
    found, reason = respiration.breathing(pulse(breaths_per_min=breaths_per_min))
    assert reason is None
    assert found["rate_per_min"] == pytest.approx(breaths_per_min, abs=0.7)
    assert 0.5 <= found["confidence"] <= 1 and found["seconds"] == 60


@pytest.mark.parametrize(
    "made, expected",
    [
        ({"seconds": 40.0}, "it needs 45 s of face without a break, and there are 40.0 s"),
        ({"strength_breaths": 24.0}, "rate and its strength change 14 and 24 times per minute, and breathing would"),
        ({"rate_change": 0.0, "strength_change": 0.0}, "needed|change .* times per minute"),
        ({"noise": 8.0}, "it needs a signal quality of 0.6"),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_reason(made, expected):
    found, reason = respiration.breathing(pulse(**made))
    assert found is None
    assert re.search(expected, reason), reason


def test_a_break_in_the_face_counts():
    made = pulse(80.0)
    made.known[1300:1310] = False
    assert "there are 43.3 s" in respiration.breathing(made)[1]
