"""``rfacenet table1`` from the command line to its files, with children that do no work."""

import csv
import json
import math
import re

import pytest
from support.configs import write
from support.fake_runs import fake_children
from support.html_reader import Reader
from support.paths import CONFIGS as SHIPPED

from rfacenet_toolbox import cli
from rfacenet_toolbox.experiments.table1 import CONFIGS


@pytest.fixture
def options(tmp_path, monkeypatch):
    """Options for a whole VIPL-HR, of which nothing is read."""
    fake_children(monkeypatch)
    for person in range(1, 108):
        (tmp_path / "VIPL" / "data" / f"p{person}" / "v1" / "source1").mkdir(parents=True)
    no_preprocessing = {"DATA": {"DO_PREPROCESS": False, "PREPROCESS": {"CROP_FACE": {"BACKEND": "HC"}}}}
    write(tmp_path / "extra.yaml", dict.fromkeys(["TRAIN", "TEST", "UNSUPERVISED"], no_preprocessing))
    folders = {"--vipl": "VIPL", "--out": "out", "--config": "extra.yaml"}
    return [word for option, name in folders.items() for word in (option, str(tmp_path / name))]


def run(capsys, *argv):
    status = cli.main(["table1", *map(str, argv)])
    return (status, *capsys.readouterr())


