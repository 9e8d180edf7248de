import json
import subprocess
import sys

import numpy as np
import pytest
from support.paths import ROOT

from rfacenet_toolbox.errors import EvaluationError
from rfacenet_toolbox.evaluation import METRICS, Scheme, VideoScore, evaluate, left_out, score_video, summarise

pytestmark = pytest.mark.filterwarnings("error")

REAL = ROOT.parent / "shared" / "data" / "deepphys_pure_to_ubfc_outputs.npz"


def score(estimate, truth, snr_db=1.0, macc=0.5, skipped=None):
    return VideoScore(0, 300, estimate, truth, snr_db, macc, skipped)


SCORES = [score(70.0, 72.0, 3.0, 0.9), score(81.0, 80.0, 1.0, 0.7), score(100.0, 96.0, -1.0, 0.5)]


def test_metrics_are_what_their_names_say():
    summary = summarise(SCORES, "neurips2023")
    root3 = np.sqrt(3)
    assert (summary["n"], summary["windows_skipped"], summary["undefined"]) == (3, 0, {})
    assert summary["MAE"] == pytest.approx([7 / 3, np.std([2, 1, 4]) / root3])
    assert summary["RMSE"][0] == pytest.approx(np.sqrt(7))
    assert summary["MAPE"] == pytest.approx(
        [100 * np.mean([2 / 72, 1 / 80, 4 / 96]), 100 * np.std([2 / 72, 1 / 80, 4 / 96]) / root3]
    )
    r = np.corrcoef([70, 81, 100], [72, 80, 96])[0, 1]
    assert summary["Pearson"] == pytest.approx([r, np.sqrt((1 - r**2) / (3 - 2))])
    assert summary["SNR"] == pytest.approx([1.0, np.std([3, 1, -1]) / root3])
    assert summary["MACC"] == pytest.approx([0.7, np.std([0.9, 0.7, 0.5]) / root3])


def test_both_standard_errors_of_rmse_stand_in_every_protocol():
    a = np.std([4, 1, 16]) / np.sqrt(3)
    for protocol, se in (("neurips2023", a), ("toolbox2025", np.sqrt(a))):
        summary = summarise(SCORES, protocol)
        assert summary["RMSE"][1] == pytest.approx(se)
        assert (summary["RMSE_se_A"], summary["RMSE_se_B"]) == pytest.approx((a, np.sqrt(a)))


@pytest.mark.parametrize(
    "scores, reason",
    [
        (SCORES[:2], "needs at least 3 scored videos or windows, there are 2"),
        ([score(75.0, truth) for truth in (60.0, 70.0, 80.0)], "all 3 estimated heart rates are the same (75 bpm)"),
        ([score(rate, 75.0) for rate in (60.0, 70.0, 80.0)], "all 3 true heart rates are the same (75 bpm)"),
    ],
)
def test_pearson_is_undefined_with_a_reason(scores, reason):
    summary = summarise(scores, "neurips2023")
    assert summary["Pearson"] == [None, None]
    assert summary["undefined"] == {"Pearson": reason}
    assert None not in summary["MAE"]


def test_a_missing_heart_rate_is_not_left_out():
    summary = summarise([*SCORES, score(None, 75.0, None)], "toolbox2025")
    reason = "1 of 4 scored videos or windows have no heart rate"
    assert summary["n"] == 4
    assert [summary[metric] for metric in ("MAE", "RMSE", "MAPE", "Pearson", "SNR")] == [[None, None]] * 5
    assert summary["RMSE_se_A"] is None and summary["RMSE_se_B"] is None
    assert {summary["undefined"][metric] for metric in ("MAE", "RMSE", "MAPE", "Pearson")} == {reason}
    assert summary["undefined"]["SNR"] == "1 of 4 scored videos or windows have no power near the pulse"
    assert summary["MACC"][0] == pytest.approx(0.65)


def test_skipped_windows_are_counted_and_left_out():
    summary = summarise([*SCORES, score(None, None, None, None, skipped="8 samples")], "neurips2023")
    assert (summary["n"], summary["windows_skipped"]) == (3, 1)
    assert summary["MAE"] == summarise(SCORES, "neurips2023")["MAE"]


def test_nothing_scored_is_undefined_throughout():
    summary = summarise([], "neurips2023")
    assert summary["n"] == 0
    assert summary["undefined"] == dict.fromkeys(METRICS, "no video or window was scored")
    assert all(summary[metric] == [None, None] for metric in METRICS)


def pulses(rates_bpm, samples=600):
    time = np.arange(samples) / 30
    return {f"subject{i}": np.sin(2 * np.pi * rate / 60 * time) for i, rate in enumerate(rates_bpm)}


def test_evaluate_gives_every_protocol_its_summary_and_videos():
    labels, predictions = pulses((60, 90, 120)), pulses((60, 90, 100))
    result = evaluate(predictions, labels, 30, Scheme(window_s=10), is_derivative=False)
    assert list(result) == ["neurips2023", "toolbox2025"]
    for name, (summary, per_video) in result.items():
        assert list(per_video) == list(predictions)
        assert all(
            scores == score_video(predictions[video], labels[video], 30, name, is_derivative=False, window_s=10)
            for video, scores in per_video.items()
        )
        assert summary == summarise([score for scores in per_video.values() for score in scores], name)
        assert summary["n"] == 6
        assert summary["MAE"][0] == pytest.approx(20 / 3, abs=2)
        json.dumps(summary, allow_nan=False)


def test_a_fast_pulse_is_inside_one_band_only():
    result = evaluate(pulses((170,)), pulses((170,)), 30, is_derivative=False)
    rate = {name: per_video["subject0"][0].heart_rate_bpm for name, (_, per_video) in result.items()}
    assert rate["neurips2023"] <= 150
    assert rate["toolbox2025"] == pytest.approx(170, abs=1)


