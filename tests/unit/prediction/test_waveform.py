"""The heart rate over time, on drawn traces whose rate moves."""

import numpy as np
import pytest

from rfacenet_toolbox.prediction import waveform
from rfacenet_toolbox.prediction.waveform import Waveform, Window

FS_HZ = 30.0
TIMES_S = np.arange(int(60 * FS_HZ)) / FS_HZ
COURSES = {
    "steady": 80 + 2 * np.sin(2 * np.pi * 0.1 * TIMES_S),
    "rising": 70 + 40 * TIMES_S / 60,
    "recovering": 75 + 50 * np.exp(-TIMES_S / 15),
    "swinging": 85 + 12 * np.sin(2 * np.pi * TIMES_S / 45),
}


def drawn(course_bpm, noise=0.7, bursts_s=(), seed=0):
    """The filtered waveform of a pulse whose rate follows a course, with noise and bursts of motion."""
    random = np.random.default_rng(seed)
    phase = 2 * np.pi * np.cumsum(course_bpm) / 60 / FS_HZ
    bvp = np.cos(phase) + 0.35 * np.cos(2 * phase - 1) + noise * random.standard_normal(len(phase))
    for burst_s in bursts_s:
        away_s = TIMES_S - burst_s
        bvp += 4 * np.exp(-0.5 * (away_s / 1.2) ** 2) * np.sin(2 * np.pi * 0.8 * away_s)
    return waveform.filtered(Waveform(FS_HZ, 0.0, bvp, np.ones(len(bvp), bool)), is_derivative=False)


def over_time(pulse):
    peak_bpm, _ = waveform.overall(pulse, 10.0)
    return waveform.rate_over_time(waveform.windows(pulse, 10.0, 1.0, peak_bpm)), peak_bpm


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("seed", range(3))
def test_the_mean_of_a_rate_that_moves(course, seed):
    true_bpm = COURSES[course]
    found, _ = over_time(drawn(true_bpm, seed=seed))
    assert found.mean == pytest.approx(true_bpm.mean(), abs=3)
    assert true_bpm.min() - 3 < found.lowest <= found.mean <= found.highest < true_bpm.max() + 3


def test_the_peak_of_the_spectrum_is_not_the_mean():
    found, peak_bpm = over_time(drawn(COURSES["recovering"]))
    true_bpm = COURSES["recovering"].mean()
    assert abs(peak_bpm - true_bpm) > 5 and abs(found.mean - true_bpm) < 3


def test_bursts_of_motion_do_not_count():
    found, _ = over_time(drawn(COURSES["steady"], bursts_s=(17, 40)))
    assert found.mean == pytest.approx(80, abs=1.5)
    assert found.lowest > 75 and found.highest < 85


def test_a_rate_that_moves_is_followed():
    found, _ = over_time(drawn(COURSES["rising"]))
    assert found.highest - found.lowest > 20


def test_windows_without_a_rate_are_left_out():
    windows = [Window(start_s, start_s + 10, rate, 0.9) for start_s, rate in ((0, 60.0), (1, None), (30, 80.0))]
    assert waveform.rate_over_time(windows) == (70.0, 60.0, 80.0)
    assert waveform.rate_over_time(windows[1:2]) is None
