"""Outputs files of any toolbox trainer: what is read, what is left out, what is refused."""

import pickle

import numpy as np
import pytest
import torch
from support.toolbox_outputs import GUESS, TRUTH, chunked, saved, write

from rfacenet_toolbox.errors import DataError, EvaluationError
from rfacenet_toolbox.evaluation import Scheme
from rfacenet_toolbox.evaluation.files import outputs


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model_outputs.pickle"


def test_signals_are_joined_as_they_were(path):
    read = outputs.read(saved(path))
    assert (read.path, read.label_type, read.fs_hz, read.videos, read.unusable) == (
        str(path),
        "Standardized",
        30.0,
        4,
        {},
    )
    for video in GUESS:
        np.testing.assert_array_equal(read.predictions[video], GUESS[video])
        np.testing.assert_array_equal(read.labels[video], TRUTH[video])
        assert read.predictions[video].dtype == np.float32


def test_what_is_written_is_the_toolboxs_pickle_and_is_read(path):
    predictions, labels = chunked(GUESS, 100), chunked(TRUTH, 100)
    outputs.write(path, predictions, labels, "Standardized", 30)
    with open(path, "rb") as file:
        content = pickle.load(file)
    assert list(content) == ["predictions", "labels", "label_type", "fs"]
    assert (content["label_type"], content["fs"]) == ("Standardized", 30)
    assert torch.equal(content["predictions"]["subject2"][3], predictions["subject2"][3])
    read = outputs.read(path)
    assert (read.label_type, read.fs_hz, read.unusable) == ("Standardized", 30.0, {})
    for video in GUESS:
        np.testing.assert_array_equal(read.predictions[video], GUESS[video])


@pytest.mark.parametrize("label_type", ["DiffNormalized", "Raw", "Standardized"])
def test_label_types_say_what_a_signal_is(path, label_type):
    signals, is_derivative = TRUTH, label_type == "DiffNormalized"
    if is_derivative:
        signals = {video: np.append(np.diff(signal), 0).astype(np.float32) for video, signal in TRUTH.items()}
    write(path, signals, signals, label_type=label_type, length=100)
    summary, per_video = outputs.read(path).evaluate(Scheme(["neurips2023"]))["neurips2023"]
    rates = [per_video[video][0].label_heart_rate_bpm for video in ("subject1", "subject2", "subject3", "subject4")]
    assert rates == pytest.approx([60, 75, 90, 100], abs=1)
    assert summary["SNR"][0] > (5 if is_derivative else 10)


# What concerns the whole file refuses it.
def test_if_no_video_can_be_used_the_first_reason_is_told(path):
    def change(predictions, labels):
        for video in predictions:
            del labels[video][4]

    with pytest.raises(DataError, match="None of the 4 videos in .*subject1: the label lacks chunk 4 of 0 to 5"):
        outputs.read(saved(path, change))


@pytest.mark.parametrize(
    "more, message",
    [
        ({"label_type": "Peaks"}, "labels are of type 'Peaks', and expected are DiffNormalized, Raw, Standardized"),
        ({"label_type": None}, "labels are of type None"),
        ({"label_type": ["Raw"]}, r"labels are of type \['Raw'\]"),
        ({"fs": None}, "frame rate of None"),
        ({"fs": 0}, "frame rate of 0"),
        ({"fs": -30}, "frame rate of -30"),
        ({"fs": float("nan")}, "frame rate of nan"),
        ({"fs": "30"}, "frame rate of '30'"),
        ({"fs": True}, "frame rate of True"),
        ({"predictions": {}, "labels": {}}, "predictions and labels by the names of their videos"),
        ({"predictions": [1]}, "predictions and labels by the names of their videos"),
        ({"predictions": {1: {}}, "labels": {1: {}}}, "predictions and labels by the names of their videos"),
        (
            {"predictions": {"subject7": {}}},
            "only one of the two: subject1, subject2, subject3, subject4, subject7. Test",
        ),
    ],
)
def test_a_file_that_says_something_else_is_refused(path, more, message):
    with pytest.raises(DataError, match=message):
        outputs.read(saved(path, **more))


