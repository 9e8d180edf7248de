"""Each filter against a formula written out here, on signals whose answer is known."""

import numpy as np
import pytest
import scipy.signal
from support.signals import tone

from rfacenet_toolbox.errors import EvaluationError
from rfacenet_toolbox.evaluation import filters

pytestmark = pytest.mark.filterwarnings("error")

BAND = (0.75, 2.5)


@pytest.fixture
def random():
    return np.random.RandomState(7)


@pytest.mark.parametrize("samples", [3, 4, 5, 10, 257])
@pytest.mark.parametrize("lambda_", [1, 100])
def test_detrend_is_the_dense_formula(random, samples, lambda_):
    signal = random.randn(samples) + np.linspace(0, 50, samples)
    difference = np.diff(np.eye(samples), n=2, axis=0)
    smoother = np.linalg.inv(np.eye(samples) + lambda_**2 * difference.T @ difference)
    np.testing.assert_allclose(filters.detrend(signal, lambda_), signal - smoother @ signal, atol=1e-8)


def test_detrend_removes_a_line_and_keeps_a_pulse():
    pulse = tone(72, 600)
    left = filters.detrend(pulse + 5 + np.linspace(0, 100, 600))
    assert np.abs(left - pulse)[60:-60].max() < 0.05


def test_detrend_wants_three_samples():
    with pytest.raises(EvaluationError, match="got 2 samples and needs at least 3"):
        filters.detrend([1.0, 2.0])


def test_bandpass_keeps_the_band_and_removes_the_rest():
    def swing(rate_bpm):
        return np.ptp(filters.bandpass(tone(rate_bpm, 1200), 30, BAND)[300:-300])

    assert swing(80) > 1.8
    assert swing(6) < 0.1 and swing(600) < 0.2


def test_bandpass_takes_the_shortest_signal_that_filtfilt_takes():
    coefficients = scipy.signal.butter(1, [0.05, 0.15], btype="bandpass")
    shortest = filters.MIN_SAMPLES
    assert len(scipy.signal.filtfilt(*coefficients, np.arange(float(shortest)))) == shortest
    with pytest.raises(ValueError, match="padlen"):
        scipy.signal.filtfilt(*coefficients, np.arange(shortest - 1.0))
    assert len(filters.bandpass(np.arange(float(shortest)), 30, BAND)) == shortest
    with pytest.raises(EvaluationError, match="got 9 samples and needs at least 10"):
        filters.bandpass(np.arange(9.0), 30, BAND)


def test_signals_side_by_side_are_filtered_each_for_itself():
    signals = np.random.default_rng(0).standard_normal((3, 300))
    alone = [filters.bandpass(signal, 30, BAND, order=2) for signal in signals]
    np.testing.assert_array_equal(filters.bandpass(signals, 30, BAND, order=2), alone)


@pytest.mark.parametrize("fs_hz, band_hz", [(5, BAND), (30, (2.5, 0.75)), (30, (0, 2.5))])
def test_bandpass_refuses_a_band_that_does_not_fit(fs_hz, band_hz):
    with pytest.raises(EvaluationError, match=f"does not fit a sampling rate of {fs_hz} Hz"):
        filters.bandpass(tone(72, 100), fs_hz, band_hz)


def test_prepare_integrates_derivatives():
    pulse = tone(72, 600)
    from_derivative = filters.prepare(np.diff(pulse, prepend=0), 30, BAND, True)
    np.testing.assert_allclose(from_derivative, filters.prepare(pulse, 30, BAND, False), atol=1e-9)


def test_prepare_sums_in_the_precision_of_the_signal(random):
    derivative = random.randn(2000).astype(np.float32)
    in_float32 = filters.bandpass(filters.detrend(np.cumsum(derivative, dtype=np.float32)), 30, BAND)
    np.testing.assert_array_equal(filters.prepare(derivative, 30, BAND, True), in_float32)


@pytest.mark.parametrize("is_derivative", [True, False])
def test_prepare_gives_zeros_for_a_constant(is_derivative):
    assert not filters.prepare(np.full(200, 0.1, dtype=np.float32), 30, BAND, is_derivative).any()
