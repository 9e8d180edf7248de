"""VIPL-HR, synthetic, through the standalone host: one fold trained, the other tested, each video at its own rate."""

import csv
import json

import numpy as np
import pytest
from support.configs import for_splits, small_job, write
from support.paths import CONFIGS

from rfacenet_toolbox.cli import standalone
from rfacenet_toolbox.datasets.own_rates import of_inputs
from rfacenet_toolbox.evaluation.files import outputs
from rfacenet_toolbox.methods.rfacenet.learner import RFaceNetLearner
from rfacenet_toolbox.synthetic import write_dataset
from rfacenet_toolbox.synthetic.dataset import read_specs

FRAMES = 32


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vipl")
    write_dataset(
        folder / "VIPL-HR", "vipl-hr", 3, scenarios=[1, 2, 4], seconds=3, size=(160, 120), workers=1, codec="MJPG"
    )
    return folder


def data(folder, **own):
    crop = {"PREPROCESS.CROP_FACE.DO_CROP_FACE": False}
    return {"DATASET": "VIPL-HR", "DATA_PATH": str(folder / "VIPL-HR"), **crop, "VIPL_HR": own}


def config(folder, *settings):
    own = {"SCENES": [1, 4]}
    fold = {"TRAIN.DATA": data(folder, FOLD="train 1", **own), "TEST.DATA": data(folder, FOLD="test 1", **own)}
    loss = {"MODEL.RFACENET.LOSS.HEART_RATE_TARGET": "recorded", "TRAIN.EPOCHS": 1, "TRAIN.BATCH_SIZE": 4}
    settings = small_job(folder, FRAMES), for_splits({"END": 1.0}), {"VALID.DATA": data(folder)}, fold, loss, *settings
    return write(folder / "config.yaml", *settings)


def results(folder):
    return json.loads((folder / "results.json").read_text())


def test_one_fold_is_trained_and_the_other_tested(folder, capsys):
    assert standalone(["--config_file", str(config(folder))]) == 0
    out = capsys.readouterr().out
    assert "FOLD 'train 1' by" in out and "2 of 3 subjects, 2, 100." in out
    content, specs = results(folder / "run"), read_specs(folder / "VIPL-HR")
    tested = {f"p1_{take}_source{source}" for take in ("v1", "v1-2", "v4") for source in (1, 2, 3)}
    assert content["videos"]["expected"] == content["videos"]["scored"] == len(tested)
    assert set(content["protocols"]) == {"neurips2023", "toolbox2025", "vipl"}
    saved = outputs.read(folder / "run")
    assert set(saved.own_fs_hz) == tested
    for name in tested:
        spec = specs[f"data/{name.replace('_', '/')}"]
        assert saved.own_fs_hz[name] == pytest.approx(spec.fps, rel=0.01)
        assert saved.true_bpm[name] == pytest.approx(spec.heart_rate_bpm, rel=0.05)
    with open(folder / "run" / "per_video.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == "vipl"]
    truth = {row["video"]: float(row["label_heart_rate_bpm"]) for row in rows}
    assert truth == pytest.approx(saved.true_bpm, abs=1e-3)
    lists = {path.name.rpartition("_1.0_")[2] for path in (folder / "clips").rglob("*.csv")}
    assert lists == {"v14_train1.csv", "v14_test1.csv"}


def test_a_change_of_speed_changes_the_recorded_heart_rate(folder, monkeypatch):
    """Every clip of a recording with two of them is twice as fast, or half as fast above 88 bpm."""
    step, found = RFaceNetLearner.step, []

    def noted(self, clips, labels, subjects, recorded):
        found.extend(recorded.heart_rates_bpm.tolist())
        return step(self, clips, labels, subjects, recorded)

    monkeypatch.setattr(RFaceNetLearner, "step", noted)
    changed = {"AUGMENT": {"HALVE_OR_DOUBLE": 1.0, "FLIP": 0.5, "ZOOM": 0.1}, "TEST.CONTEXT": 4}
    path = config(folder, {"MODEL.RFACENET": changed, "LOG.PATH": str(folder / "changed")})
    assert standalone(["--config_file", str(path)]) == 0
    videos = results(folder / "changed")["videos"]
    assert videos["expected"] == videos["scored"] == 9
    expected = []
    clips = [str(path) for path in (folder / "clips").rglob("p*_input*.npy") if not path.name.startswith("p1_")]
    for rates in of_inputs(clips).values():
        recorded = rates.clip_heart_rates_bpm
        assert len(recorded) <= 2
        doubled = [np.mean(recorded) * 2] * 2 if len(recorded) == 2 else recorded
        expected += [one / 2 if one > 88 else two for one, two in zip(recorded, doubled)]
    assert sorted(found) == pytest.approx(sorted(expected), rel=1e-5)


def test_signal_methods_take_each_videos_rate(folder, capsys):
    settings = {
        "BASE": [str(CONFIGS / "UBFC_UNSUPERVISED.yaml")],
        "UNSUPERVISED.METHOD": ["GREEN", "POS"],
        "UNSUPERVISED.DATA": {
            **data(folder, SCENES=[2]),
            "CACHED_PATH": str(folder / "raw"),
            "PREPROCESS.RESIZE": {"W": 16, "H": 16},
        },
        "MODEL.RFACENET.RUNTIME.WORKERS": 0,
        "LOG.PATH": str(folder / "signal"),
    }
    assert standalone(["--config_file", str(write(folder / "signal.yaml", settings))]) == 0
    out = capsys.readouterr().out
    assert "recordings are left out:\n- VIPL-HR recording p2_v2_source1" in out
    content = results(folder / "signal" / "POS")
    assert content["videos"]["scored"] == content["videos"]["expected"] > 0
    assert any("p2_v2_source1" in warning for warning in content["warnings"])


def test_a_target_that_is_not_there_and_a_rate_that_would_do_nothing_are_refused(folder, capsys):
    assert standalone(["--config_file", str(config(folder, {"TEST.DATA.FS": 25}))]) == 2
    assert "TEST.DATA.FS is 25 and would do nothing: each recording of VIPL-HR" in capsys.readouterr().err
    pure = small_job(folder, FRAMES), {"MODEL.RFACENET.LOSS.HEART_RATE_TARGET": "recorded"}
    assert standalone(["--config_file", str(write(folder / "pure.yaml", *pure))]) == 2
    assert "LOSS.HEART_RATE_TARGET is 'recorded', and the recordings" in capsys.readouterr().err
