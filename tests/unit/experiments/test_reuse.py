"""Runs that another table has made are taken, not made again."""

import json

import pytest
from support.fake_results import write_result

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.experiments.reuse import reuse
from rfacenet_toolbox.experiments.run import RECORD, Run
from rfacenet_toolbox.experiments.tables import Row


def run(folder, name="rFaceNet", epochs=2):
    content = {
        "TOOLBOX_MODE": "train_and_test",
        "TRAIN": {"EPOCHS": epochs, "MODEL_FILE_NAME": name},
        "MODEL": {"NAME": "rFaceNet"},
    }
    return Run(f"{name}, {epochs} epochs", folder, content)


def finish(one):
    one.folder.mkdir(parents=True)
    one.finish(1.0)
    write_result(one.folder, [1.0, 2.0])


def rows_of(*runs):
    return [Row("row", ("PURE", "UBFC-rPPG"), list(runs))]


def test_a_finished_run_with_the_same_settings_is_taken(tmp_path):
    there = run(tmp_path / "table2" / "rFaceNet")
    finish(there)
    own = run(tmp_path / "table3" / "STAGE3", name="stage3")
    (row,), taken = reuse(rows_of(own), str(tmp_path / "table2"))
    assert row.runs[0].folder == there.folder and row.runs[0].done and row.runs[0].name == own.name
    assert taken == {own.name: there.folder}


def test_others_are_made(tmp_path):
    finish(run(tmp_path / "table2" / "rFaceNet"))
    begun = run(tmp_path / "table2" / "begun", epochs=3)
    begun.folder.mkdir(parents=True)
    begun.begin()
    (tmp_path / "table2" / "damaged").mkdir()
    (tmp_path / "table2" / "damaged" / RECORD).write_text("{")
    runs = run(tmp_path / "table3" / "a", epochs=3), run(tmp_path / "table3" / "b", epochs=4)
    rows, taken = reuse(rows_of(*runs), str(tmp_path / "table2"))
    assert rows[0].runs == list(runs) and not taken


def test_what_is_done_already_is_left(tmp_path):
    for folder in ("table2", "table3"):
        finish(run(tmp_path / folder / "rFaceNet"))
    own = run(tmp_path / "table3" / "rFaceNet")
    rows, taken = reuse(rows_of(own), str(tmp_path / "table2"))
    assert rows[0].runs == [own] and not taken


def test_a_setting_that_is_newer_than_a_run_had_its_default(tmp_path):
    there = run(tmp_path / "table2" / "rFaceNet")
    finish(there)
    record = json.loads((there.folder / RECORD).read_text())
    del record["settings"]["MODEL.RFACENET.OPTIMIZER.NAME"]
    (there.folder / RECORD).write_text(json.dumps(record))
    _, taken = reuse(rows_of(run(tmp_path / "table3" / "a")), str(tmp_path / "table2"))
    assert list(taken.values()) == [there.folder]


def _without_videos(folder):
    (folder / "per_video.csv").unlink()


def _with_a_number_as_name(folder):
    record = json.loads((folder / RECORD).read_text())
    record["settings"]["TRAIN.MODEL_FILE_NAME"] = 3
    (folder / RECORD).write_text(json.dumps(record))


@pytest.mark.parametrize("damage", [_without_videos, _with_a_number_as_name])
def test_a_damaged_run_is_made_again(tmp_path, damage):
    there = run(tmp_path / "table2" / "rFaceNet")
    finish(there)
    damage(there.folder)
    own = run(tmp_path / "table3" / "a")
    rows, taken = reuse(rows_of(own), str(tmp_path / "table2"))
    assert rows[0].runs == [own] and not taken


def test_no_such_folder_is_named(tmp_path):
    with pytest.raises(ConfigError, match="nowhere is not a folder"):
        reuse([], str(tmp_path / "nowhere"))
