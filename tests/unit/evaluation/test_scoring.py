import numpy as np
import pytest
from support.signals import tone

from rfacenet_toolbox.errors import EvaluationError
from rfacenet_toolbox.evaluation import score_video, window_bounds

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    "samples, fs_hz, window_s, expected",
    [
        (100, 30, None, [(0, 100)]),
        (100, 30, 10, [(0, 100)]),
        (600, 30, 10, [(0, 300), (300, 600)]),
        (620, 30, 10, [(0, 300), (300, 600), (600, 620)]),
        (300, 29.97, 5, [(0, 150), (150, 300)]),
    ],
)
def test_windows_are_consecutive_and_keep_the_rest(samples, fs_hz, window_s, expected):
    assert window_bounds(samples, fs_hz, window_s) == expected


@pytest.mark.parametrize(
    "window_s, message",
    [
        (0.3, "Choose longer windows"),
        *((window_s, "expected a finite number of seconds") for window_s in (0, -1, float("nan"), float("inf"))),
    ],
)
def test_windows_must_be_long_enough(window_s, message):
    with pytest.raises(EvaluationError, match=message):
        window_bounds(600, 30, window_s)


@pytest.mark.parametrize("method", ["FFT", "peak detection"])
@pytest.mark.parametrize("protocol", ["neurips2023", "toolbox2025"])
def test_a_clean_pulse_scores_well(protocol, method):
    pulse = tone(72, 1200)
    (score,) = score_video(pulse, np.roll(pulse, 3), 30, protocol, is_derivative=False, method=method)
    assert (score.start, score.stop, score.skipped) == (0, 1200, None)
    assert score.heart_rate_bpm == pytest.approx(72, abs=0.9)
    assert score.label_heart_rate_bpm == pytest.approx(72, abs=0.9)
    assert score.snr_db > 10
    assert score.macc > 0.95
    assert all(type(value) is float for value in score[2:6])


def test_derivatives_give_the_rate_of_their_pulse():
    derivative = np.diff(tone(90, 1201)).astype(np.float32)
    (score,) = score_video(derivative, derivative, 30, "neurips2023")
    assert score.heart_rate_bpm == pytest.approx(90, abs=0.9)


def test_each_window_is_scored_by_itself():
    pulse = np.concatenate([tone(60, 600), tone(120, 600)])
    first, second = score_video(pulse, pulse, 30, "neurips2023", is_derivative=False, window_s=20)
    alone = score_video(pulse[600:], pulse[600:], 30, "neurips2023", is_derivative=False)[0]
    assert first.heart_rate_bpm == pytest.approx(60, abs=1)
    assert second[2:] == alone[2:]


@pytest.mark.parametrize("rest, skipped", [(8, True), (9, True), (10, False)])
def test_windows_that_the_filter_cannot_take_are_reported(rest, skipped):
    pulse = tone(72, 300 + rest)
    last = score_video(pulse, pulse, 30, "neurips2023", is_derivative=False, window_s=10)[-1]
    assert (last.start, last.stop) == (300, 300 + rest)
    assert (last.skipped is not None) == (last.heart_rate_bpm is None) == skipped
    if skipped:
        assert last.skipped == f"{rest} samples; the filter needs at least 10"


def test_windows_without_a_frequency_in_the_band_are_reported():
    pulse = tone(72, 612, fs_hz=60)
    last = score_video(pulse, pulse, 60, "neurips2023", is_derivative=False, window_s=10)[-1]
    assert last.skipped == "12 samples; too short for a frequency inside 0.75-2.5 Hz"


def test_a_constant_prediction_scores_without_a_correlation():
    (score,) = score_video(np.full(600, 0.1), tone(72, 600), 30, "neurips2023")
    assert score.macc is None
    assert score.snr_db == 0.0
    assert 45 <= score.heart_rate_bpm <= 46.8  # the lowest frequency of the band, as the toolbox's argmax has it


def test_interpolation_changes_heart_rates_alone():
    prediction, label = tone(80.3, 620), tone(73.1, 620)
    arguments = (prediction, label, 30, "neurips2023", False, "FFT", 10)
    plain, finer = score_video(*arguments), score_video(*arguments, interpolate=True)
    assert [score.snr_db for score in plain] == [score.snr_db for score in finer]
    assert [score.macc for score in plain] == [score.macc for score in finer]
    assert (finer[0].heart_rate_bpm, finer[0].label_heart_rate_bpm) == pytest.approx((80.3, 73.1), abs=0.4)
    assert (plain[0].heart_rate_bpm, plain[0].label_heart_rate_bpm) == pytest.approx((80.9, 73.8), abs=0.1)


def test_no_peaks_give_no_heart_rate():
    (score,) = score_video(np.zeros(600), tone(72, 600), 30, "neurips2023", False, method="peak detection")
    assert score.heart_rate_bpm is None
    assert score.label_heart_rate_bpm == pytest.approx(72, abs=0.5)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"method": "Peak"}, "evaluation method is 'Peak', which is unknown. .*Available: FFT, peak detection"),
        ({"protocol": "2023"}, "evaluation protocol is '2023', which is unknown"),
        ({"method": "peak detection", "interpolate": True}, "Only FFT heart rates can be interpolated"),
        ({"fs_hz": 0}, "fs_hz is 0"),
        ({"fs_hz": 5}, "does not fit a sampling rate of 5 Hz"),
        ({"label": np.zeros(600)}, "The label is 0 throughout"),
        ({"prediction": tone(72, 300)}, "The prediction has 300 samples and its label 600"),
    ],
)
def test_what_cannot_be_scored_is_refused(change, message):
    arguments = {"prediction": tone(72, 600), "label": tone(72, 600), "fs_hz": 30, "protocol": "neurips2023"}
    arguments.update(change)
    with pytest.raises(EvaluationError, match=message):
        score_video(**arguments)
