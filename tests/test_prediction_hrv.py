"""Heart-rate variability where there is enough to say about it."""
import sys

import numpy as np
import pytest

from rfacenet_toolbox.prediction import hrv
from rfacenet_toolbox.prediction.waveform import Waveform

FS_HZ = 30.0


def beats(seconds=90.0, spread_ms=40.0):
    """A pulse at 30 Hz whose beats come every 800 ms, give or take a slow sinusoid of known standard deviation."""
    times_s, phase = np.arange(int(seconds * FS_HZ)) / FS_HZ, 0.0
    phases = []
    for time_s in times_s:
        phases.append(phase)
        phase += 1 / FS_HZ / (0.8 + spread_ms / 1000 * np.sqrt(2) * np.sin(2 * np.pi * 0.1 * time_s))
    bvp = np.sin(2 * np.pi * np.array(phases))
    return Waveform(FS_HZ, 0.0, bvp, np.ones(len(bvp), bool))


def test_a_short_recording_is_told_what_it_lacks():
    assert hrv.variability(beats(30)) == (None, "it needs 60 s of face without a break, and there are 30.0 s.")


def test_a_break_in_the_face_counts():
    pulse = beats(90)
    pulse.known[1200:1210] = False
    assert "there are 49.7 s" in hrv.variability(pulse)[1]


def test_without_neurokit_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "neurokit2", None)
    measures, reason = hrv.variability(beats())
    assert measures is None and "NeuroKit2 is not installed" in reason and "rfacenet-toolbox[predict]" in reason


def test_known_beats_give_known_variability():
    pytest.importorskip("neurokit2", reason="NeuroKit2 is not installed (pip install '.[predict]')")
    measures, reason = hrv.variability(beats())
    assert reason is None
    assert measures["beats"] == pytest.approx(112, abs=2) and measures["seconds"] == pytest.approx(90)
    assert measures["mean_nn_ms"] == pytest.approx(800, rel=0.01)
    assert measures["sdnn_ms"] == pytest.approx(40, rel=0.1)
    assert 0 < measures["rmssd_ms"] < 40 and 0 <= measures["pnn50_percent"] <= 100
