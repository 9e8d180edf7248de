"""Videos of which heart rates per clip were predicted, beside those of which waveforms were."""

import numpy as np
import pytest

from rfacenet_toolbox.errors import EvaluationError
from rfacenet_toolbox.evaluation import (
    HEART_RATE,
    PROTOCOLS,
    WAVEFORM,
    ClipRates,
    Scheme,
    evaluate,
    join_predictions,
    left_out,
    score_video,
)

FS_HZ = 30.0
RATES = {"subject1": 60.0, "subject2": 72.0, "subject3": 90.0, "subject4": 102.0}


def tone(rate_bpm, samples=900):
    return np.sin(2 * np.pi * rate_bpm / 60 * np.arange(samples) / FS_HZ)


LABELS = {video: tone(rate) for video, rate in RATES.items()}
SCHEME = Scheme(list(PROTOCOLS))


def predicted(*offsets):
    return {video: ClipRates(rate + np.array(offsets)) for video, rate in RATES.items()}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_videos_heart_rate_is_the_mean_over_its_clips(protocol):
    (score,) = score_video(ClipRates(np.array([70.0, 80.0, 81.0])), LABELS["subject2"], FS_HZ, protocol, False)
    assert score.heart_rate_bpm == pytest.approx(77)
    assert score.label_heart_rate_bpm == pytest.approx(72, abs=1)
    assert (score.snr_db, score.macc, score.skipped) == (None, None, None)


def test_the_truth_is_that_of_a_waveform():
    for protocol in PROTOCOLS:
        rates = score_video(predicted(0.0)["subject3"], LABELS["subject3"], FS_HZ, protocol, False, true_bpm=91.0)
        waves = score_video(LABELS["subject3"], LABELS["subject3"], FS_HZ, protocol, False, true_bpm=91.0)
        assert [one.label_heart_rate_bpm for one in rates] == [one.label_heart_rate_bpm for one in waves]


def test_metrics_of_a_set_and_those_that_do_not_exist():
    for summary, per_video in evaluate(predicted(-4.0, 2.0), LABELS, FS_HZ, SCHEME, is_derivative=False).values():
        assert summary["n"] == 4 and not left_out(per_video)
        assert summary["MAE"][0] == pytest.approx(1.0, abs=1.0)
        assert summary["Pearson"][0] > 0.99
        assert summary["SNR"] == summary["MACC"] == [None, None]
        assert set(summary["undefined"]) == {"SNR", "MACC"}
        assert summary["undefined"]["SNR"] == "the method gives heart rates, and no waveform"


def test_a_clip_that_was_not_predicted_leaves_its_video_out():
    spoiled = {**predicted(0.0), "subject1": ClipRates(np.array([60.0, np.nan]))}
    with pytest.raises(EvaluationError, match="'subject1' has 1 of 2 heart rates that are not finite"):
        evaluate(spoiled, LABELS, FS_HZ)
    summary, per_video = evaluate(spoiled, LABELS, FS_HZ, skip_unusable=True)["toolbox2025"]
    assert summary["n"] == 3 and "not finite" in left_out(per_video)["subject1"]


@pytest.mark.parametrize("rates", [np.zeros(0), np.zeros((2, 2)), np.array(["72"])])
def test_other_arrays_are_refused(rates):
    with pytest.raises(EvaluationError, match="one real number for each clip"):
        score_video(ClipRates(rates), LABELS["subject1"], FS_HZ, "vipl")


def test_windows_are_refused():
    with pytest.raises(EvaluationError, match="without a waveform to cut. Score whole videos"):
        score_video(ClipRates(np.array([60.0])), LABELS["subject1"], FS_HZ, "toolbox2025", False, window_s=10)


def test_chunks_are_joined_in_order_as_what_they_are():
    chunks = {1: np.array([70.0]), 0: np.array([60.0])}
    assert join_predictions(chunks, HEART_RATE).bpm.tolist() == [60.0, 70.0]
    assert join_predictions(chunks, WAVEFORM).tolist() == [60.0, 70.0]
