"""Heart rate and signal quality of known waveforms."""

import numpy as np
import pytest

from rfacenet_toolbox import evaluation
from rfacenet_toolbox.prediction import quality, waveform
from rfacenet_toolbox.prediction.waveform import Waveform

FS_HZ = 30.0


def tone(bpm, seconds=20.0, noise=0.0, seed=0):
    time_s = np.arange(int(seconds * FS_HZ)) / FS_HZ
    random = np.random.default_rng(seed)
    return np.sin(2 * np.pi * bpm / 60 * time_s) + noise * random.standard_normal(len(time_s))


def whole(bvp, known=None):
    return Waveform(FS_HZ, 100.0, bvp, np.ones(len(bvp), bool) if known is None else known)


@pytest.mark.parametrize("bpm", [45, 60, 72.3, 110, 180])
def test_a_pure_tone_is_read_to_half_a_beat_with_quality_near_1(bpm):
    reading = quality.read_pulse(tone(bpm), FS_HZ)
    assert reading.heart_rate_bpm == pytest.approx(bpm, abs=0.5) and reading.quality > 0.98


def test_quality_falls_as_noise_grows_and_counts_the_double():
    qualities = [quality.read_pulse(tone(75, noise=noise), FS_HZ).quality for noise in (0, 0.5, 1, 2, 4)]
    assert qualities == sorted(qualities, reverse=True) and qualities[0] - qualities[-1] > 0.3
    assert quality.read_pulse(tone(75) + 0.5 * tone(150), FS_HZ).quality > 0.98


def test_quality_is_the_evaluations_snr_on_another_scale():
    bvp = tone(75, seconds=60, noise=1.5)
    reading = quality.read_pulse(bvp, FS_HZ)
    snr_db = evaluation.snr_db(bvp * np.hanning(len(bvp)), reading.heart_rate_bpm, FS_HZ, quality.BAND_HZ)
    assert reading.quality == pytest.approx(1 / (1 + 10 ** (-snr_db / 10)), abs=0.02)


@pytest.mark.parametrize("seconds", [7, 10, 20, 30])
def test_the_doubtful_quality_is_what_19_of_20_noises_stay_below(seconds):
    random = np.random.default_rng(0)
    stretches = [whole(random.standard_normal(int(seconds * FS_HZ))) for _ in range(300)]
    qualities = [quality.read_pulse(waveform.filtered(noise, False).bvp, FS_HZ).quality for noise in stretches]
    assert 0.9 < np.mean(np.array(qualities) < quality.doubtful_below(seconds)) < 0.99
    assert np.median(qualities) == pytest.approx(quality.median_of_noise(seconds), rel=0.15)


def test_what_does_not_vary_has_no_heart_rate():
    assert quality.read_pulse(np.zeros(300), FS_HZ) is None
    assert waveform.overall(whole(np.zeros(300)), 10.0) is None


def test_windows_slide_by_the_step_and_follow_the_rate():
    bvp = np.concatenate([tone(60, 20), tone(90, 20)])
    windows = waveform.windows(whole(bvp), 10.0, 2.0)
    assert [window.start_s for window in windows] == pytest.approx(100 + 2.0 * np.arange(16))
    assert windows[0].heart_rate_bpm == pytest.approx(60, abs=1)
    assert windows[-1].heart_rate_bpm == pytest.approx(90, abs=1)
    assert all(window.seconds == pytest.approx(10) for window in windows)


def test_a_recording_shorter_than_a_window_is_one_window():
    (window,) = waveform.windows(whole(tone(75, 7)), 10.0, 1.0)
    assert window.seconds == pytest.approx(7) and window.heart_rate_bpm == pytest.approx(75, abs=1)


def test_stretches_without_a_face_are_left_out():
    bvp = np.concatenate([tone(75, 30), 20 * tone(130, 30)])
    known = np.arange(len(bvp)) < 900
    windows = waveform.windows(whole(bvp, known), 10.0, 5.0)
    assert [window.heart_rate_bpm is None for window in windows] == [False] * 5 + [True] * 6
    rate, _ = waveform.overall(whole(bvp, known), 10.0)
    assert rate == pytest.approx(75, abs=1)
    assert waveform.overall(whole(bvp, np.zeros(len(bvp), bool)), 10.0) is None


def test_a_derivative_is_integrated():
    bvp = tone(60) + 0.4 * tone(120)
    derivative = np.diff(bvp, prepend=bvp[0])
    assert np.corrcoef(waveform.filtered(whole(derivative), True).bvp[30:-30], bvp[30:-30])[0, 1] > 0.95


def test_a_slope_and_a_low_line_at_half_the_rate_do_not_make_it_half():
    time_s = np.arange(600) / 30
    pulse = np.sin(2 * np.pi * 1.5 * time_s)
    for other in (0.0, 0.05 * np.sin(2 * np.pi * 0.75 * time_s), 5 * np.sin(2 * np.pi * 0.3 * time_s)):
        assert quality.read_pulse(pulse + other, 30.0).heart_rate_bpm == pytest.approx(90, abs=1)
    half = 0.3 * np.sin(2 * np.pi * 0.75 * time_s)
    assert quality.read_pulse(pulse + half, 30.0).heart_rate_bpm == pytest.approx(45, abs=1)
