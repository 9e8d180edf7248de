"""A data set of one's own, trained and tested in three folds by the config alone."""

import json

import pytest
from support import configs, recordings

from rfacenet_toolbox import cli
from rfacenet_toolbox.runtime.tables import read_csv

FOLDS = 3
PARTS = (("TRAIN", "train"), ("VALID", "test"), ("TEST", "test"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    lines = ["video,subject,truth,column,fps,fold"]
    for subject in range(1, 2 * FOLDS + 1):
        frames = recordings.face_frames(70, seed=subject)
        recordings.write_video(folder / f"{subject}.avi", frames, 25.0)
        values = "\n".join(f"{value:.6f}" for value in recordings.pulse(70, 25.0))
        (folder / f"{subject}.csv").write_text(f"ppg\n{values}\n")
        lines.append(f"{subject}.avi,P{subject},{subject}.csv,ppg,25,{subject % FOLDS}")
    (folder / "manifest.csv").write_text("\n".join(lines))
    return folder


def own_config(folder, tmp_path, fold):
    job = configs.small_job(tmp_path)
    data = {"DATASET": "Manifest", "DATA_PATH": str(folder), "BEGIN": 0.0, "END": 1.0}
    parts = [{f"{split}.DATA": {"MANIFEST.FOLD": f"{part} {fold}"}} for split, part in PARTS]
    used = {"TRAIN.EPOCHS": 1, "TEST.USE_LAST_EPOCH": True}
    return configs.write(tmp_path / "own.yaml", job, configs.for_splits(data), *parts, used)


@pytest.mark.parametrize("fold", range(FOLDS))
def test_each_fold_is_tested_by_a_network_of_the_others(folder, tmp_path, fold):
    assert cli.main(["run", "--config_file", str(own_config(folder, tmp_path, fold))]) == 0
    results = json.loads((tmp_path / "run" / "results.json").read_text())
    tested = {row["video"] for row in read_csv(str(tmp_path / "run" / "per_video.csv"))}
    assert tested == {f"P{subject}.{subject}" for subject in range(1, 7) if subject % FOLDS == fold}
    assert results["model"] == "rFaceNet"


def test_the_same_people_in_two_splits_are_refused(folder, tmp_path, capsys):
    config = own_config(folder, tmp_path, 1)
    config.write_text(config.read_text().replace("test 1", "train 1"))
    assert cli.main(["run", "--config_file", str(config)]) == 2
    assert "4 recordings are in the training set and in the test set" in capsys.readouterr().err
