"""Runs whose child process is a few lines of Python that leave results as the main job does."""

import sys
from pathlib import Path

from support.configs import PURE_TO_UBFC, for_splits, laid_over

from rfacenet_toolbox.experiments import Run, local

#: a file beside the config decides what becomes of the run: "fail", "hang" until it is removed, or nothing
CHILD = f"""
import os, sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
folder = os.path.dirname(sys.argv[-1])
print("child of", folder, flush=True)
if os.path.exists(os.path.join(folder, "fail")):
    sys.exit("error: made to fail")
while os.path.exists(os.path.join(folder, "hang")):
    time.sleep(0.05)
import fake_results
fake_results.leave_results(sys.argv[-1])
"""


def fake_children(monkeypatch):
    """From now on runs execute :data:`CHILD`."""
    monkeypatch.setattr(local, "command", lambda run: [sys.executable, "-c", CHILD, str(run.folder / "config.yaml")])


def make_run(folder, *settings, seed=100, name=None, toolbox=None):
    """A run that preprocesses nothing."""
    base = {"BASE": [PURE_TO_UBFC], "MODEL.RFACENET.RUNTIME.SEED": seed}
    content = laid_over(base, for_splits({"DO_PREPROCESS": False}, ("TRAIN", "TEST")), *settings)
    return Run(name or f"run {folder.name}", folder, content, toolbox, "fake")


def make_runs(folder, count):
    return [make_run(folder / f"run{number}", seed=100 + number) for number in range(count)]
