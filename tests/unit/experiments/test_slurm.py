"""Runs as a cluster's jobs; submitit's local executor is the cluster."""

import sys

import pytest
from support.configs import PURE_TO_UBFC
from support.systems import needs_locks

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.experiments import Run, run_all
from rfacenet_toolbox.experiments.slurm import SlurmLauncher

pytestmark = needs_locks


def test_without_submitit_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(ConfigError, match=r"pip install 'rfacenet-toolbox\[slurm\]'"):
        SlurmLauncher(tmp_path)


def test_options_are_names_and_values(tmp_path):
    pytest.importorskip("submitit")
    with pytest.raises(ConfigError, match="gpu is not NAME=VALUE"):
        SlurmLauncher(tmp_path, ["cluster=local", "gpu"])
    with pytest.raises(ConfigError, match="no_such_parameter"):
        SlurmLauncher(tmp_path, ["cluster=local", "no_such_parameter=1"])


def test_where_there_is_no_slurm_it_is_said(tmp_path, monkeypatch):
    pytest.importorskip("submitit")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="slurm"):
        SlurmLauncher(tmp_path)


def test_a_run_that_another_process_executes_is_not_submitted(tmp_path):
    pytest.importorskip("submitit")
    run = Run("run", tmp_path / "run", {"BASE": [PURE_TO_UBFC]})
    lock = run.lock()
    assert SlurmLauncher(tmp_path / "slurm", ["cluster=local"]).start(run) is None
    lock.close()


@pytest.mark.slow
def test_a_job_ends_as_its_run_does(tmp_path):
    """The run ends before it trains: that its failure comes back is what is tried."""
    pytest.importorskip("submitit")
    nothing = {"DATA": {"DO_PREPROCESS": False, "CACHED_PATH": str(tmp_path / "no_clips")}}
    content = {"BASE": [PURE_TO_UBFC], "TRAIN": nothing, "TEST": nothing}
    run, said = Run("run", tmp_path / "run", content), []
    (outcome,) = run_all([run], SlurmLauncher(tmp_path / "slurm", ["cluster=local", "timeout_min=5"]), say=said.append)
    assert outcome.run == run and "exit status 2" in outcome.failure and "CACHED_PATH" in outcome.failure
    assert run.log.is_file() and said[-1].startswith("FAILED run")
