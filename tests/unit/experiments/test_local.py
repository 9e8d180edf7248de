"""The outputs that the toolbox's own models save, scored as ours are."""

import json
import sys
from pathlib import Path

import pytest
from support.fake_runs import make_run
from support.systems import needs_locks
from support.toolbox_outputs import pulses, write

from rfacenet_toolbox.experiments import LocalLauncher, local, run_all

RATES = {"subject1": 60.0, "subject3": 75.0, "subject4": 90.0}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run in a checkout, whose child process does nothing."""
    monkeypatch.setattr(local, "command", lambda run: [sys.executable, "-c", "print('trained and tested')"])
    return make_run(tmp_path / "run", toolbox=str(tmp_path))


def outputs_path(run):
    return Path(run.config.TEST.OUTPUT_SAVE_DIR) / f"{run.config.TRAIN.MODEL_FILE_NAME}_outputs.pickle"


@needs_locks
def test_saved_outputs_become_results_of_the_same_evaluation(run):
    path = outputs_path(run)
    path.parent.mkdir(parents=True)
    write(path, pulses({**RATES, "subject4": 105.0}), pulses(RATES))
    before = path.read_bytes()
    (outcome,) = run_all([run], LocalLauncher())
    assert outcome.failure is None and run.done and path.read_bytes() == before
    content = json.loads((run.folder / "results.json").read_text())
    assert (content["host"], content["host_revision"], content["videos"]["scored"]) == ("toolbox", "unknown", 3)
    assert content["protocols"]["neurips2023"]["MAE"][0] == pytest.approx(5.0, abs=1.0)  # the FFT's grid is 1.8 bpm
    rows = (run.folder / "per_video.csv").read_text().splitlines()
    assert sum(row.startswith("neurips2023,subject") for row in rows) == 3
    assert "MAE" in run.log.read_text()


@needs_locks
def test_a_model_that_saved_nothing_has_failed(run):
    (outcome,) = run_all([run], LocalLauncher())
    assert "_outputs.pickle" in outcome.failure and not run.done
