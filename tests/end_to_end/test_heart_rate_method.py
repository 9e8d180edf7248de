"""A method that gives heart rates, through everything that a method with a waveform passes through."""

import csv
import importlib
import json
import pickle
import shutil

import pytest
from support.main_job import CHUNKS, EPOCHS, LENGTH, run_script, write_config
from support.paths import SUPPORT
from support.recordings import face_frames, write_both

from rfacenet_toolbox import cli
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.evaluation.files import outputs
from rfacenet_toolbox.evaluation.files.run_folder import read_run
from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.report.build import write_report

SCRIPT = SUPPORT / "made_up_heart_rates.py"
NAME = {"MODEL.NAME": "MadeUpHeartRates"}


def run(folder, *settings):
    config = write_config(folder, NAME, *settings)
    return run_script(SCRIPT, config)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heart_rates")
    write_both(folder, face_frames(LENGTH))
    done = run(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setattr(registry, "METHODS", dict(registry.METHODS))
    made_up = importlib.import_module("support.made_up_heart_rates")
    registry.register("MadeUpHeartRates", made_up.MadeUpHeartRates)


def rows(path):
    with open(str(path)) as file:
        return list(csv.DictReader(file))


def test_saved_outputs_hold_a_number_per_clip(folder):
    (path,) = folder.rglob("*_outputs.pickle")
    with open(str(path), "rb") as file:
        content = pickle.load(file)
    assert content["gives"] == "heart_rate"
    for chunks in content["predictions"].values():
        assert sorted(chunks) == list(range(CHUNKS)) and all(chunk.shape == (1,) for chunk in chunks.values())
    saved = outputs.read(path)
    video, rates = next(iter(saved.predictions.items()))
    assert len(rates.bpm) == CHUNKS and len(saved.labels[video]) > CHUNKS


def test_results_show_what_does_not_exist_as_that(folder):
    results = json.loads((folder / "run" / "results.json").read_text())
    assert (results["gives"], results["videos"]["scored"]) == ("heart_rate", 3)
    for summary in results["protocols"].values():
        assert summary["MAE"][0] is not None and summary["SNR"] == summary["MACC"] == [None, None]
    saved = outputs.read(folder / "run")
    for row in rows(folder / "run" / "per_video.csv"):
        assert float(row["heart_rate_bpm"]) == pytest.approx(saved.predictions[row["video"]].mean_bpm, rel=1e-5)
        assert row["snr_db"] == row["macc"] == row["skipped"] == ""


def test_epochs_log_the_error(folder):
    errors = [float(row["heart_rate_mae_bpm"]) for row in rows(folder / "run" / "epochs.csv")]
    assert len(errors) == EPOCHS and errors[-1] < errors[0]


def test_evaluate_and_compare_give_the_same_numbers(folder, tmp_path, capsys):
    results = json.loads((folder / "run" / "results.json").read_text())
    assert cli.main(["evaluate", str(folder / "run"), "--json"]) == 0
    (content,) = json.loads(capsys.readouterr().out)["files"]
    for one in content["evaluations"]:
        assert one["metrics"] == results["protocols"][one["protocol"]]
    assert cli.main(["evaluate", str(folder / "run"), "--protocol", "vipl"]) == 0
    assert "SNR     undefined: the method gives heart rates, and no waveform" in capsys.readouterr().out
    assert cli.main(["evaluate", str(folder / "run"), "--window", "1"]) != 0
    assert "Score whole videos" in capsys.readouterr().err
    shutil.copytree(folder / "run", tmp_path / "again")
    assert cli.main(["compare", str(folder / "run"), str(tmp_path / "again")]) == 0
    assert "no difference" in capsys.readouterr().out


def test_the_report_says_that_there_is_no_waveform(folder, tmp_path):
    page = write_report([folder / "run"], tmp_path, attention_clips=0).read_text()
    assert "MadeUpHeartRates gives heart rates, and no waveform." in page


def test_a_finished_training_is_tested_again(folder):
    before = (folder / "run" / "results.json").read_text()
    done = run(folder)
    assert done.returncode == 0 and "Train epoch" not in done.stderr
    assert json.loads((folder / "run" / "results.json").read_text()) == json.loads(before)


def test_weights_are_tested_alone(folder):
    weights = read_run(folder / "run").results["weights"]
    settings = {"TOOLBOX_MODE": "only_test", "INFERENCE.MODEL_PATH": weights, "LOG.PATH": str(folder / "alone")}
    done = run(folder, settings)
    assert done.returncode == 0, done.stderr
    alone, trained = (json.loads((folder / name / "results.json").read_text()) for name in ("alone", "run"))
    assert alone["protocols"] == trained["protocols"]


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"MODEL.RFACENET.TEST.CLIPS": "joined"}, "MODEL.RFACENET.TEST.CLIPS is 'joined'; expected as_trained"),
        (
            {"INFERENCE.EVALUATION_WINDOW": {"USE_SMALLER_WINDOW": True, "WINDOW_SIZE": 10}},
            "USE_SMALLER_WINDOW is True; expected False: MadeUpHeartRates gives one heart rate per clip",
        ),
    ],
)
def test_what_only_a_waveform_can_be_is_refused_before_the_run(folder, settings, message):
    from rfacenet_toolbox.config import check, load

    config = load(write_config(folder / "refused", NAME, settings))
    with pytest.raises(ConfigError) as refused:
        check(config, "standalone")
    assert message in str(refused.value)
