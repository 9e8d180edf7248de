"""What a command checks before it executes its runs."""

import sys

import pytest
from support.fake_runs import make_run
from support.systems import needs_locks

from rfacenet_toolbox.datasets.readers import DATASETS
from rfacenet_toolbox.datasets.ubfc_rppg import UbfcRppg
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.experiments import command
from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.methods.physnet import PhysNetLearner


class Here(UbfcRppg):
    """Registered in this process alone."""

    name = "Here"


class HereLearner(PhysNetLearner):
    """Registered in this process alone."""


@needs_locks
def test_what_only_this_process_knows_is_refused_before_any_run(tmp_path, monkeypatch):
    monkeypatch.setitem(DATASETS, "Here", Here())
    monkeypatch.setattr(registry, "METHODS", dict(registry.METHODS))
    registry.register("HereNet", HereLearner)
    module = Here.__module__
    for settings, key in (
        ({"TEST.DATA.DATASET": "Here"}, "TEST.DATA.DATASET 'Here'"),
        ({"MODEL.NAME": "HereNet"}, "MODEL.NAME 'HereNet'"),
    ):
        with pytest.raises(ConfigError, match=f"{key} is registered in this process alone, by the module {module}"):
            command.execute([make_run(tmp_path / "run", settings)], tmp_path)
        assert not (tmp_path / "run" / "log.txt").exists()
        with monkeypatch.context() as patch:
            patch.setenv("RFACENET_PLUGINS", module)
            patch.setattr(command, "cache_shared_clips", lambda runs: {})
            patch.setattr(command, "run_all", lambda *arguments: "executed")
            assert command.execute([make_run(tmp_path / "run", settings)], tmp_path) == "executed"
    assert module in sys.modules
