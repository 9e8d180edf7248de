"""A run in its folder: what it is, when it is done, and what is never lost or taken for finished."""

import json

import pytest
import yaml
from support.configs import PURE_TO_UBFC
from support.fake_results import write_result
from support.fake_runs import make_run
from support.systems import needs_locks

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.experiments import Run, overlaid
from rfacenet_toolbox.training.resume import state_path


def written(run):
    return yaml.safe_load((run.folder / "config.yaml").read_text())


def test_it_is_done_when_its_results_are_there_for_its_config(tmp_path):
    run = make_run(tmp_path / "a")
    assert not run.done
    run.begin()
    assert not run.done and not run.has_results
    write_result(run.folder, [1.0])
    assert run.done
    assert not make_run(tmp_path / "a", seed=101).done


def test_a_damaged_results_file_is_made_again(tmp_path):
    run = make_run(tmp_path / "a")
    run.begin()
    path = write_result(run.folder, [1.0])
    path.write_text(path.read_text()[:-20])
    assert run.current and not run.has_results and not run.done


def test_results_without_a_record_are_not_taken_for_its_own(tmp_path):
    run = make_run(tmp_path / "a")
    write_result(run.folder, [1.0])
    assert not run.done
    (run.folder / "run.json").write_text("{ cut sho")
    assert not run.done


@pytest.mark.parametrize(
    "change", [{"settings": [1]}, {"settings": "x"}, {"seconds": "long"}, {"seconds": -1}, {"seconds": None}]
)
def test_a_record_of_odd_values_is_none(tmp_path, change):
    run = make_run(tmp_path / "a")
    run.begin()
    run.finish(2.5)
    assert run.current and run.record["seconds"] == 2.5
    (run.folder / "run.json").write_text(json.dumps({**run.record, **change}))
    assert run.record == {} and not run.current


def test_results_of_another_config_are_kept_and_the_difference_is_named(tmp_path):
    before = make_run(tmp_path / "a", {"TRAIN.EPOCHS": 3})
    before.begin()
    write_result(before.folder, [1.0])
    with pytest.raises(ConfigError, match=r"TRAIN.EPOCHS was 3 and is 5 now \(1 settings differ\). Name another --out"):
        make_run(tmp_path / "a", {"TRAIN.EPOCHS": 5}).check_kept()
    before.check_kept()


def test_an_unfinished_run_of_another_config_is_begun_anew(tmp_path):
    make_run(tmp_path / "a", {"TRAIN.EPOCHS": 3}).begin()
    run = make_run(tmp_path / "a", {"TRAIN.EPOCHS": 5})
    run.check_kept()
    run.begin()
    assert run.current and not run.done


def test_what_cannot_change_a_result_is_not_compared(tmp_path):
    run = make_run(tmp_path / "a")
    moved = {
        "DEVICE": "cpu",
        "TRAIN": {"DATA": {"CACHED_PATH": "elsewhere", "DO_PREPROCESS": True}},
        "MODEL": {"RFACENET": {"RUNTIME": {"WORKERS": 3}}},
    }
    assert Run("b", tmp_path / "b", overlaid(run.content, moved)).settings == run.settings
    assert make_run(tmp_path / "a", toolbox="/a/checkout").settings != run.settings
    other_data = overlaid(run.content, {"TEST": {"DATA": {"DATA_PATH": "elsewhere"}}})
    assert Run("b", tmp_path / "b", other_data).settings != run.settings


def test_the_config_that_is_written_logs_into_the_folder(tmp_path):
    run = make_run(tmp_path / "a")
    run.begin()
    assert written(run)["LOG"] == {"PATH": str(run.folder)} and written(run)["BASE"] == [PURE_TO_UBFC]
    assert "RESUME" not in written(run)["MODEL"]["RFACENET"]


def test_a_setting_that_came_later_had_its_default(tmp_path):
    run = make_run(tmp_path / "a")
    run.begin()
    write_result(run.folder, [1.0])
    record = json.loads((run.folder / "run.json").read_text())
    del record["settings"]["MODEL.RFACENET.TCU_STEPS"]
    (run.folder / "run.json").write_text(json.dumps(record))
    assert run.done
    steps = run.config.MODEL.RFACENET.TCU_STEPS
    other = Run("b", run.folder, overlaid(run.content, {"MODEL": {"RFACENET": {"TCU_STEPS": steps + 1}}}))
    with pytest.raises(ConfigError, match=f"TCU_STEPS was {steps} and is {steps + 1} now"):
        other.check_kept()


def test_in_a_checkout_nothing_is_preprocessed_again(tmp_path):
    run = make_run(tmp_path / "a", toolbox="/a/checkout")
    run.begin()
    assert all(written(run)[split]["DATA"]["DO_PREPROCESS"] is False for split in ("TRAIN", "VALID", "TEST"))


def test_a_training_is_kept_for_its_own_config_only(tmp_path):
    run = make_run(tmp_path / "a", {"TRAIN.EPOCHS": 2})
    run.begin()
    state = tmp_path / state_path(run.config)
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text("")
    run.begin()
    assert state.is_file()
    make_run(tmp_path / "a", {"TRAIN.EPOCHS": 2}, seed=101).begin()
    assert not state.is_file()


def test_signal_methods_have_a_result_each_and_may_become_more(tmp_path):
    def signal_run(*methods):
        content = {
            "BASE": [PURE_TO_UBFC],
            "TOOLBOX_MODE": "unsupervised_method",
            "UNSUPERVISED": {"METHOD": list(methods)},
        }
        return Run("signal", tmp_path / "signal", content)

    run = signal_run("GREEN", "POS")
    assert run.results == {method: run.folder / method / "results.json" for method in ("GREEN", "POS")}
    run.begin()
    write_result(run.folder / "GREEN", [1.0])
    assert not run.done
    write_result(run.folder / "POS", [1.0])
    assert run.done
    more = signal_run("GREEN", "POS", "OMIT")
    assert not more.done
    more.begin()
    assert (run.folder / "GREEN" / "results.json").is_file()


@needs_locks
def test_the_lock_is_held_once(tmp_path):
    run = make_run(tmp_path / "a")
    first = run.lock()
    assert run.lock() is None
    first.close()
    second = run.lock()
    assert second is not None
    second.close()


def test_the_record_is_for_people_too(tmp_path):
    run = make_run(tmp_path / "a", {"TRAIN.EPOCHS": 7})
    run.begin()
    run.finish(12.5)
    record = json.loads((run.folder / "run.json").read_text())
    assert record["settings"]["TRAIN.EPOCHS"] == 7 and record["settings"]["host"] == "standalone"
    assert record["seconds"] == 12.5
