import numpy as np
import pytest

from rfacenet_toolbox.errors import EvaluationError
from rfacenet_toolbox.evaluation import join_chunks, validate


def pulse(samples=40, dtype=np.float64):
    return np.sin(np.arange(samples)).astype(dtype)


def test_chunks_are_joined_in_numeric_order():
    chunks = {10: np.array([4.0, 5.0]), 2: np.array([[2.0], [3.0]]), np.int64(0): np.array([1.0])}
    np.testing.assert_array_equal(join_chunks(chunks), [1, 2, 3, 4, 5])


def test_joined_chunks_keep_their_precision():
    assert join_chunks({0: pulse(dtype=np.float32), 1: pulse(dtype=np.float32)}).dtype == np.float32


def test_chunks_that_cannot_be_joined():
    with pytest.raises(EvaluationError, match="no chunks"):
        join_chunks({})
    with pytest.raises(EvaluationError, match="Chunk number '10' is a str"):
        join_chunks({"10": pulse()})


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32])
def test_good_signals_pass(dtype):
    assert validate({"subject1": (100 * pulse()).astype(dtype)}, {"subject1": list(pulse())}, 30) is None


def _with(index, value):
    signal = pulse()
    signal[index] = value
    return signal


@pytest.mark.parametrize(
    "prediction, label, message",
    [
        (pulse(39), pulse(40), "prediction of video 'subject7' has 39 samples and its label 40"),
        (_with(4, np.nan), pulse(), r"prediction of video 'subject7' has 1 values of 40 .* \(nan\) at sample 4"),
        (pulse(), _with(9, -np.inf), r"label of video 'subject7' has 1 values .* \(-inf\) at sample 9"),
        (pulse(9), pulse(9), "'subject7' has 9 samples, and scoring needs at least 10"),
        (pulse().reshape(4, 10), pulse(), r"'subject7' is an array of shape \(4, 10\)"),
        (pulse().astype(str), pulse(), "'subject7' is an array of shape .40,. and type <U"),
        (pulse(), np.full(40, 3.0), "label of video 'subject7' is 3 throughout"),
    ],
)
def test_bad_signals_are_named(prediction, label, message):
    good = {"subject1": pulse()}
    with pytest.raises(EvaluationError, match=message):
        validate({**good, "subject7": prediction}, {**good, "subject7": label}, 30)


def test_the_shortest_video_is_ten_samples():
    validate({"subject7": pulse(10)}, {"subject7": pulse(10)}, 30)


def test_videos_on_one_side_only_are_named():
    both = {"subject1": pulse(), "subject2": pulse()}
    one = {"subject1": pulse()}
    with pytest.raises(EvaluationError, match="1 of 2 videos have no label: subject2"):
        validate(both, one, 30)
    with pytest.raises(EvaluationError, match="1 of 2 videos have no prediction: subject2"):
        validate(one, both, 30)
    with pytest.raises(EvaluationError, match="no videos to score"):
        validate({}, {}, 30)


@pytest.mark.parametrize("fs_hz", [0, -30, float("nan"), float("inf"), "30", None])
def test_the_rate_must_be_positive(fs_hz):
    with pytest.raises(EvaluationError, match="fs_hz is"):
        validate({"subject1": pulse()}, {"subject1": pulse()}, fs_hz)