def numbers(path, method, scenes):
    """{metric: row of the CSV} of a method."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if (row["method"], row["scenes"]) == (method, scenes)]
    return {row["metric"]: row for row in rows}


def test_folds_are_put_together_and_both_selections_are_scored(options, tmp_path, capsys):
    argv = [*options, "--methods", "rfacenet", "POS", "--folds", 1, 3]
    status, out, _ = run(capsys, *argv)
    assert status == 0 and "VIPL-HR: 107 recordings in visible light, of 107 people" in out
    folder = tmp_path / "out"
    still = numbers(folder / "table1.csv", "rFaceNet", "without v2 and v9")
    moving = numbers(folder / "table1.csv", "rFaceNet", "all scenes")
    assert list(still) == ["SD", "SD_abs", "MAE", "RMSE", "Pearson"]
    # errors of 1 and 3 in the two folds, of either sign
    assert float(still["MAE"]["measured"]) == 2 and float(still["RMSE"]["measured"]) == pytest.approx(math.sqrt(5))
    assert float(still["SD"]["measured"]) == pytest.approx(math.sqrt(5)) and float(still["SD_abs"]["measured"]) == 1
    assert [float(still["MAE"][column]) for column in ("fold_mean", "fold_deviation", "fold_lowest", "folds")] == [
        2,
        1,
        1,
        2,
    ]
    assert float(moving["MAE"]["measured"]) == 7 and (still["MAE"]["videos"], moving["MAE"]["videos"]) == ("8", "16")
    # each published number where its scenes are, and under the name of what it is
    assert [still[metric]["published"] for metric in still] == ["", "4.87", "5.21", "7.13", "0.87"]
    assert {row["published"] for row in moving.values()} == {""}
    pos = [
        numbers(folder / "table1.csv", "POS", scenes)["SD"]["published"]
        for scenes in ("without v2 and v9", "all scenes")
    ]
    assert pos == ["", "15.3"]

    text = (folder / "table1.md").read_text(encoding="utf-8")
    assert "| RhythmNet | – | *8.11* | – |" not in text
    assert re.search(r"\| PhysFormer\+\+ \| – \| .*\*\*4\.88\*\* \| – ", text)  # quoted only
    assert "| rFaceNet | interpretation | " in text
    assert "ynthetic" not in text
    page = Reader((folder / "table1.html").read_text(encoding="utf-8"))
    links = [link for link in page.links if not link.startswith("data:")]
    assert links and all(link[1:] in page.ids if link.startswith("#") else (folder / link).is_file() for link in links)
    status, out, _ = run(capsys, *argv)
    assert status == 0 and "4 runs, 4 of them done before" in out and "began" not in out


def test_every_method_has_a_run_for_each_fold_with_its_own_recipe(options, tmp_path, capsys):
    status, out, _ = run(capsys, *options, "--folds", 2, "--jobs", 4)
    trained = [config for config in CONFIGS.values() if config is not None]
    assert status == 0 and f"{len(trained) + 1} runs" in out  # the signal methods share one
    signal = json.loads((tmp_path / "out" / "signal" / "fold2" / "run.json").read_text())["settings"]
    assert signal["UNSUPERVISED.DATA.VIPL_HR.FOLD"] == "test 2"
    assert sorted(path.parent.name for path in (tmp_path / "out" / "signal" / "fold2").glob("*/results.json")) == [
        "CHROM",
        "POS",
        "SAMC",
    ]
    samc = numbers(tmp_path / "out" / "table1.csv", "Tulyakov2016", "all scenes")["MAE"]
    assert (samc["published"], samc["kind"]) == ("15.9", "interpretation") and samc["measured"]
    recipes = {
        "rFaceNet": (64, 128, 1e-5, 16, "constant", 5e-5, [1, 3, 4, 5, 6, 7, 8]),
        "I3D": (128, 128, 1e-4, 4, "constant", 0, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        "PhysNet": (128, 128, 1e-4, 4, "constant", 0, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        "PhysFormer": (160, 128, 1e-4, 4, "constant", 5e-5, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        "DeepPhys": (180, 36, 9e-3, 4, "OneCycleLR", 0, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        "RhythmNet": (375, 128, 1e-3, 32, "constant", 0, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        "ST-Attention": (450, 128, 1e-3, 32, "constant", 0, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        "NAS-HR": (300, 128, 1e-3, 96, "constant", 0, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        "CVD": (300, 128, 5e-4, 2, "constant", 0, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        "Dual-GAN": (300, 128, 3e-4, 4, "constant", 0, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    }
    for method, recipe in recipes.items():
        record = json.loads((tmp_path / "out" / method / "fold2" / "seed100" / "run.json").read_text())
        found = record["settings"]
        data, optimizer = "TRAIN.DATA.PREPROCESS", "MODEL.RFACENET.OPTIMIZER"
        keys = f"{data}.CHUNK_LENGTH", f"{data}.RESIZE.H", "TRAIN.LR", "TRAIN.BATCH_SIZE"
        keys += f"{optimizer}.SCHEDULER", f"{optimizer}.WEIGHT_DECAY", "TRAIN.DATA.VIPL_HR.SCENES"
        assert tuple(found[key] for key in keys) == recipe
        assert found["TEST.DATA.VIPL_HR.SCENES"] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
        assert (found["TRAIN.DATA.VIPL_HR.FOLD"], found["TEST.DATA.VIPL_HR.FOLD"]) == ("train 2", "test 2")
        assert found["TEST.USE_LAST_EPOCH"] is True


def test_seeds_are_averaged_and_a_fold_that_failed_is_told(options, tmp_path, capsys):
    failing = tmp_path / "out" / "rFaceNet" / "fold2" / "seed101"
    failing.mkdir(parents=True)
    (failing / "fail").touch()
    argv = [*options, "--methods", "rFaceNet", "--folds", 1, 2, "--seeds", 100, 101, "--jobs", 4]
    status, out, _ = run(capsys, *argv)
    assert status == 1 and "1 of 4 runs failed; the same command tries them again" in out
    text = (tmp_path / "out" / "table1.md").read_text(encoding="utf-8")
    assert "| 4 to 8 | 3 of 4 |" in text
    assert "(1.50 to 2.00)" in text  # seed 100: folds of 1 and 2; seed 101: one of 2
    (failing / "fail").unlink()
    status, out, _ = run(capsys, *argv)
    assert status == 0 and "4 runs, 3 of them done before" in out
    measured = numbers(tmp_path / "out" / "table1.csv", "rFaceNet", "without v2 and v9")["MAE"]
    assert [float(measured[column]) for column in ("measured", "lowest", "highest")] == [2, 1.5, 2.5]


@pytest.mark.parametrize(
    "more, message",
    [
        (["--folds", 6], "--folds is 6; expected different numbers of 1 to 5"),
        (["--folds", 2, 2], "--folds is 2 2; expected different numbers"),
        (["--methods", "ID"], "The method is 'ID', which is unknown.*Available: Tulyakov2016, POS, CHROM"),
        (["--vipl", "nowhere"], "'nowhere' .*is not a folder"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_run(options, tmp_path, capsys, more, message):
    status, _, err = run(capsys, *options, *more)
    assert status == 2 and re.search(message, err)
    assert not (tmp_path / "out").exists()


def test_a_data_set_that_lacks_people_stops_the_table(options, tmp_path, capsys):
    for name in ("v1/source1", "v1", ""):
        (tmp_path / "VIPL" / "data" / "p100" / name).rmdir()
    status, _, err = run(capsys, *options)
    assert status == 2 and "holds 106 people, and VIPL-HR has 107 people. Missing: p100. Complete the data set" in err


def test_synthetic_recordings_are_called_so(options, tmp_path, capsys):
    (tmp_path / "VIPL" / "synthetic.json").write_text("{}")
    status, out, _ = run(capsys, *options, "--methods", "CHROM", "--folds", 1, "--allow-incomplete")
    assert status == 0 and "VIPL-HR: 107 synthetic recordings in visible light" in out
    text = (tmp_path / "out" / "table1.md").read_text(encoding="utf-8")
    assert "# Table 1, measured on synthetic recordings" in text and "SYNTHETIC recordings" in text


def test_windows_would_leave_nothing_to_print(options, tmp_path, capsys):
    with open(tmp_path / "extra.yaml", "a") as file:
        file.write("INFERENCE: {EVALUATION_METHOD: peak detection}\n")
    status, _, err = run(capsys, *options, "--methods", "rFaceNet", "--folds", 1)
    assert status == 2 and not (tmp_path / "out").exists()
    assert "rFaceNet, fold 1, seed 100 would not be scored under vipl, but under neurips2023, toolbox2025" in err


def settings_of(tmp_path, method):
    """What a run of fold 1 was made with, {dotted key: value}."""
    return json.loads((tmp_path / "out" / method / "fold1" / "seed100" / "run.json").read_text())["settings"]


def test_the_demos_settings_are_those_of_each_method(options, tmp_path, capsys):
    demo = [SHIPPED / "table1" / "DEMO_BASE.yaml", SHIPPED / "table1_demo"]
    status, _, err = run(capsys, *options, *demo, "--folds", 1)
    assert status == 0, err
    shared = {"TRAIN.DATA.PREPROCESS.CHUNK_LENGTH": 64, "TEST.DATA.PREPROCESS.RESIZE.W": 32}
    own = {
        "rFaceNet": {"TRAIN.LR": 3e-3, "TRAIN.DATA.PREPROCESS.DATA_TYPE": ["DiffNormalized"]},
        "PhysNet": {"TRAIN.LR": 1e-3, "TRAIN.EPOCHS": 2},
        "PhysFormer": {"TRAIN.LR": 1e-3, "MODEL.PHYSFORMER.NUM_LAYERS": 3, "MODEL.RFACENET.AUGMENT.FLIP": 0.0},
        "AutoHR": {"MODEL.AUTOHR.CHANNELS": 8, "TRAIN.DATA.PREPROCESS.DATA_TYPE": ["DiffNormalized"]},
        "RhythmNet": {"MODEL.RHYTHMNET.FRAMES": 108, "TRAIN.DATA.PREPROCESS.CHUNK_LENGTH": 128},
        "NAS-HR": {"MODEL.NASHR.START_BPM": 100.0, "TRAIN.DATA.PREPROCESS.CHUNK_LENGTH": 128},
        "PhysFormer++": {"TRAIN.EPOCHS": 4, "MODEL.PHYSFORMER.NUM_LAYERS": 3, "MODEL.RFACENET.AUGMENT.FLIP": 0.0},
    }
    used = {f"{name}.yaml" for name in CONFIGS.values() if name}
    assert {path.name for path in (SHIPPED / "table1_demo").glob("*.yaml")} <= used
    for method, its in own.items():
        settings = settings_of(tmp_path, method)
        assert {**shared, **its}.items() <= settings.items()


def test_a_file_of_a_folder_that_would_be_laid_over_nothing_is_refused(options, tmp_path, capsys):
    write(tmp_path / "own" / "PHYSNETS.yaml", {"TRAIN.EPOCHS": 2})
    status, _, err = run(capsys, *options, tmp_path / "own")
    assert status == 2 and "own is 'PHYSNETS.yaml', which is unknown. Did you mean 'PHYSNET.yaml'?" in err
    assert not (tmp_path / "out").exists()
