import numpy as np
import pytest

from rfacenet_toolbox.synthetic.pulse import heart_rate_course, pulse_wave

FS_HZ = 60.0


def spectral_peak_bpm(signal, fs_hz, low=40, high=240):
    power = np.abs(np.fft.rfft((signal - signal.mean()) * np.hanning(len(signal)), 1 << 15))
    bpm = 60 * np.fft.rfftfreq(1 << 15, 1 / fs_hz)
    return bpm[(bpm > low) & (bpm < high)][power[(bpm > low) & (bpm < high)].argmax()]


@pytest.mark.parametrize("heart_rate_bpm", [50.0, 71.3, 95.0, 120.0])
@pytest.mark.parametrize("seed", range(5))
def test_spectral_peak_is_the_nominal_rate(heart_rate_bpm, seed):
    wave = pulse_wave(15, FS_HZ, heart_rate_bpm, np.random.default_rng(seed))
    assert wave.shape == (900,)
    assert spectral_peak_bpm(wave, FS_HZ) == pytest.approx(heart_rate_bpm, abs=1.5)


def test_heart_rate_varies_around_its_mean():
    course = heart_rate_course(60, FS_HZ, 80.0, np.random.default_rng(0))
    assert course.mean() == pytest.approx(80.0)
    assert 0.5 < course.std() < 3


def test_beats_have_a_dicrotic_wave():
    wave = pulse_wave(20, 240.0, 60.0, np.random.default_rng(1))
    peaks = wave[1:-1][(wave[1:-1] > wave[:-2]) & (wave[1:-1] > wave[2:])]
    assert len(peaks) == pytest.approx(40, abs=2)  # a systolic and a dicrotic one for each of 20 beats
    assert -0.2 < wave.min() < wave.max() < 1.5


def test_same_generator_state_same_wave():
    first, second, other = (pulse_wave(5, FS_HZ, 70.0, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
