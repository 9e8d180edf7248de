"""Each measure against a formula written out here, on signals whose answer is known."""

import numpy as np
import pytest
import scipy.signal
from support.signals import tone

from rfacenet_toolbox.errors import EvaluationError
from rfacenet_toolbox.evaluation import prepare
from rfacenet_toolbox.evaluation import pulse_signal as steps

pytestmark = pytest.mark.filterwarnings("error")

BAND = (0.75, 2.5)


@pytest.fixture
def random():
    return np.random.RandomState(7)


@pytest.mark.parametrize("rate_bpm", [46, 60.5, 72, 97.3, 149])
@pytest.mark.parametrize("samples", [300, 1000, 2048])
def test_fft_heart_rate_of_a_tone_is_within_half_a_grid_step(rate_bpm, samples):
    grid_bpm = 30 * 60 / 2 ** int(np.ceil(np.log2(samples)))
    assert abs(steps.fft_heart_rate_bpm(tone(rate_bpm, samples), 30, BAND) - rate_bpm) <= grid_bpm / 2 + 1e-9


def test_fft_heart_rate_stays_inside_the_band():
    signal = tone(72, 900) + 10 * tone(30, 900) + 10 * tone(200, 900)
    assert abs(steps.fft_heart_rate_bpm(signal, 30, BAND) - 72) < 1
    assert abs(steps.fft_heart_rate_bpm(signal, 30, (0.4, 2.5)) - 30) < 1


@pytest.mark.parametrize(
    "samples, fs_hz, grid_bpm",
    [
        (2000, 30, 0.8789),
        (2048, 30, 0.8789),
        (2049, 30, 0.4395),
        (250, 30, 7.0313),
        (128, 30, 14.0625),
        (600, 29.97, 1.7561),
    ],
)
def test_the_grid_is_that_of_the_next_power_of_two(samples, fs_hz, grid_bpm):
    assert steps.fft_grid_bpm(samples, fs_hz) == pytest.approx(grid_bpm, abs=5e-5)
    frequencies, _ = scipy.signal.periodogram(np.ones(samples), fs_hz, nfft=2 ** int(np.ceil(np.log2(samples))))
    assert steps.fft_grid_bpm(samples, fs_hz) == pytest.approx(60 * frequencies[1])


@pytest.mark.parametrize("samples", [300, 450, 600, 1000, 1024, 1800])
def test_an_interpolated_peak_is_nearer_than_the_grid(samples):
    rates = np.arange(60, 120, 0.7)
    errors = {
        finer: [abs(steps.fft_heart_rate_bpm(tone(rate, samples), 30, BAND, finer) - rate) for rate in rates]
        for finer in (False, True)
    }
    grid = steps.fft_grid_bpm(samples, 30)
    assert np.mean(errors[False]) > 0.2 * grid and np.max(errors[False]) > 0.45 * grid
    assert np.mean(errors[True]) < 0.05 * grid and np.max(errors[True]) < 0.15 * grid


def test_an_interpolated_peak_is_that_of_the_largest_line():
    """On a finer grid another peak may be the largest; this one is read off more finely, not chosen again."""
    random = np.random.RandomState(3)
    grid = steps.fft_grid_bpm(600, 30)
    for _ in range(50):
        signal = random.randn(600)
        rates = [steps.fft_heart_rate_bpm(signal, 30, BAND, interpolate) for interpolate in (False, True)]
        assert abs(rates[1] - rates[0]) <= grid


@pytest.mark.parametrize("rate_bpm", [30, 44.9, 45, 149.9, 150.4, 170])
def test_an_interpolated_peak_stays_inside_the_band(rate_bpm):
    assert 45 <= steps.fft_heart_rate_bpm(tone(rate_bpm, 600), 30, BAND, interpolate=True) <= 150


def test_fft_heart_rate_without_a_frequency_in_the_band():
    assert not steps.has_bin_in_band(12, 60, BAND)
    assert steps.has_bin_in_band(17, 60, BAND)
    with pytest.raises(EvaluationError, match="12 samples at 60 Hz have spectral lines 3.75 Hz apart"):
        steps.fft_heart_rate_bpm(tone(72, 12), 60, BAND)


