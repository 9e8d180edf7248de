"""From a config and its outputs to the files of a test run: outputs pickle, results.json, per_video.csv."""

import csv
import json
import math
import os
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from support import tiny

from rfacenet_toolbox import __version__, evaluation
from rfacenet_toolbox.errors import DataError, OutputError
from rfacenet_toolbox.hosts import job, run_description

FS = 30


def pulses(rates_bpm, chunks=8, chunk=64):
    """{video: {chunk number: (T,) tensor}} of clean pulses, the chunks in an order of their own."""
    time = torch.arange(chunks * chunk) / FS
    signals = {video: torch.sin(2 * math.pi * rate / 60 * time) for video, rate in rates_bpm.items()}
    return {
        video: {number: signal[number * chunk : (number + 1) * chunk] for number in reversed(range(chunks))}
        for video, signal in signals.items()
    }


TRUTH = pulses({"subject1": 60, "subject2": 75, "subject10": 90})
GUESS = pulses({"subject1": 60, "subject2": 78, "subject10": 88})


def host(expected=("subject1", "subject2", "subject10"), name="standalone", revision=None):
    names = None if expected is None else list(expected)
    return SimpleNamespace(name=name, revision=revision, expected=lambda split, config: names)


def changed(config, **changes):
    """A copy of a frozen config with ``A__B=value`` for A.B."""
    config = config.clone()
    config.defrost()
    for dotted, value in changes.items():
        *path, leaf = dotted.split("__")
        node = config
        for key in path:
            node = node[key]
        node[leaf] = value
    config.freeze()
    return config


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
    returned = write(tiny.config(tmp_path), host(), GUESS, TRUTH, "models/tiny_Epoch1.pth")
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
        "train_set": "PURE", "test_set": "UBFC-rPPG", "weights": "models/tiny_Epoch1.pth", "seed": 100,
        "videos": {"expected": 3, "scored": 3, "missing": []}, "evaluation_method": "FFT",
    }  # fmt: skip
    assert {key: content[key] for key in wanted} == wanted
    versions = {"rfacenet_toolbox": __version__, "torch": torch.__version__, "numpy": np.__version__}
    assert versions.items() <= content["versions"].items()
    assert {"python", "scipy", "opencv"} <= set(content["versions"])


def test_the_whole_config_is_in_the_results(written, tmp_path):
    config = tiny.config(tmp_path)
    assert written[0]["config"] == json.loads(json.dumps(config))
    assert written[0]["config"]["MODEL"]["RFACENET"]["LOSS"]["TASKS"] == ["bvp", "heart_rate", "identity"]
    assert written[0]["config"]["TRAIN"]["OPTIMIZER"]["BETAS"] == [0.9, 0.999]


def test_each_metric_is_a_value_and_its_standard_error(written):
    content, rows, _ = written
    assert set(content["protocols"]) == {"neurips2023", "toolbox2025"}
    for protocol, summary in content["protocols"].items():
        assert summary["n"] == 3 and summary["undefined"] == {}
        for metric in ("MAE", "RMSE", "MAPE", "Pearson", "SNR", "MACC"):
            value, error = summary[metric]
            assert math.isfinite(value) and error >= 0
        errors = [abs(float(row["error_bpm"])) for row in rows if row["protocol"] == protocol]
        assert summary["MAE"][0] == pytest.approx(np.mean(errors), abs=1e-4)
        assert summary["RMSE_se_B"] == pytest.approx(math.sqrt(summary["RMSE_se_A"]))
        shown = "RMSE_se_A" if protocol == "neurips2023" else "RMSE_se_B"
        assert summary["RMSE"][1] == summary[shown]


def test_numbers_are_those_of_the_evaluation_of_the_joined_chunks(written):
    def joined(signals):
        return {video: torch.cat([chunks[k] for k in sorted(chunks)]).numpy() for video, chunks in signals.items()}

    direct = evaluation.evaluate(joined(GUESS), joined(TRUTH), FS, is_derivative=False)
    assert written[0]["protocols"] == json.loads(json.dumps({name: summary for name, (summary, _) in direct.items()}))


