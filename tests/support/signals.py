"""Signals whose heart rate is known."""

import numpy as np


def tone(rate_bpm, samples, fs_hz=30.0):
    """(samples,) sine of a heart rate."""
    return np.sin(2 * np.pi * rate_bpm / 60 * np.arange(samples) / fs_hz)