@pytest.mark.parametrize("samples", [100, 300, 512])
def test_heart_rate_and_snr_are_those_of_scipys_periodogram(random, samples):
    signal = random.randn(samples)
    nfft = 2 ** int(np.ceil(np.log2(samples)))
    hz, power = scipy.signal.periodogram(signal, fs=30, nfft=nfft, detrend=False)
    inside = (hz >= BAND[0]) & (hz <= BAND[1])
    pulse_hz = hz[inside][np.argmax(power[inside])]
    assert steps.fft_heart_rate_bpm(signal, 30, BAND) == 60 * pulse_hz
    near = (np.abs(hz - pulse_hz) <= 0.1) | (np.abs(hz - 2 * pulse_hz) <= 0.1)
    expected = 10 * np.log10(power[near].sum() / power[inside & ~near].sum())
    assert steps.snr_db(signal, 60 * pulse_hz, 30, BAND) == pytest.approx(expected, abs=1e-9)


def test_peak_heart_rate():
    assert steps.peak_heart_rate_bpm(tone(75, 900), 30) == pytest.approx(75, abs=0.01)
    assert steps.peak_heart_rate_bpm(tone(75, 30), 30) is None
    assert steps.peak_heart_rate_bpm(np.zeros(100), 30) is None


def test_snr_counts_the_pulse_and_its_double_against_the_rest_of_the_band():
    # Whole periods in 1,024 samples, so that each tone is one line of the spectrum with power amplitude^2 / 2.
    lines = {24: 3.0, 48: 1.0, 36: 2.0, 200: 50.0}
    time = np.arange(1024)
    signal = sum(amplitude * np.sin(2 * np.pi * line * time / 1024) for line, amplitude in lines.items())
    pulse_bpm = 24 * 30 / 1024 * 60
    expected = 10 * np.log10((3.0**2 + 1.0**2) / 2.0**2)
    # Line 24 is 0.70 Hz, below the band: harmonics count wherever they are. Line 200 is 5.9 Hz, outside of all.
    assert steps.snr_db(signal, pulse_bpm, 30, BAND) == pytest.approx(expected, abs=1e-9)


def test_snr_where_there_is_no_ratio():
    assert steps.snr_db(np.zeros(300), 72.0, 30, BAND) == 0.0
    assert steps.snr_db(tone(72, 300), None, 30, BAND) is None
    # 16 samples have lines 1.875 Hz apart: none within 6 bpm of 60 or 120 bpm.
    assert steps.snr_db(tone(72, 16), 60.0, 30, BAND) is None


@pytest.mark.parametrize("samples", [10, 97, 300])
def test_macc_is_the_largest_correlation_over_the_lags(random, samples):
    prediction, label = random.randn(2, samples) + 3
    lags = [abs(np.corrcoef(prediction, np.roll(label, lag))[0, 1]) for lag in range(samples - 1)]
    assert steps.macc(prediction, label) == pytest.approx(max(lags), abs=1e-12)


def test_macc_leaves_the_last_lag_out_as_the_toolbox_does(random):
    label = random.randn(50)
    assert steps.macc(np.roll(label, 48), label) == pytest.approx(1)
    assert steps.macc(np.roll(label, 49), label) < 0.99


def test_macc_of_a_shifted_and_inverted_copy_is_one(random):
    label = random.randn(120)
    assert steps.macc(-4 * np.roll(label, 17) + 2, label) == pytest.approx(1)
    assert steps.macc(label, label) <= 1


def test_macc_without_a_correlation(random):
    assert steps.macc(np.full(50, 2.0), random.randn(50)) is None
    assert steps.macc(random.randn(50), np.zeros(50)) is None
    with pytest.raises(EvaluationError, match="50 predicted and 49 true samples"):
        steps.macc(np.zeros(50), np.zeros(49))


@pytest.mark.parametrize("scale", [1e-6, 3.0, 1e6])
def test_scale_does_not_matter(random, scale):
    prediction, label = tone(72, 600) + random.randn(600), tone(72, 600)
    plain, scaled = (prepare(signal, 30, BAND, False) for signal in (prediction, scale * prediction))
    assert steps.fft_heart_rate_bpm(scaled, 30, BAND) == steps.fft_heart_rate_bpm(plain, 30, BAND)
    assert steps.peak_heart_rate_bpm(scaled, 30) == pytest.approx(steps.peak_heart_rate_bpm(plain, 30))
    assert steps.snr_db(scaled, 72.0, 30, BAND) == pytest.approx(steps.snr_db(plain, 72.0, 30, BAND), abs=1e-6)
    assert steps.macc(scaled, label) == pytest.approx(steps.macc(plain, label), abs=1e-9)