def test_per_video_has_a_row_for_each_video_and_protocol_in_numerical_order(written):
    rows = written[1]
    assert [(row["protocol"], row["video"]) for row in rows] == [
        (protocol, f"subject{number}") for protocol in ("neurips2023", "toolbox2025") for number in (1, 2, 10)
    ]
    assert tuple(rows[0]) == ("protocol", "video", *evaluation.SCORE_COLUMNS, "skipped")
    grid_bpm = 60 * FS / 512
    for row in rows:
        assert (row["start_s"], float(row["stop_s"])) == ("0", pytest.approx(512 / FS, rel=1e-5))
        assert row["skipped"] == ""
        for column, rates in (("heart_rate_bpm", (60, 78, 88)), ("label_heart_rate_bpm", (60, 75, 90))):
            expected = dict(zip(("subject1", "subject2", "subject10"), rates))[row["video"]]
            assert float(row[column]) == pytest.approx(expected, abs=grid_bpm)
        assert float(row["error_bpm"]) == pytest.approx(
            float(row["heart_rate_bpm"]) - float(row["label_heart_rate_bpm"]), abs=1e-3
        )


def test_metrics_that_do_not_exist_are_null_with_a_reason(tmp_path):
    one = {"subject1": GUESS["subject1"]}, {"subject1": TRUTH["subject1"]}
    write(tiny.config(tmp_path), host(["subject1"]), *one, "w.pth")
    content, _ = read(tmp_path)
    for summary in content["protocols"].values():
        assert summary["Pearson"] == [None, None]
        assert summary["undefined"] == {"Pearson": "needs at least 3 scored videos or windows, there are 1"}
        assert summary["MAE"][0] is not None


def test_a_prediction_without_a_pulse_is_left_out_and_the_rest_scored(tmp_path, capsys):
    video = "subject10"
    flat = {**GUESS, video: {number: torch.zeros_like(chunk) for number, chunk in GUESS[video].items()}}
    write(tiny.config(tmp_path), host(), flat, TRUTH, "w.pth")
    content, rows = read(tmp_path)
    shown = capsys.readouterr().out
    assert (content["videos"]["scored"], content["videos"]["missing"]) == (len(GUESS) - 1, [])
    assert list(content["videos"]["left_out"]) == [video] and f"{len(GUESS) - 1} of {len(GUESS)} videos" in shown
    assert all(summary["n"] == len(GUESS) - 1 for summary in content["protocols"].values())
    assert {row["video"] for row in rows if row["skipped"]} == {video}


def test_windows_get_a_row_each_and_skipped_ones_say_why(tmp_path):
    window = {"INFERENCE__EVALUATION_WINDOW__USE_SMALLER_WINDOW": True, "INFERENCE__EVALUATION_WINDOW__WINDOW_SIZE": 8}
    short = pulses({"subject1": 60}, chunks=1, chunk=2 * 8 * FS + 5)
    write(changed(tiny.config(tmp_path), **window), host(["subject1"]), short, short, "w.pth")
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
    write(changed(tiny.config(tmp_path), INFERENCE__EVALUATION_METHOD="peak detection"), host(), GUESS, TRUTH, "w.pth")
    content, rows = read(tmp_path)
    assert content["evaluation_method"] == "peak detection"
    rates = {row["video"]: float(row["heart_rate_bpm"]) for row in rows if row["protocol"] == "neurips2023"}
    assert rates == pytest.approx({"subject1": 60, "subject2": 78, "subject10": 88}, abs=1)
    assert any(rate % (60 * FS / 512) > 1e-3 for rate in rates.values())  # off the FFT's grid


def test_videos_that_are_missing_are_counted_and_named(tmp_path, capsys):
    write(tiny.config(tmp_path), host(["subject1", "subject2", "subject10", "subject4"]), GUESS, TRUTH, "w.pth")
    assert read(tmp_path)[0]["videos"] == {"expected": 4, "scored": 3, "missing": ["subject4"]}
    assert "rFaceNet on UBFC-rPPG: 3 of 4 videos" in capsys.readouterr().out


def test_without_raw_data_the_scored_videos_are_the_expected_ones(tmp_path):
    write(tiny.config(tmp_path), host(None, "toolbox", "d807b01"), GUESS, TRUTH, "w.pth")
    content, _ = read(tmp_path)
    assert content["videos"] == {"expected": 3, "scored": 3, "missing": []}
    assert (content["host"], content["host_revision"]) == ("toolbox", "d807b01")


