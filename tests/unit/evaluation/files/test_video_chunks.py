"""Chunks of saved outputs: joined in order, or a reason to leave the video out."""

import numpy as np
import pytest
import torch
from support.toolbox_outputs import GUESS, saved

from rfacenet_toolbox.evaluation import Scheme
from rfacenet_toolbox.evaluation.files import outputs


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model_outputs.pickle"


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
