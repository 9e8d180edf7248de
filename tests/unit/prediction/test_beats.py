"""The times of beats, without any extra installed."""

import numpy as np
import pytest
import scipy.interpolate

from rfacenet_toolbox.prediction import waveform
from rfacenet_toolbox.prediction.beats import find_beats
from rfacenet_toolbox.prediction.waveform import Waveform

FS_HZ = 30.0


def found_and_true(mean_s=0.8, breath_s=0.05, second=0.35, noise=0.0, seconds=80, lost_s=()):
    """Beats found in a pulse whose intervals follow the breath, and the true ones."""
    true_s = [-3.0]
    while true_s[-1] < seconds + 3:
        true_s.append(true_s[-1] + mean_s + breath_s * np.sin(2 * np.pi * 0.22 * true_s[-1]))
    times_s = np.arange(int(seconds * FS_HZ)) / FS_HZ
    phase = 2 * np.pi * scipy.interpolate.CubicSpline(true_s, np.arange(len(true_s)))(times_s)
    bvp = np.cos(phase) + second * np.cos(2 * phase - 1)
    bvp = bvp * (1 + 0.4 * np.sin(times_s / 3)) + noise * np.random.default_rng(1).standard_normal(len(bvp))
    if lost_s:
        bvp[int(lost_s[0] * FS_HZ) : int(lost_s[1] * FS_HZ)] *= 0.01
    pulse = waveform.filtered(Waveform(FS_HZ, 100.0, bvp, np.ones(len(bvp), bool)), is_derivative=False)
    rate_bpm, _ = waveform.overall(pulse, 10.0)
    return find_beats(pulse, waveform.windows(pulse, 10.0, 5.0, rate_bpm)), np.array(true_s)


@pytest.mark.parametrize("mean_s", [0.45, 0.7, 1.2])
@pytest.mark.parametrize("second", [0.0, 0.6])
def test_beats_keep_their_intervals(mean_s, second):
    (found_s, faint), true_s = found_and_true(mean_s, 0.06 * mean_s, second)
    assert not faint.any()
    inside = (found_s > 3) & (found_s < 77)
    nearest = np.abs(found_s[inside, None] - true_s).argmin(axis=1)
    late_s = found_s[inside] - true_s[nearest]
    assert (np.diff(nearest) == 1).all()  # none missed, none made up
    assert late_s.std() < 0.012


def test_noise_does_not_double_a_beat():
    (found_s, _), true_s = found_and_true(noise=0.6)
    assert len(found_s) == pytest.approx(((true_s > 0) & (true_s < 80)).sum(), abs=1)
    assert np.diff(found_s).min() > 0.5


def test_beats_are_faint_where_the_pulse_is_lost():
    (found_s, faint), _ = found_and_true(lost_s=(40, 44))
    assert 2 <= faint.sum() <= 7
    assert (np.abs(found_s[faint] - 42) < 3.5).all()