@pytest.mark.parametrize(
    "content, found",
    [
        ({"predictions": {}, "labels": {}, "label_type": "Raw"}, "the keys predictions, labels, label_type"),
        ({}, "the keys none"),
        ([1, 2], "something else"),
        ("text", "something else"),
    ],
)
def test_another_pickle_is_refused(path, content, found):
    path.write_bytes(pickle.dumps(content))
    with pytest.raises(DataError, match=f"a pickle with {found}; saved outputs have predictions, labels, label_type,"):
        outputs.read(path)


def test_a_rate_of_numpy_is_a_rate(path):
    assert outputs.read(saved(path, fs=np.float64(29.97))).fs_hz == 29.97


def test_a_rate_too_low_for_the_band_is_refused(path):
    with pytest.raises(EvaluationError, match="does not fit a sampling rate of 4 Hz"):
        outputs.read(saved(path, fs=4)).evaluate()


def test_a_run_is_found_by_its_folder_or_its_results(tmp_path):
    (tmp_path / "run" / "saved_test_outputs").mkdir(parents=True)
    written = saved(tmp_path / "run" / "saved_test_outputs" / "model_outputs.pickle")
    (tmp_path / "run" / "results.json").write_text("{}")
    for path in (written, tmp_path / "run", tmp_path / "run" / "results.json"):
        assert outputs.find(path) == str(written)
    saved(tmp_path / "run" / "other_outputs.pickle")
    with pytest.raises(DataError, match="There are 2 saved outputs below .*model_outputs.pickle"):
        outputs.find(tmp_path / "run")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no .*_outputs.pickle below .*OUTPUT_SAVE_DIR"):
        outputs.find(tmp_path / "empty")


RATES_HZ = {"subject1": 30.0, "subject2": 24.95}


def test_what_recordings_say_of_themselves_is_written_and_read(path):
    outputs.write(path, chunked(GUESS, 100), chunked(TRUTH, 100), "Standardized", 30, RATES_HZ, {"subject1": 61})
    read = outputs.read(path)
    assert (read.own_fs_hz, read.true_bpm) == (RATES_HZ, {"subject1": 61.0})
    assert read.rates_hz == {**dict.fromkeys(GUESS, 30.0), **RATES_HZ}
    assert read.protocols == ("neurips2023", "toolbox2025", "vipl")
    _, per_video = read.evaluate(Scheme(read.protocols))["vipl"]
    truth = {video: scores[0].label_heart_rate_bpm for video, scores in per_video.items()}
    assert truth == pytest.approx({"subject1": 61, "subject2": 75 * 24.95 / 30, "subject3": 90, "subject4": 100}, abs=1)


def test_a_file_of_one_frame_rate_has_the_toolboxs_keys_alone(path):
    outputs.write(path, chunked(GUESS, 100), chunked(TRUTH, 100), "Standardized", 30)
    assert list(pickle.loads(path.read_bytes())) == ["predictions", "labels", "label_type", "fs"]
    read = outputs.read(path)
    assert (read.own_fs_hz, read.true_bpm, read.protocols) == ({}, {}, ("neurips2023", "toolbox2025"))


@pytest.mark.parametrize(
    "more, message",
    [
        ({"fs_of_videos": [30]}, "holds a list as fs_of_videos, and should hold {video: frames per second}"),
        ({"fs_of_videos": {"subject1": 0}}, "gives 0 frames per second for the video 'subject1'"),
        ({"fs_of_videos": {"subject1": "30"}}, "gives '30' frames per second for the video 'subject1'"),
        ({"fs_of_videos": {"nobody": 30}}, "gives 30 frames per second for the video 'nobody'"),
        ({"heart_rates_of_videos": {"subject1": 400}}, "gives 400 beats per minute for the video 'subject1'"),
    ],
)
def test_what_is_said_of_a_video_must_be_possible(path, more, message):
    with pytest.raises(DataError, match=message):
        outputs.read(saved(path, **more))
