"""results.json and per_video.csv of a test run, of scores that are given."""

import csv
import json

import numpy as np
import pytest
from support.toolbox_outputs import pulses

from rfacenet_toolbox import evaluation
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.evaluation.files import results, run_folder

VIDEOS = ("subject10", "subject1", "subject2")
TRUTH = pulses(dict(zip(VIDEOS, (60, 75, 90))))
GUESS = pulses(dict(zip(VIDEOS, (60, 78, 88))))


def scored(predictions=GUESS, scheme=evaluation.DEFAULT_SCHEME, **unusable):
    labels = {video: TRUTH[video] for video in predictions}
    return evaluation.evaluate(
        predictions, labels, 30, scheme, is_derivative=False, skip_unusable=True, unusable=unusable
    )


def a_run(folder, **changes):
    settings = {
        "model": "rFaceNet", "host": "toolbox", "host_revision": "d807b01", "mode": "train_and_test",
        "train_set": "PURE", "test_set": "UBFC-rPPG", "weights": "w.pth", "seed": 7, "runtime": {"device": "cpu"},
        "expected": [*VIDEOS, "subject4"], "label_type": "Raw", "fs_hz": 30, "is_derivative": False,
        "scheme": evaluation.DEFAULT_SCHEME, "config": {"TRAIN": {"EPOCHS": 2}}, "folder": str(folder), "outputs": "",
    }  # fmt: skip
    return results.TestRun(**{**settings, **changes})


def test_the_file_holds_what_was_tested_and_what_it_scored(tmp_path):
    scores = scored()
    content = results.write(a_run(tmp_path), scores)
    assert run_folder.read_results(tmp_path / "results.json") == json.loads(json.dumps(content))
    assert list(content) == [
        "schema", "model", "host", "host_revision", "mode", "train_set", "test_set", "weights", "seed", "runtime",
        "videos", "evaluation_method", "protocols", "versions", "config",
    ]  # fmt: skip
    wanted = {
        "schema": 1, "model": "rFaceNet", "host": "toolbox", "host_revision": "d807b01", "mode": "train_and_test",
        "train_set": "PURE", "test_set": "UBFC-rPPG", "weights": "w.pth", "seed": 7, "runtime": {"device": "cpu"},
        "videos": {"expected": 4, "scored": 3, "missing": ["subject4"]}, "evaluation_method": "FFT",
        "protocols": {name: summary for name, (summary, _) in scores.items()}, "config": {"TRAIN": {"EPOCHS": 2}},
    }  # fmt: skip
    assert {key: content[key] for key in wanted} == wanted


def test_each_video_has_a_row_for_each_protocol_in_the_order_of_its_number(tmp_path):
    results.write(a_run(tmp_path), scored())
    with open(tmp_path / "per_video.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == results.PER_VIDEO_COLUMNS
    assert [(row["protocol"], row["video"]) for row in rows] == [
        (protocol, f"subject{number}") for protocol in ("neurips2023", "toolbox2025") for number in (1, 2, 10)
    ]
    assert (rows[0]["start_s"], rows[0]["stop_s"], rows[0]["skipped"]) == ("0", "20", "")
    assert rows[0]["heart_rate_bpm"] == f"{scored()['neurips2023'][1]['subject1'][0].heart_rate_bpm:.6g}"


def test_what_is_left_out_is_counted_with_its_reason(tmp_path):
    flat = {**GUESS, "subject2": np.zeros_like(GUESS["subject2"])}
    content = results.write(a_run(tmp_path, expected=None), scored(flat, subject9="it is grey"))
    assert content["videos"] == {
        "expected": 4, "scored": 2, "missing": [],
        "left_out": {"subject2": "the prediction is 0 throughout, which has no heart rate", "subject9": "it is grey"},
    }  # fmt: skip
    said = results.text(content)
    assert "rFaceNet on UBFC-rPPG: 2 of 4 videos\n" in said and "  subject9 has no estimate: it is grey\n" in said
    assert "    Pearson undefined" in said


def test_the_text_has_values_and_units(tmp_path):
    content = results.write(a_run(tmp_path), scored())
    summary, said = content["protocols"]["toolbox2025"], results.text(content)
    assert said.startswith("rFaceNet on UBFC-rPPG: 3 of 4 videos\n  neurips2023 (n = 3)\n")
    for metric, unit in (("MAE", "bpm"), ("MAPE", "%"), ("SNR", "dB")):
        value, error = summary[metric]
        assert f"    {metric:8}{value:.3f} ± {error:.3f} {unit}\n" in said


def test_the_text_names_the_unit_of_each_standard_error_and_a_grid_that_is_too_coarse(tmp_path):
    run, scores = a_run(tmp_path), scored()
    content = results.write(run, scores)
    said = results.text(content, results.coarsest_grids_bpm(run, scores))
    for summary in content["protocols"].values():
        formulas = summary["RMSE_se_A"], summary["RMSE_se_B"]
        assert "(by formula A {:.3f} bpm^2, by B {:.3f} bpm)\n".format(*formulas) in said
    assert "coarser" not in results.text(content)
    coarse = evaluation.Scheme(window_s=1)
    scores = scored(scheme=coarse)
    content, grids = results.write(a_run(tmp_path, scheme=coarse), scores), results.coarsest_grids_bpm(run, scores)
    assert grids == dict.fromkeys(("neurips2023", "toolbox2025"), 56.25)
    assert "    the FFT grid of 56.25 bpm is coarser than this MAE: rates" in results.text(content, grids)
    for scheme in (evaluation.Scheme(method="peak detection"), evaluation.Scheme(interpolate=True)):
        assert results.coarsest_grids_bpm(a_run(tmp_path, scheme=scheme), scores) == {}


def test_no_score_at_all_is_an_error_and_writes_nothing(tmp_path):
    with pytest.raises(DataError, match="rFaceNet has no estimate for any of the 1 videos. subject1: it is grey"):
        results.write(a_run(tmp_path), scored({}, subject1="it is grey"))
    assert not list(tmp_path.iterdir())
