"""What counts as the results of a test run, and how its files are read back."""

import json

import numpy as np
import pytest

from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.evaluation.files import run_folder

METRIC = [1.0, 0.5]


def content(**changes):
    """As the first version wrote it."""
    metrics = ("MAE", "RMSE", "MAPE", "Pearson", "SNR", "MACC")
    summary = {"n": 3, **dict.fromkeys(metrics, METRIC), "undefined": {}}
    whole = {
        "schema": 1, "model": "rFaceNet", "host": "standalone", "host_revision": None, "mode": "train_and_test",
        "train_set": "PURE", "test_set": "UBFC-rPPG", "weights": "w.pth", "seed": 100,
        "videos": {"expected": 3, "scored": 3, "missing": []}, "evaluation_method": "FFT",
        "protocols": {"neurips2023": {**summary, "Pearson": [None, None]}}, "versions": {}, "config": {},
    }  # fmt: skip
    return {**whole, **changes}


@pytest.fixture
def path(tmp_path):
    (tmp_path / "run").mkdir()
    return tmp_path / "run" / "results.json"


def test_results_of_the_first_version_are_read(path):
    path.write_text(json.dumps(content()))
    assert run_folder.has_results(path)
    run = run_folder.read_run(path.parent)
    assert (run.name, run.path, run.seed, run.videos, run.epochs) == ("run", str(path), 100, [], {})
    assert run.scored_of_expected == "3/3"
    assert run.metric("MAE", "neurips2023") == (1.0, 0.5) and run.metric("Pearson", "neurips2023") == (None, None)


def test_a_signal_method_has_no_seed(path):
    path.write_text(json.dumps(content(weights=None)))
    assert run_folder.read_run(path.parent).seed is None


@pytest.mark.parametrize(
    "text, message",
    [
        (None, "is not a finished run: there is no results.json in it. Name the LOG.PATH folder"),
        ("{", "results.json cannot be read .*Remove it and run again"),
        ("[]", "is not what a test run leaves: it holds a list"),
        ("{}", "it lacks schema, model, host"),
        (json.dumps(content(schema=2)), "its schema is 2, and this version reads 1. Name another, or remove it"),
        (json.dumps(content(config=[])), "its config is no object"),
        (json.dumps(content(videos={"scored": 3})), "its videos lack a count"),
        (json.dumps(content(protocols={"x": {"MAE": METRIC}})), "RMSE, .*MACC under the protocol x should be"),
        (json.dumps(content(protocols={"x": 3})), "MAE, RMSE, .*MACC under the protocol x"),
    ],
)
def test_what_is_no_results_file_is_refused_with_its_reason(path, text, message):
    if text is not None:
        path.write_text(text)
    assert not run_folder.has_results(path)
    with pytest.raises(DataError, match=message):
        run_folder.read_run(path.parent)


def test_tables_are_read_and_an_empty_field_is_no_number(path):
    path.write_text(json.dumps(content()))
    (path.parent / "per_video.csv").write_text(
        "protocol,video,heart_rate_bpm,label_heart_rate_bpm,error_bpm\nneurips2023,a,60,61,-1\n"
        "neurips2023,b,,70,\ntoolbox2025,a,6,7,-1\n"
    )
    (path.parent / "epochs.csv").write_text("epoch,loss\n0,2.5\n1,\n")
    run = run_folder.read_run(path.parent)
    names, estimate, truth = run.heart_rates("neurips2023")
    assert (names, estimate.tolist(), truth.tolist()) == (["a"], [60.0], [61.0])
    np.testing.assert_array_equal(run.epochs["loss"], [2.5, np.nan])


def test_errors_are_one_for_each_video_whatever_its_windows(path):
    path.write_text(json.dumps(content()))
    with pytest.raises(DataError, match="there is no per_video.csv in .*run. Remove results.json and run"):
        run_folder.read_run(path.parent).absolute_errors("neurips2023")
    (path.parent / "per_video.csv").write_text(
        "protocol,video,heart_rate_bpm,label_heart_rate_bpm,error_bpm\nneurips2023,a,58,60,-2\n"
        "neurips2023,a,64,60,4\nneurips2023,b,,,\ntoolbox2025,a,69,60,9\n"
    )
    assert run_folder.find_run(path.parent).absolute_errors("neurips2023") == {"a": 3.0}


def test_a_table_that_cannot_be_read_is_refused(path):
    path.write_text(json.dumps(content()))
    (path.parent / "epochs.csv").write_text("epoch,loss\n0,much\n")
    with pytest.raises(DataError, match="a table in .*run cannot be read .*much"):
        run_folder.read_run(path.parent)
