"""From a config and its outputs to the files of a test run: outputs pickle, results.json, per_video.csv."""

import csv
import json
import pickle

import numpy as np
import pytest
import torch
from support import in_memory
from support.signal_outputs import FS, GUESS, TRUTH, host, pulses, unsupervised

from rfacenet_toolbox import __version__, evaluation
from rfacenet_toolbox.errors import CheckpointError, DataError, OutputError
from rfacenet_toolbox.evaluation.files import outputs
from rfacenet_toolbox.hosts import job, run_description
from rfacenet_toolbox.training import learners, state_dicts


def write(config, host, predictions, labels, weights):
    """Write the results of the config's model."""
    return job.score_and_write(run_description.trained_model(config, host, weights), predictions, labels)


def read(folder):
    """results.json, strictly, and the rows of per_video.csv."""

    def no_constant(name):
        raise AssertionError(f"{name} is no JSON")

    content = json.loads((folder / "results.json").read_text(encoding="utf-8"), parse_constant=no_constant)
    with open(folder / "per_video.csv", newline="") as file:
        return content, list(csv.DictReader(file))


@pytest.fixture
def written(tmp_path):
    """results.json and per_video.csv of the three videos above, and what write returned."""
    returned = write(in_memory.config(tmp_path), host(), GUESS, TRUTH, "models/small_Epoch1.pth")
    return read(tmp_path) + (returned,)


def test_results_say_what_was_run_and_with_what(written, tmp_path):
    content, _, returned = written
    assert content == json.loads(json.dumps(returned))
    assert list(content) == [
        "schema", "model", "host", "host_revision", "mode", "train_set", "test_set", "weights", "seed", "runtime",
        "videos", "evaluation_method", "protocols", "versions", "config",
    ]  # fmt: skip
    wanted = {
        "schema": 1, "model": "rFaceNet", "host": "standalone", "host_revision": None, "mode": "train_and_test",
        "train_set": "PURE", "test_set": "UBFC-rPPG", "weights": "models/small_Epoch1.pth", "seed": 100,
        "videos": {"expected": 3, "scored": 3, "missing": []}, "evaluation_method": "FFT",
    }  # fmt: skip
    assert {key: content[key] for key in wanted} == wanted
    versions = {"rfacenet_toolbox": __version__, "torch": torch.__version__, "numpy": np.__version__}
    assert versions.items() <= content["versions"].items()
    assert {"python", "scipy", "opencv"} <= set(content["versions"])


def test_the_whole_config_is_in_the_results(written, tmp_path):
    config = in_memory.config(tmp_path)
    assert written[0]["config"] == json.loads(json.dumps(config))
    assert written[0]["config"]["MODEL"]["RFACENET"]["LOSS"]["TASKS"] == ["bvp", "heart_rate", "identity"]
    assert written[0]["config"]["TRAIN"]["OPTIMIZER"]["BETAS"] == [0.9, 0.999]


def test_numbers_are_those_of_the_evaluation_of_the_joined_chunks(written):
    def joined(signals):
        return {video: torch.cat([chunks[k] for k in sorted(chunks)]).numpy() for video, chunks in signals.items()}

    direct = evaluation.evaluate(joined(GUESS), joined(TRUTH), FS, is_derivative=False)
    assert written[0]["protocols"] == json.loads(json.dumps({name: summary for name, (summary, _) in direct.items()}))


def test_a_prediction_without_a_pulse_is_left_out_and_the_rest_scored(tmp_path, capsys):
    video = "subject10"
    flat = {**GUESS, video: {number: torch.zeros_like(chunk) for number, chunk in GUESS[video].items()}}
    write(in_memory.config(tmp_path), host(), flat, TRUTH, "w.pth")
    content, rows = read(tmp_path)
    shown = capsys.readouterr().out
    assert (content["videos"]["scored"], content["videos"]["missing"]) == (len(GUESS) - 1, [])
    assert list(content["videos"]["left_out"]) == [video] and f"{len(GUESS) - 1} of {len(GUESS)} videos" in shown
    assert all(summary["n"] == len(GUESS) - 1 for summary in content["protocols"].values())
    assert {row["video"] for row in rows if row["skipped"]} == {video}


