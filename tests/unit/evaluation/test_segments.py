import numpy as np
import pytest

from rfacenet_toolbox.errors import EvaluationError
from rfacenet_toolbox.evaluation import Scheme, eq3_heart_rate_bpm, evaluate, left_out, score_video, segment_bounds
from rfacenet_toolbox.methods.rfacenet.heart_rate import heart_rate_bpm

BAND_HZ = (0.5, 4.2)


def tone(rate_bpm, seconds, fs_hz=30.0):
    return np.sin(2 * np.pi * rate_bpm / 60 * np.arange(int(seconds * fs_hz)) / fs_hz)


@pytest.mark.parametrize(
    "seconds, fs_hz, parts",
    [(24, 30, 3), (26, 25, 3), (30, 29.8, 4), (34.7, 29.8, 4), (32, 16, 4), (10, 30, 1), (3, 30, 1), (60, 30, 8)],
)
def test_segments_are_equal_parts_of_about_8_s_without_a_rest(seconds, fs_hz, parts):
    samples = int(seconds * fs_hz)
    bounds = segment_bounds(samples, fs_hz, 8.0)
    lengths = [stop - start for start, stop in bounds]
    assert len(bounds) == parts
    assert bounds[0][0] == 0 and bounds[-1][1] == samples == sum(lengths)
    assert all(first[1] == second[0] for first, second in zip(bounds, bounds[1:]))
    assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize("is_derivative", [False, True])
@pytest.mark.parametrize("fs_hz", [15.7, 24.95, 30.0])
def test_eq3_is_that_of_the_loss(fs_hz, is_derivative):
    random = np.random.RandomState(3)
    signals = [tone(rate, 9, fs_hz) + 0.5 * random.randn(int(9 * fs_hz)) for rate in range(45, 240, 13)]
    ours = [eq3_heart_rate_bpm(signal, fs_hz, BAND_HZ, is_derivative) for signal in signals]
    assert ours == pytest.approx([float(heart_rate_bpm(one, fs_hz, is_derivative=is_derivative)) for one in signals])


def test_a_videos_heart_rate_is_the_mean_over_its_segments():
    pulse = np.concatenate([tone(60, 8), tone(75, 8), tone(90, 8)])
    (score,) = score_video(pulse, pulse, 30, "vipl", is_derivative=False)
    assert (score.start, score.stop) == (0, 720)
    assert score.heart_rate_bpm == score.label_heart_rate_bpm == pytest.approx(75, abs=0.5)
    assert score.macc == pytest.approx(1)


def test_the_recordings_own_heart_rate_is_the_truth_where_there_is_one():
    pulse = tone(72, 24)
    scores = [score_video(pulse, pulse, 30, name, False, true_bpm=80.0)[0] for name in ("vipl", "neurips2023")]
    assert [score.label_heart_rate_bpm for score in scores] == pytest.approx([80, 72], abs=0.9)
    assert scores[0].error_bpm == pytest.approx(-8, abs=0.5)


def test_each_video_is_read_at_its_own_frame_rate():
    videos = {"slow": tone(72, 30, 16.1), "fast": tone(72, 30, 29.8)}
    rates = {"slow": 16.1, "fast": 29.8}
    scheme = Scheme(["vipl", "neurips2023"])
    results = evaluate(videos, videos, rates, scheme, is_derivative=False, true_bpm={"slow": 72.0})
    for _, per_video in results.values():
        assert [scores[0].heart_rate_bpm for scores in per_video.values()] == pytest.approx([72, 72], abs=1)
    wrong = evaluate(videos, videos, 25, scheme, is_derivative=False)["vipl"][1]
    assert wrong["slow"][0].heart_rate_bpm == pytest.approx(72 * 25 / 16.1, abs=1)


def test_the_two_standard_deviations_complete_the_rmse():
    random = np.random.RandomState(0)
    labels = {f"video{number}": tone(rate, 24) for number, rate in enumerate(range(60, 100, 4))}
    guesses = {video: tone(rate, 24) for video, rate in zip(labels, 80 + 12 * random.randn(10))}
    summary, per_video = evaluate(guesses, labels, 30, Scheme(["vipl"]), is_derivative=False)["vipl"]
    errors = np.array([scores[0].error_bpm for scores in per_video.values()])
    assert summary["SD"][0] == pytest.approx(np.std(errors))
    assert summary["SD_abs"][0] == pytest.approx(np.std(np.abs(errors)))
    square = summary["RMSE"][0] ** 2
    assert summary["SD"][0] ** 2 + errors.mean() ** 2 == pytest.approx(square)
    assert summary["SD_abs"][0] ** 2 + summary["MAE"][0] ** 2 == pytest.approx(square)
    assert summary["RMSE"][1] == pytest.approx(summary["RMSE_se_A"] / (2 * summary["RMSE"][0]))


def test_standard_errors_of_deviations_and_rmse_are_those_of_repeated_samples():
    """Each against its spread over many test sets of normal errors."""
    from rfacenet_toolbox.evaluation import VideoScore, summarise

    random = np.random.RandomState(1)
    summaries = [
        summarise([VideoScore(0, 1, 80 + error, 80 + shift, 0, 0) for shift, error in enumerate(errors)], "vipl")
        for errors in 6 * random.randn(400, 200) + np.arange(200)
    ]
    for metric in ("SD", "SD_abs", "RMSE"):
        values, standard_errors = np.array([summary[metric] for summary in summaries]).T
        assert np.std(values) == pytest.approx(standard_errors.mean(), rel=0.12)


def test_toolbox_protocols_have_no_standard_deviation():
    results = evaluate({"a": tone(72, 20)}, {"a": tone(72, 20)}, 30)
    assert list(results) == ["neurips2023", "toolbox2025"]
    assert all("SD" not in summary for summary, _ in results.values())


@pytest.mark.parametrize("settings", [{"method": "peak detection"}, {"window_s": 10}, {"interpolate": True}])
def test_segments_go_with_no_other_way_of_reading(settings):
    with pytest.raises(EvaluationError, match="vipl reads whole videos by Eq. 3 .*neither peak detection nor windows"):
        Scheme(["neurips2023", "vipl"], **settings)


@pytest.mark.parametrize(
    "prediction, fs_hz, reason",
    [
        (np.zeros(720), 30, "the prediction is 0 throughout, which has no heart rate"),
        (np.r_[np.zeros(300), tone(70, 14)], 30, "the prediction has no change in one of its segments of 8 s, and so"),
        (tone(70, 0.5), 30, "15 samples; Eq. 3 needs at least 16"),
    ],
)
def test_a_video_without_an_estimate_is_left_out_with_its_reason(prediction, fs_hz, reason):
    label = np.sin(np.arange(len(prediction)))
    arguments = {"a": prediction}, {"a": label}, fs_hz, Scheme(["vipl"])
    _, per_video = evaluate(*arguments, is_derivative=False, skip_unusable=True)["vipl"]
    assert left_out(per_video)["a"].startswith(reason)


@pytest.mark.parametrize(
    "more, message",
    [
        ({"fs_hz": {"b": 30}}, "1 videos have no frame rate, the first of them 'a'"),
        ({"fs_hz": {"a": 0}}, "fs_hz is 0"),
        ({"fs_hz": 30, "true_bpm": {"a": float("nan")}}, "true heart rate of video 'a' is nan, .*beats per minute"),
    ],
)
def test_rates_that_cannot_be_are_refused(more, message):
    with pytest.raises(EvaluationError, match=message):
        evaluate({"a": tone(72, 20)}, {"a": tone(72, 20)}, **more)
