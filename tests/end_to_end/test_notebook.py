"""The notebook runs from top to bottom in a fresh clone, and says what it promises."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from support.paths import ROOT

NOTEBOOK = ROOT / "notebooks" / "first_steps.ipynb"


def code_of(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert all(not cell.get("outputs") for cell in cells), "the notebook is kept without outputs"
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


@pytest.mark.slow
def test_the_notebook_runs(tmp_path):
    shutil.copytree(ROOT / "toolbox_configs", tmp_path / "toolbox_configs")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "cells.py").write_text(code_of(NOTEBOOK), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "cells.py"],
        cwd=tmp_path / "notebooks",
        env={**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert "vid.avi: 7" in ended.stdout  # 72 bpm were drawn
    assert "neurips2023" in ended.stdout and "peak detection" in ended.stdout
    assert (tmp_path / "demo_data" / "notebook" / "run" / "results.json").is_file()