def test_a_video_with_a_gap_is_left_out_as_evaluate_leaves_it_out(tmp_path):
    cut = [
        {**signals, "subject2": {number: chunk for number, chunk in signals["subject2"].items() if number != 1}}
        for signals in (GUESS, TRUTH)
    ]
    write(in_memory.config(tmp_path), host(), *cut, "w.pth")
    content, _ = read(tmp_path)
    assert content["videos"]["scored"] == 2
    assert content["videos"]["left_out"]["subject2"].startswith("the prediction lacks chunk 1 of 0 to ")
    saved = outputs.read(str(tmp_path))
    assert list(saved.unusable) == ["subject2"] and saved.videos == 3


def test_windows_get_a_row_each_and_skipped_ones_say_why(tmp_path):
    window = {"INFERENCE.EVALUATION_WINDOW": {"USE_SMALLER_WINDOW": True, "WINDOW_SIZE": 8}}
    short = pulses({"subject1": 60}, chunks=1, chunk=2 * 8 * FS + 5)
    write(in_memory.config(tmp_path, window), host(["subject1"]), short, short, "w.pth")
    content, rows = read(tmp_path)
    rows = [row for row in rows if row["protocol"] == "neurips2023"]
    assert [(float(row["start_s"]), float(row["stop_s"])) for row in rows] == [
        (0, 8),
        (8, 16),
        (16, pytest.approx(16 + 5 / FS, rel=1e-4)),
    ]
    assert [bool(row["skipped"]) for row in rows] == [False, False, True]
    assert "5 samples" in rows[2]["skipped"] and rows[2]["heart_rate_bpm"] == rows[2]["error_bpm"] == ""
    summary = content["protocols"]["neurips2023"]
    assert (summary["n"], summary["windows_skipped"]) == (2, 1)


def test_peak_detection_is_the_other_method(tmp_path):
    config = in_memory.config(tmp_path, {"INFERENCE.EVALUATION_METHOD": "peak detection"})
    write(config, host(), GUESS, TRUTH, "w.pth")
    content, rows = read(tmp_path)
    assert content["evaluation_method"] == "peak detection"
    rates = {row["video"]: float(row["heart_rate_bpm"]) for row in rows if row["protocol"] == "neurips2023"}
    assert rates == pytest.approx({"subject1": 60, "subject2": 78, "subject10": 88}, abs=1)
    assert any(rate % (60 * FS / 512) > 1e-3 for rate in rates.values())  # off the FFT's grid


def test_videos_that_are_missing_are_counted_and_named(tmp_path, capsys):
    write(in_memory.config(tmp_path), host(["subject1", "subject2", "subject10", "subject4"]), GUESS, TRUTH, "w.pth")
    assert read(tmp_path)[0]["videos"] == {"expected": 4, "scored": 3, "missing": ["subject4"]}
    assert "rFaceNet on UBFC-rPPG: 3 of 4 videos" in capsys.readouterr().out


def test_without_raw_data_the_scored_videos_are_the_expected_ones(tmp_path):
    write(in_memory.config(tmp_path), host(None, "toolbox", "d807b01"), GUESS, TRUTH, "w.pth")
    content, _ = read(tmp_path)
    assert content["videos"] == {"expected": 3, "scored": 3, "missing": []}
    assert (content["host"], content["host_revision"]) == ("toolbox", "d807b01")