def test_one_collapsed_prediction_leaves_no_nan():
    predictions = {**pulses((60, 90, 120)), "subject1": np.zeros(600)}
    for summary, _ in evaluate(predictions, pulses((60, 90, 120)), 30, is_derivative=False).values():
        json.dumps(summary, allow_nan=False)
        assert summary["undefined"] == {"MACC": "1 of 3 scored videos or windows have no varying signal"}


def test_evaluate_names_the_video_that_cannot_be_scored():
    predictions = {**pulses((60, 90)), "subject1": np.full(600, np.nan)}
    with pytest.raises(EvaluationError, match="prediction of video 'subject1'"):
        evaluate(predictions, pulses((60, 90)), 30)


RATES = (60, 75, 90, 120)


def unusable(kind):
    """A prediction that has no estimate."""
    signal = pulses((80,))["subject0"]
    return {
        "NaN": np.where(np.arange(600) == 7, np.nan, signal),
        "constant": np.full(600, 0.1),
        "another length": signal[:500],
        "too short": signal[:9],
        "text": signal.astype(str),
    }[kind]


@pytest.mark.parametrize(
    "kind, reason",
    [
        ("NaN", "1 values of 600 that are not finite, the first one (nan) at sample 7"),
        ("constant", "the prediction is 0.1 throughout, which has no heart rate"),
        ("another length", "The prediction has 500 samples and its label 600"),
        ("too short", "The prediction has 9 samples, and scoring needs at least 10"),
        ("text", "should be one real number per frame"),
    ],
)
@pytest.mark.parametrize("method", ["FFT", "peak detection"])
def test_what_has_no_estimate_is_skipped_and_the_rest_scored(kind, reason, method):
    predictions, labels = {**pulses(RATES), "subject2": unusable(kind)}, pulses(RATES)
    settings = {"is_derivative": False, "skip_unusable": True}
    result = evaluate(predictions, labels, 30, Scheme(method=method), **settings)
    del predictions["subject2"], labels["subject2"]
    alone = evaluate(predictions, labels, 30, Scheme(method=method), **settings)
    for name, (summary, per_video) in result.items():
        assert summary == {**alone[name][0], "windows_skipped": 1}
        assert list(left_out(per_video)) == ["subject2"] and reason in left_out(per_video)["subject2"]


def test_windows_without_an_estimate_are_skipped_alone():
    predictions, labels = pulses(RATES, 900), pulses(RATES, 900)
    predictions["subject1"][300:600] = 0.5
    scored = evaluate(predictions, labels, 30, Scheme(window_s=10), is_derivative=False, skip_unusable=True)
    summary, per_video = scored["neurips2023"]
    assert (summary["n"], summary["windows_skipped"]) == (11, 1)
    assert [score.skipped is None for score in per_video["subject1"]] == [True, False, True]
    assert left_out(per_video) == {}


def test_windows_of_less_than_two_beats_have_no_peaks_to_count():
    signals = pulses(RATES, 315)
    arguments = (signals, signals, 30, Scheme(method="peak detection", window_s=10))
    summary, _ = evaluate(*arguments, is_derivative=False)["neurips2023"]
    assert summary["MAE"] == [None, None]
    summary, per_video = evaluate(*arguments, is_derivative=False, skip_unusable=True)["neurips2023"]
    assert (summary["n"], summary["MAE"][0], left_out(per_video)) == (8 - summary["windows_skipped"], 0.0, {})
    reason = "the prediction has fewer than two peaks, and so no heart rate"
    assert summary["windows_skipped"] > 0 and per_video["subject0"][1].skipped == reason


def test_videos_known_to_be_unusable_count_as_left_out():
    signals = pulses(RATES)
    settings = {"is_derivative": False, "skip_unusable": True, "unusable": {"subject9": "chunk 3 is missing"}}
    summary, per_video = evaluate(signals, signals, 30, **settings)["toolbox2025"]
    assert (summary["n"], summary["windows_skipped"]) == (4, 1)
    assert left_out(per_video) == {"subject9": "chunk 3 is missing"}


def test_what_concerns_the_whole_set_is_refused_even_then():
    signals = pulses(RATES)
    for change, message in (
        ({"fs_hz": 0}, "fs_hz is 0"),
        ({"scheme": Scheme(window_s=0.1)}, "Choose longer windows"),
        ({"predictions": {}}, "4 of 4 videos have no prediction"),
    ):
        arguments = {"predictions": signals, "labels": signals, "fs_hz": 30, "skip_unusable": True, **change}
        with pytest.raises(EvaluationError, match=message):
            evaluate(**arguments)


@pytest.mark.real_data
def test_saved_outputs_of_42_real_videos():
    with np.load(REAL) as saved:
        sides = [
            {key.split("/")[0]: saved[key] for key in saved.files if key.endswith(side)}
            for side in ("/prediction", "/label")
        ]
    result = evaluate(*sides, fs_hz=30, is_derivative=True)
    expected = {
        "neurips2023": {"MAE": [0.984, 0.379], "RMSE": [2.647, 3.625], "Pearson": [0.990, 0.022]},
        "toolbox2025": {"MAE": [2.658, 1.674], "RMSE": [11.168, 10.779]},
    }
    for name, metrics in expected.items():
        summary = result[name][0]
        assert summary["n"] == 42
        for metric, value in metrics.items():
            assert [round(number, 3) for number in summary[metric]] == value


def test_scoring_does_not_load_torch():
    check = "import sys, rfacenet_toolbox.evaluation; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=str(ROOT)).returncode == 0
