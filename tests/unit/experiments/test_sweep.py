"""The runs of a sweep: paths and caches that mean the same wherever they are started."""

from pathlib import Path

import pytest
from support.configs import PURE_TO_UBFC

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.experiments.sweep import make_runs


def test_paths_mean_the_same_wherever_the_run_is_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = ["TEST.DATA.DATA_PATH=sets/UBFC-rPPG"]
    here, there = (make_runs(PURE_TO_UBFC, settings, [], "out", toolbox)[0] for toolbox in (None, "/a/checkout"))
    assert str(tmp_path / "sets" / "UBFC-rPPG") == here.config.TEST.DATA.DATA_PATH
    assert here.config.TRAIN.DATA.CACHED_PATH.startswith(str(tmp_path / "PreprocessedData" / "PURE_SizeW72"))
    assert there.config.TEST.DATA.DATA_PATH == "/a/checkout/sets/UBFC-rPPG"
    assert here.folder == tmp_path / "out" / "DATA_PATH=sets_UBFC-rPPG"


def clips_of(runs, split):
    return [Path(run.config[split].DATA.CACHED_PATH) for run in runs]


@pytest.mark.parametrize("setting", ["TRAIN.DATA.DATA_PATH=a,b", "TRAIN.DATA.PREPROCESS.RESIZE.H=40,72"])
def test_clips_that_the_toolbox_would_give_one_name_are_kept_apart(tmp_path, monkeypatch, setting):
    monkeypatch.chdir(tmp_path)
    first, again, second, _ = clips_of(make_runs(PURE_TO_UBFC, [setting], [100, 101], "out"), "TRAIN")
    assert first == again and first.name == second.name and first.parent != second.parent
    assert first.parent.parent == second.parent.parent == tmp_path / "PreprocessedData"
    key, _, values = setting.partition("=")
    backwards = make_runs(PURE_TO_UBFC, [f"{key}={','.join(values.split(',')[::-1])}"], [], "out")
    assert clips_of(backwards, "TRAIN") == [second, first]
    ready = "TRAIN.DATA.DO_PREPROCESS=False"
    assert len({path.parent for path in clips_of(make_runs(PURE_TO_UBFC, [setting, ready], [], "out"), "TRAIN")}) == 1


def test_clips_that_runs_share_stay_where_the_base_has_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = make_runs(PURE_TO_UBFC, ["TRAIN.LR=1e-3,2e-3", "TRAIN.DATA.PREPROCESS.RESIZE.W=40,72"], [], "out")
    assert {path.parent for path in clips_of(runs, "TRAIN") + clips_of(runs, "TEST")} == {tmp_path / "PreprocessedData"}


def test_a_value_of_another_type_is_an_error_before_anything_is_run(tmp_path):
    with pytest.raises(ConfigError, match="EPOCHS"):
        make_runs(PURE_TO_UBFC, ["TRAIN.EPOCHS=many"], [], tmp_path)
    assert list(tmp_path.iterdir()) == []
