"""The filters against SciPy's, and against what they are for."""

import numpy as np
import pytest
import scipy.signal

from rfacenet_toolbox.evaluation import butterworth


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("low_hz, high_hz, fs_hz", [(0.75, 2.5, 30.0), (0.6, 3.3, 20.0), (0.7, 3.0, 60.0)])
def test_bandpass_has_scipys_coefficients(order, low_hz, high_hz, fs_hz):
    known = scipy.signal.butter(order, [low_hz / fs_hz * 2, high_hz / fs_hz * 2], btype="bandpass")
    for ours, scipys in zip(butterworth.bandpass(order, low_hz, high_hz, fs_hz), known):
        np.testing.assert_allclose(ours, scipys, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_lowpass_has_scipys_coefficients(order):
    known = scipy.signal.butter(order, 0.5 / 15)
    for ours, scipys in zip(butterworth.lowpass(order, 0.5, 30.0), known):
        np.testing.assert_allclose(ours, scipys, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("more", [1, 2, 500])
def test_both_ways_is_filtfilt(order, more):
    coefficients = butterworth.bandpass(order, 0.75, 2.5, 30.0)
    samples = 3 * len(coefficients[1]) + more
    signal = np.random.RandomState(order).randn(samples) + np.linspace(3, 8, samples)
    known = scipy.signal.filtfilt(*coefficients, signal)
    np.testing.assert_allclose(butterworth.both_ways(coefficients, signal), known, atol=1e-9 * np.abs(known).max())


def test_both_ways_keeps_the_shape_and_what_is_constant():
    signals = np.ones((2, 3, 100)) * np.arange(1, 7).reshape(2, 3, 1)
    np.testing.assert_allclose(butterworth.both_ways(butterworth.lowpass(2, 0.5, 30.0), signals), signals, rtol=1e-9)