@pytest.mark.parametrize(
    "mode, path, name",
    [
        ("train_and_test", "", "tiny_outputs.pickle"),
        ("only_test", "weights/PURE_best.pth", "PURE_best_UBFC-rPPG_outputs.pickle"),
    ],
)
def test_outputs_are_saved_as_the_toolbox_saves_them(tmp_path, mode, path, name):
    config = changed(tiny.config(tmp_path), TOOLBOX_MODE=mode, INFERENCE__MODEL_PATH=path)
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
    config = changed(tiny.config(tmp_path), LOG__PATH=str(tmp_path / "a_file"))
    with pytest.raises(OutputError, match="a_file/per_video.csv cannot be written .*run the same command again"):
        write(config, host(), GUESS, TRUTH, "w.pth")


def test_the_table_for_people_has_values_and_units(tmp_path, capsys):
    summary = write(tiny.config(tmp_path), host(), GUESS, TRUTH, "w.pth")["protocols"]["neurips2023"]
    shown = capsys.readouterr().out
    assert "MAE     {:.3f} ± {:.3f} bpm".format(*summary["MAE"]) in shown
    assert f"Results: {tmp_path / 'results.json'}" in shown


def unsupervised(folder, **changes):
    """A config of the signal methods."""
    data = {"DATASET": "PURE", "FS": FS, "PREPROCESS__LABEL_TYPE": "Raw"}
    changes.update({f"UNSUPERVISED__DATA__{key}": value for key, value in data.items()})
    return changed(tiny.config(folder), TOOLBOX_MODE="unsupervised_method", **changes)


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


def test_the_test_set_of_a_signal_method_is_the_unsupervised_one(tmp_path):
    asked = []
    one = SimpleNamespace(name="standalone", revision=None, expected=lambda split, config: asked.append(split))
    config = unsupervised(tmp_path)
    run_description.signal_method(config, one, "POS")
    assert asked == ["unsupervised"]


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


class TestFinished:
    """When an earlier run's results stand for this one's."""

    @pytest.fixture
    def clips(self, tmp_path):
        paths = [tmp_path / f"{video}_input0.npy" for video in TRUTH]
        for path in paths:
            path.write_text("")
        return [str(path) for path in paths]

    @pytest.fixture
    def content(self, tmp_path, clips):
        config = unsupervised(tmp_path)
        return job.score_and_write(run_description.signal_method(config, host(), "POS"), GUESS, TRUTH)

    @staticmethod
    def finished(config, clips, method="POS", **changes):
        return run_description.finished(run_description.signal_method(config, host(**changes), method), clips)

    def test_the_same_config_is_finished(self, tmp_path, clips, content):
        plain = json.loads(json.dumps(content))
        assert self.finished(unsupervised(tmp_path), clips) == plain
        assert self.finished(unsupervised(tmp_path, UNSUPERVISED__METHOD=["POS", "ICA"]), clips) == plain

    def test_another_method_is_not(self, tmp_path, clips, content):
        assert self.finished(unsupervised(tmp_path), clips, "ICA") is None

    def test_another_config_or_host_is_not(self, tmp_path, clips, content):
        other = unsupervised(tmp_path, INFERENCE__EVALUATION_METHOD="peak detection")
        assert self.finished(other, clips) is None
        assert self.finished(unsupervised(tmp_path), clips, name="toolbox") is None

    def test_a_setting_that_is_newer_than_the_results_counts_as_its_default(self, tmp_path, clips, content):
        path = tmp_path / "POS" / "results.json"
        older = json.loads(path.read_text())
        del older["config"]["MODEL"]["RFACENET"]["RUNTIME"]["SEED"], older["config"]["MODEL"]["TSCAN"]
        path.write_text(json.dumps(older))
        assert self.finished(unsupervised(tmp_path), clips) == older
        assert self.finished(unsupervised(tmp_path, MODEL__TSCAN__FRAME_DEPTH=12), clips) is None

    def test_more_or_younger_clips_are_not(self, tmp_path, clips, content):
        written = (tmp_path / "POS" / "results.json").stat().st_mtime
        another = tmp_path / "subject3_input0.npy"
        another.write_text("")
        os.utime(another, (written - 10, written - 10))
        assert self.finished(unsupervised(tmp_path), [*clips, str(another)]) is None
        os.utime(clips[0], (written + 10, written + 10))
        assert self.finished(unsupervised(tmp_path), clips) is None

    @pytest.mark.parametrize("name", ["results.json", "POS_PURE_outputs.pickle"])
    def test_a_missing_or_damaged_file_is_not(self, tmp_path, clips, content, name):
        (tmp_path / "POS" / "results.json").write_text('{"config"')
        assert self.finished(unsupervised(tmp_path), clips) is None
        (tmp_path / "POS" / name).unlink()
        assert self.finished(unsupervised(tmp_path), clips) is None