@pytest.mark.parametrize(
    "mode, path, name",
    [
        ("train_and_test", "", "small_outputs.pickle"),
        ("only_test", "weights/PURE_best.pth", "PURE_best_UBFC-rPPG_outputs.pickle"),
    ],
)
def test_outputs_are_saved_as_the_toolbox_saves_them(tmp_path, mode, path, name):
    config = in_memory.config(tmp_path, {"TOOLBOX_MODE": mode, "INFERENCE.MODEL_PATH": path})
    content = write(config, host(), GUESS, TRUTH, "w.pth")
    assert content["train_set"] == ("PURE" if mode == "train_and_test" else None)
    with open(tmp_path / "outputs" / name, "rb") as file:
        saved = pickle.load(file)
    assert list(saved) == ["predictions", "labels", "label_type", "fs"]
    assert (saved["label_type"], saved["fs"]) == ("Standardized", FS)
    for key, signals in (("predictions", GUESS), ("labels", TRUTH)):
        assert saved[key].keys() == signals.keys()
        assert torch.equal(saved[key]["subject10"][3], signals["subject10"][3])


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "a_file").write_text("")
    config = in_memory.config(tmp_path, {"LOG.PATH": str(tmp_path / "a_file")})
    with pytest.raises(OutputError, match="a_file/per_video.csv cannot be written .*Name another place"):
        write(config, host(), GUESS, TRUTH, "w.pth")


def test_a_signal_method_has_a_folder_of_its_own_and_no_weights(tmp_path, capsys):
    config = unsupervised(tmp_path)
    job.score_and_write(run_description.signal_method(config, host(), "POS"), GUESS, TRUTH)
    content, rows = read(tmp_path / "POS")
    wanted = {
        "model": "POS",
        "mode": "unsupervised_method",
        "train_set": None,
        "test_set": "PURE",
        "weights": None,
        "videos": {"expected": 3, "scored": 3, "missing": []},
    }
    assert {key: content[key] for key in wanted} == wanted
    assert len(rows) == 6 and "POS on PURE: 3 of 3 videos" in capsys.readouterr().out
    with open(tmp_path / "POS" / "POS_PURE_outputs.pickle", "rb") as file:
        saved = pickle.load(file)
    assert list(saved) == ["predictions", "labels", "label_type", "fs"] and saved["label_type"] == "Raw"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["POS"]


def test_videos_left_out_are_counted_and_say_why(tmp_path, capsys):
    config = unsupervised(tmp_path)
    some = [{video: signals[video] for video in ("subject1", "subject2")} for signals in (GUESS, TRUTH)]
    job.score_and_write(run_description.signal_method(config, host(), "ICA"), *some, {"subject10": "it is grey"})
    content, rows = read(tmp_path / "ICA")
    assert content["videos"] == {"expected": 3, "scored": 2, "missing": [], "left_out": {"subject10": "it is grey"}}
    assert [row["skipped"] for row in rows if row["video"] == "subject10"] == ["it is grey"] * 2
    assert content["protocols"]["neurips2023"]["n"] == 2
    shown = capsys.readouterr().out
    assert "ICA on PURE: 2 of 3 videos" in shown and "subject10 has no estimate: it is grey" in shown


def test_all_videos_left_out_is_an_error(tmp_path):
    config = unsupervised(tmp_path)
    with pytest.raises(DataError, match="ICA has no estimate for any of the 1 videos. subject1: it is grey"):
        job.score_and_write(run_description.signal_method(config, host(), "ICA"), {}, {}, {"subject1": "it is grey"})
    assert not list(tmp_path.iterdir())


def test_files_that_a_config_names_are_read_before_the_run(tmp_path):
    settings = {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": str(tmp_path / "w.pth")}
    config = in_memory.config(tmp_path, settings)
    model = learners.for_inference(config).model
    state_dicts.save(tmp_path / "w.pth", model.state_dict())
    job.check_files(config)
    name, weights = next(iter(model.state_dict().items()))
    state_dicts.save(tmp_path / "w.pth", {**model.state_dict(), name: torch.full_like(weights, float("nan"))})
    with pytest.raises(CheckpointError, match=f"w.pth: .* numbers of {name} are not finite"):
        job.check_files(config)
    with pytest.raises(CheckpointError, match="Nothing in .*w.pth fits the model"):
        state_dicts.save(tmp_path / "w.pth", {"other": torch.zeros(3)})
        job.check_files(in_memory.config(tmp_path, {"MODEL.RFACENET.INIT": str(tmp_path / "w.pth")}))
    with pytest.raises(CheckpointError, match="no checkpoint at .*nowhere.pth"):
        job.check_files(in_memory.config(tmp_path, {"MODEL.RFACENET.RESUME": str(tmp_path / "nowhere.pth")}))
