"""Outputs files of any toolbox trainer: what is read, what is left out, what is refused."""

import pickle

import numpy as np
import pytest
import torch
from support.toolbox_outputs import chunked, dump, pulses, write

from rfacenet_toolbox.errors import DataError, EvaluationError
from rfacenet_toolbox.evaluation import Scheme
from rfacenet_toolbox.evaluation.files import outputs

TRUTH = pulses({"subject1": 60, "subject2": 75, "subject3": 90, "subject4": 100})
GUESS = pulses({"subject1": 60, "subject2": 78, "subject3": 88, "subject4": 100}, noise=0.2)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model_outputs.pickle"


def saved(path, change=lambda predictions, labels: None, **more):
    """The toolbox's pickle of the videos above after ``change`` of its two dictionaries of chunks."""
    predictions, labels = chunked(GUESS, 100), chunked(TRUTH, 100)
    change(predictions, labels)
    return dump(path, **{"predictions": predictions, "labels": labels, "label_type": "Standardized", "fs": 30, **more})


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


@pytest.mark.parametrize(
    "shape", [lambda x: x.reshape(-1), lambda x: x.reshape(1, -1), lambda x: x.numpy(), lambda x: x[:, :, None]]
)
@pytest.mark.parametrize("key", [int, str, np.int64])
def test_chunks_of_any_shape_numbered_in_any_way(path, shape, key):
    def change(predictions, labels):
        for side in (predictions, labels):
            for video, chunks in side.items():
                side[video] = {key(number): shape(chunks[number]) for number in reversed(list(chunks))}

    read = outputs.read(saved(path, change))
    assert read.unusable == {}
    np.testing.assert_array_equal(read.predictions["subject2"], GUESS["subject2"])


def test_eleven_chunks_numbered_by_text_keep_their_order(path):
    signal = np.arange(22.0)
    chunks = {"subject1": {str(number): signal[2 * number :][:2] for number in range(11)}}
    np.testing.assert_array_equal(
        outputs.read(saved(path, predictions=chunks, labels=chunks)).labels["subject1"], signal
    )


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


# What concerns one video leaves it out.
def _drop_chunk(predictions, labels):
    del predictions["subject2"][2], labels["subject2"][2]


def _drop_first(predictions, labels):
    del predictions["subject2"][0], labels["subject2"][0]


def _drop_label(predictions, labels):
    del labels["subject2"][5]


def _shorten(predictions, labels):
    predictions["subject2"][1] = predictions["subject2"][1][:-1]


def _number_twice(predictions, labels):
    predictions["subject2"]["0"] = predictions["subject2"][0]


def _name(predictions, labels):
    predictions["subject2"]["last"] = predictions["subject2"][0]


def _far_away(predictions, labels):
    predictions["subject2"][10**12] = predictions["subject2"][0]


def _list(predictions, labels):
    predictions["subject2"][0] = [0.5] * 100


def _complex(predictions, labels):
    predictions["subject2"][0] = np.ones(100, dtype=bool)


def _no_chunks(predictions, labels):
    predictions["subject2"] = {}


def _tensor(predictions, labels):
    predictions["subject2"] = torch.zeros(600)


@pytest.mark.parametrize(
    "change, reason",
    [
        (_drop_chunk, "the prediction lacks chunk 2 of 0 to 5"),
        (_drop_first, "the prediction lacks chunk 0 of 0 to 5"),
        (_drop_label, "the label lacks chunk 5 of 0 to 5"),
        (_shorten, "chunk 1 has 99 predicted and 100 true samples"),
        (_number_twice, "the prediction has a chunk numbered '0', beside 6 others"),
        (_name, "the prediction has a chunk numbered 'last', beside 6 others"),
        (_far_away, "the prediction lacks chunk 6, 7, 8, 9, 10 of 0 to 1000000000000"),
        (_list, "chunk 0 of the prediction is not a tensor of real numbers"),
        (_complex, "chunk 0 of the prediction is not a tensor of real numbers"),
        (_no_chunks, "the prediction has no chunks"),
        (_tensor, "the prediction has no chunks"),
    ],
)
def test_a_video_that_cannot_be_joined_is_left_out_with_its_reason(path, change, reason):
    read = outputs.read(saved(path, change))
    assert (read.videos, read.unusable) == (4, {"subject2": reason})
    summary, per_video = read.evaluate(Scheme(["neurips2023"]))["neurips2023"]
    assert (summary["n"], summary["windows_skipped"]) == (3, 1)
    (score,) = per_video["subject2"]
    assert (score.skipped, score.heart_rate_bpm) == (reason, None)


def test_the_rest_scores_as_without_the_video_that_is_left_out(path):
    def remove(predictions, labels):
        del predictions["subject2"], labels["subject2"]

    def spoil(predictions, labels):
        predictions["subject2"][3][7] = float("nan")

    def flatten(predictions, labels):
        predictions["subject2"] = {number: chunk * 0 + 0.25 for number, chunk in predictions["subject2"].items()}

    alone = outputs.read(saved(path, remove)).evaluate()
    for change in (spoil, flatten, _drop_chunk, _shorten):
        for name, (summary, _) in outputs.read(saved(path, change)).evaluate().items():
            assert summary == {**alone[name][0], "windows_skipped": 1}


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
