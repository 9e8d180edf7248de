"""``rfacenet compare`` as a user types it."""

import json
import re

import pytest
from support.commands import run
from support.toolbox_outputs import pulses, write

RATES = {f"subject{number}": 55 + 4 * number for number in range(1, 13)}
TRUTH = pulses(RATES)
CLOSE = pulses({video: rate + 1 for video, rate in RATES.items()})
FAR = pulses({video: rate + 5 for video, rate in RATES.items()})


def some(signals, *numbers):
    return {f"subject{number}": signals[f"subject{number}"] for number in numbers}


@pytest.fixture
def save(tmp_path):
    def save(name, predictions, labels=TRUTH, **more):
        labels = {video: labels[video] for video in predictions}
        return write(tmp_path / f"{name}_outputs.pickle", predictions, labels, "Standardized", length=100, **more)

    return save


def test_a_sentence_under_each_protocol(capsys, save):
    close, far = save("close", CLOSE), save("far", FAR)
    status, out, err = run(capsys, "compare", close, far)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[:2] == [f"A: {close}", f"B: {far}"]
    assert lines[3] == "neurips2023, FFT, whole videos" and lines[6] == "toolbox2025, FFT, whole videos"
    for line in (lines[4], lines[7]):
        assert line.startswith("  On 12 videos of 12 subjects, A has an MAE of ")
        assert "A is better by " in line and line.endswith("more than chance explains.")


def test_a_run_is_not_compared_with_itself(capsys, save):
    close = save("close", CLOSE)
    assert run(capsys, "compare", close, f"{close.parent}/./{close.name}")[::2] == (
        2, f"error: {close} is compared with itself. Name two runs.\n",
    )  # fmt: skip


def test_text_names_a_run_as_it_was_given(capsys, save):
    close, far = save("close", CLOSE), save("far", FAR)
    (close.parent / "run").mkdir()
    close.rename(close.parent / "run" / close.name)
    lines = run(capsys, "compare", close.parent / "run", far)[1].splitlines()
    assert lines[:2] == [f"A: {close.parent / 'run'}", f"B: {far}"]


def test_json_says_the_same(capsys, save):
    argv = [save("close", CLOSE), save("far", FAR), "--json", "--interpolate", "--metric", "RMSE", "--seed", 3]
    content = json.loads(run(capsys, "compare", *argv)[1])
    assert (content["schema"], content["metric"], content["seed"]) == (1, "RMSE", 3)
    for compared in content["comparisons"]:
        assert compared["interpolated"] is True
        assert compared["difference"] == pytest.approx(-4, abs=0.3)
        assert compared["low"] <= compared["difference"] <= compared["high"] < 0
        assert compared["p_value"] == pytest.approx(2 / 2**12)
        assert (compared["n"], compared["scored_in_first_only"], compared["true_rates_differ"]) == (12, [], [])
    assert content == json.loads(run(capsys, "compare", *argv)[1])


def test_videos_of_one_file_only_are_named_and_left_out(capsys, save):
    content = run(
        capsys,
        "compare",
        save("a", some(CLOSE, 1, 2, 3, 4)),
        save("b", some(FAR, 2, 3, 4, 5, 6)),
        "--protocol",
        "neurips2023",
    )[1]
    assert "  On 3 videos of 3 subjects, A has" in content and "on too few subjects to tell it from chance." in content
    assert "  left out, as only A has a score: 1 video (subject1)" in content
    assert "  left out, as only B has a score: 2 videos (subject5, subject6)" in content


def test_videos_without_an_estimate_are_named_and_left_out(capsys, save):
    spoilt = {**CLOSE, "subject1": CLOSE["subject1"] * float("nan")}
    compared = json.loads(run(capsys, "compare", save("a", spoilt), save("b", FAR), "--json")[1])["comparisons"][0]
    assert (compared["n"], compared["scored_in_second_only"]) == (11, ["subject1"])
    compared = json.loads(run(capsys, "compare", save("a", spoilt), save("b", spoilt), "--json")[1])["comparisons"][0]
    assert (compared["n"], compared["scored_in_neither"]) == (11, ["subject1"])


def test_windows_of_a_video_count_as_one_video(capsys, save):
    argv = [save("close", CLOSE), save("far", FAR), "--window", 10, "--json"]
    assert json.loads(run(capsys, "compare", *argv)[1])["comparisons"][0]["n"] == 12


def test_another_truth_is_told(capsys, save):
    out = run(capsys, "compare", save("a", CLOSE), save("b", FAR, labels={**TRUTH, "subject7": FAR["subject7"]}))[1]
    assert "counted, although A and B hold different true heart rates: 1 video (subject7)" in out


@pytest.mark.parametrize(
    "second, message",
    [
        (
            {"predictions": CLOSE, "fs": 35},
            "at 30 Hz and .*b_outputs.pickle has it at 35 Hz: their FFT grids and filters",
        ),
        ({"predictions": some(CLOSE, 1)}, "have 1 scored videos in common, of 12 and 1; a comparison needs two"),
        ({"predictions": {"7": CLOSE["subject1"]}, "labels": {"7": TRUTH["subject1"]}}, "have 0 scored videos in"),
    ],
)
def test_what_cannot_be_compared_is_refused(capsys, save, second, message):
    status, out, err = run(capsys, "compare", save("a", CLOSE), save("b", **second))
    assert (status, out) == (2, "") and err.startswith("error: ")
    assert re.search(message, err)
