"""Signal methods over whole recordings, at any frame rate and length."""

import sys

import numpy as np
import pytest

from rfacenet_toolbox.methods.signal import METHODS
from rfacenet_toolbox.prediction import waveform
from rfacenet_toolbox.prediction.box import Box
from rfacenet_toolbox.prediction.estimators import estimator


def pulse_of(method, times_s, heart_rate_bpm, seed=0, second=0.15):
    """The filtered waveform of an even face whose colours pulse; noise is that of a few hundred pixels."""
    random = np.random.default_rng(seed)
    running = estimator(method)
    phase = 2 * np.pi * heart_rate_bpm / 60 * times_s
    blood = np.sin(phase) + second * np.sin(2 * phase + 1)
    trend = 1 + 0.02 * np.sin(2 * np.pi * times_s / 50)
    for time_s, beat, light in zip(times_s, blood, trend):
        colour = light * np.array([90, 110, 160]) * (1 + 0.01 * np.array([0.53, 0.77, 0.33]) * beat)  # blue first
        image = np.float32(colour + random.normal(0, 0.05, 3)) * np.ones((4, 4, 1), np.float32)
        running.add(time_s, image, Box(0, 0, 4, 4))
    return waveform.filtered(running.finish(), running.is_derivative)


@pytest.mark.parametrize("fps_hz", [25, 30, 60, 120])
@pytest.mark.parametrize("method", [name.lower() for name in METHODS])
def test_the_heart_rate_does_not_depend_on_the_frame_rate(method, fps_hz):
    found, _ = waveform.overall(pulse_of(method, np.arange(20 * fps_hz) / fps_hz, 55), 10.0)
    assert found == pytest.approx(55, abs=2)


@pytest.mark.parametrize("method", ["pos", "chrom", "green"])  # those that confirm a network's rate
def test_nothing_waits_for_scipy_signal_to_load(method, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.signal", None)
    assert waveform.overall(pulse_of(method, np.arange(600) / 30, 72), 10.0)[0] == pytest.approx(72, abs=2)


@pytest.mark.parametrize("method", ["pos", "green", "ica"])
def test_frames_that_arrive_in_pairs_keep_their_rate(method):
    times_s = np.arange(600) // 2 * (2 / 30) + np.arange(600) % 2 * 0.004
    found = pulse_of(method, times_s, 72)
    assert found.fs_hz == pytest.approx(30, rel=0.01)
    assert waveform.overall(found, 10.0)[0] == pytest.approx(72, abs=2)


@pytest.mark.parametrize("method", ["green", "ica", "pos"])
def test_the_joints_of_a_long_recording_do_not_cancel_the_pulse(method):
    """Stretches are 60 s long and share 10 s; a sign that is wrong in one of them loses the beats where they join."""
    found = pulse_of(method, np.arange(30 * 130) / 30, 72)
    spread = np.array([found.bvp[first : first + 300].std() for first in range(300, 3600, 150)])
    assert spread.min() > 0.7 * np.median(spread)


@pytest.mark.parametrize("heart_rate_bpm", [40, 45, 50, 60])
@pytest.mark.parametrize("method", ["pos", "ica", "lgi", "omit", "green"])
def test_a_slow_heart_with_a_strong_second_harmonic_is_not_doubled(method, heart_rate_bpm):
    found = pulse_of(method, np.arange(20 * 30) / 30, heart_rate_bpm, second=0.45)
    rate_bpm, _ = waveform.overall(found, 10.0)
    assert rate_bpm == pytest.approx(heart_rate_bpm, abs=2)
    for window in waveform.windows(found, 10.0, 2.0, rate_bpm):
        assert window.heart_rate_bpm == pytest.approx(heart_rate_bpm, abs=4)


@pytest.mark.parametrize("heart_rate_bpm", [75, 80, 90, 100, 120, 150])
@pytest.mark.parametrize("method", ["pos", "ica", "green"])
@pytest.mark.parametrize("second", [0.0, 0.4])
def test_other_hearts_are_not_halved(method, heart_rate_bpm, second):
    for seed in range(3):
        found, _ = waveform.overall(pulse_of(method, np.arange(360) / 30, heart_rate_bpm, seed, second), 10.0)
        assert found == pytest.approx(heart_rate_bpm, abs=3)
