"""Heart-rate variability where there is enough to say about it."""

import sys

import numpy as np
import pytest
import scipy.interpolate

from rfacenet_toolbox.prediction import hrv, waveform
from rfacenet_toolbox.prediction.beats import Beats
from rfacenet_toolbox.prediction.waveform import Waveform

FS_HZ = 30.0


def beats(seconds=90.0, mean_ms=800.0, spread_ms=40.0, breaths_hz=0.25, noise=0.0):
    """A pulse at 30 Hz, and the intervals of its beats in ms: a mean and a sinusoid of known standard deviation."""
    intervals_ms, time_ms = [], 0.0
    while time_ms < 1000 * (seconds + 5):
        swing = np.sqrt(2) * np.sin(2 * np.pi * breaths_hz * time_ms / 1000)
        intervals_ms.append(mean_ms + spread_ms * swing)
        time_ms += intervals_ms[-1]
    beats_s = np.cumsum(intervals_ms) / 1000 - 2
    times_s = np.arange(int(seconds * FS_HZ)) / FS_HZ
    phase = 2 * np.pi * scipy.interpolate.CubicSpline(beats_s, np.arange(len(beats_s)))(times_s)
    bvp = np.cos(phase) + 0.35 * np.cos(2 * phase - 1)
    bvp = bvp + noise * np.random.default_rng(0).standard_normal(len(bvp))
    inside = (beats_s > 0) & (beats_s < seconds)
    pulse = waveform.filtered(Waveform(FS_HZ, 0.0, bvp, np.ones(len(bvp), bool)), is_derivative=False)
    return pulse, np.array(intervals_ms)[inside][1:]


def test_a_short_recording_is_told_what_it_lacks():
    assert hrv.variability(beats(30)[0]) == (None, "it needs 60 s of face without a break, and there are 30.0 s.")


def test_a_break_in_the_face_counts():
    pulse, _ = beats(90)
    pulse.known[1200:1210] = False
    assert "there are 49.7 s" in hrv.variability(pulse)[1]


def test_without_neurokit_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "neurokit2", None)
    measures, reason = hrv.variability(beats()[0])
    assert measures is None and "NeuroKit2 is not installed" in reason and "rfacenet-toolbox[predict]" in reason


def neurokit():
    pytest.importorskip("neurokit2", reason="NeuroKit2, an optional extra, is not installed (pip install '.[predict]')")


@pytest.mark.parametrize(
    "rhythm",
    [
        {"mean_ms": 800, "spread_ms": 40, "breaths_hz": 0.1},
        {"mean_ms": 1000, "spread_ms": 80, "breaths_hz": 0.2},
        {"mean_ms": 600, "spread_ms": 20, "breaths_hz": 0.3},
        {"mean_ms": 800, "spread_ms": 40, "breaths_hz": 0.25, "noise": 0.4},
    ],
)
def test_known_beats_give_known_variability(rhythm):
    neurokit()
    pulse, intervals_ms = beats(**rhythm)
    measures, reason = hrv.variability(pulse)
    assert reason is None and measures["seconds"] == pytest.approx(90)
    assert measures["beats"] == pytest.approx(len(intervals_ms) + 1, abs=2)
    assert measures["mean_nn_ms"] == pytest.approx(intervals_ms.mean(), rel=0.005)
    assert measures["sdnn_ms"] == pytest.approx(intervals_ms.std(ddof=1), rel=0.1, abs=3)
    assert measures["rmssd_ms"] == pytest.approx(np.sqrt(np.mean(np.diff(intervals_ms) ** 2)), rel=0.1, abs=3)
    assert measures["pnn50_percent"] == pytest.approx(100 * np.mean(np.abs(np.diff(intervals_ms)) > 50), abs=12)


def test_a_heart_rate_that_changes_is_followed():
    neurokit()
    pulses = [beats(60, mean_ms, 20, 0.2)[0] for mean_ms in (1000, 550)]
    bvp = np.concatenate([pulse.bvp for pulse in pulses])
    measures, _ = hrv.variability(Waveform(FS_HZ, 0.0, bvp, np.ones(len(bvp), bool)))
    assert measures["beats"] == pytest.approx(60 + 60 / 0.55, abs=3)


def test_noise_is_not_taken_for_beats():
    neurokit()
    pulse, _ = beats()
    noise = pulse._replace(bvp=np.random.default_rng(1).standard_normal(len(pulse.bvp)))
    measures, reason = hrv.variability(waveform.filtered(noise, is_derivative=False))
    assert measures is None and reason.startswith("it needs a signal quality of 0.7, and it is 0.")


def test_beats_that_contradict_the_spectrum_are_not_scored(monkeypatch):
    neurokit()
    every_second = Beats(np.arange(0, 120, 1.6), np.zeros(75, bool))
    monkeypatch.setattr(hrv, "find_beats", lambda waveform, windows: every_second)
    measures, reason = hrv.variability(beats(120)[0])
    assert measures is None and "its beats make 38 per minute, and its spectrum 75" in reason


def detected(monkeypatch, change, faint=0):
    """The measures when beats whose intervals follow the breath, 800 +- 30 ms, are detected with a ``change``."""
    neurokit()
    true_s = np.cumsum(0.8 + 0.03 * np.sin(np.arange(110) * 1.3))
    found_s = change(true_s)
    monkeypatch.setattr(hrv, "find_beats", lambda waveform, windows: Beats(found_s, np.arange(len(found_s)) < faint))
    true_ms = 1000 * np.sqrt(np.mean(np.diff(true_s, 2) ** 2))
    return hrv.variability(beats(90)[0]), true_ms


@pytest.mark.parametrize(
    "change",
    [
        lambda times_s: np.delete(times_s, 50),
        lambda times_s: np.insert(times_s, 50, times_s[49:51].mean()),
        lambda times_s: times_s + 0.25 * (np.arange(len(times_s)) == 50),
    ],
    ids=["missed", "made up", "misplaced"],
)
def test_a_wrong_beat_is_corrected_and_counted(monkeypatch, change):
    (measures, _), true_ms = detected(monkeypatch, change)
    assert 1 <= measures["corrected"] <= 3
    assert measures["rmssd_ms"] == pytest.approx(true_ms, rel=0.25)  # twice as large without


def test_where_too_many_beats_had_to_be_corrected_there_is_no_variability(monkeypatch):
    (measures, reason), _ = detected(monkeypatch, lambda times_s: np.delete(times_s, np.arange(10, 110, 9)))
    assert measures is None and "were out of rhythm and had to be corrected, and 0 were too faint" in reason


def test_where_too_many_beats_are_faint_there_is_no_variability(monkeypatch):
    assert detected(monkeypatch, lambda times_s: times_s, faint=4)[0][0] is not None
    (measures, reason), _ = detected(monkeypatch, lambda times_s: times_s, faint=6)
    assert measures is None and "and 6 were too faint to be placed; no more than 5% may be" in reason
