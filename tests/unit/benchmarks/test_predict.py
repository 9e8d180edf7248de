"""What `rfacenet predict` is measured by: install size, peak memory, and the run of a side in its own process."""

import importlib.metadata
import sys
from argparse import Namespace
from pathlib import Path

import pytest
from support import own_videos
from support.paths import ROOT

sys.path.insert(0, str(ROOT))

from benchmarks import install_size, peak, predict  # noqa: E402  (below the path it needs)


def test_install_size_counts_what_is_required_and_nothing_else():
    sizes = install_size.install_size("pytest")
    assert {"pytest", "pluggy", "iniconfig", "packaging"} <= set(sizes) and "torch" not in sizes
    folder = Path(pytest.__file__).parent
    code = sum(path.stat().st_size for path in folder.rglob("*.py"))
    listed = sum(file.locate().stat().st_size for file in importlib.metadata.files("pluggy") if file.locate().exists())
    assert sizes["pytest"] >= code and sizes["pluggy"] == listed > 0
    assert install_size.install_size("no-such-distribution") is None


def test_an_editable_install_counts_its_package_folder(monkeypatch):
    class Editable:
        files, requires = (), ["pluggy>=1", "colorama; extra == 'colour'"]

    real = importlib.metadata.distribution
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Editable if name == "Ed_it" else real(name))
    sizes = install_size.install_size("Ed_it", "rfacenet_toolbox")
    assert set(sizes) == {"ed-it", "pluggy"} and sizes["ed-it"] > 100_000
    assert predict._size_line("ours", {"torch": 9e8, "numpy": 6e7}).endswith(
        "960 MB installed in 2 distributions (largest: torch 900, numpy 60)"
    )
    assert "not installed" in predict._size_line("ours", None)


def test_peak_memory_is_the_processs_own_and_stays():
    before = peak.peak_bytes()
    block = b"x" * (200 * 2**20)
    held = peak.peak_bytes()
    del block
    assert 10 * 2**20 < before < held and abs(peak.peak_bytes() - held) < 2**20
    command = [sys.executable, "-c", "from benchmarks.peak import peak_bytes; print(peak_bytes())"]
    assert predict._answer(command) < 100 * 2**20, "not what this process held"


def test_a_side_is_run_in_its_own_process(tmp_path):
    video = own_videos.write_video(tmp_path / "me.avi", own_videos.face_frames()[::2])
    command = predict._contestants(Namespace(methods=["pos"], open_rppg=None))["pos"]
    row = predict._row("pos", video, 80.0, predict._seconds(video), [predict._run(command, video)])
    assert row["heart_rate_bpm"] == pytest.approx(80, abs=3) and row["memory_mib"] > 20
    assert row["seconds"] == pytest.approx(11) and "(true 80)" in predict._line(row)
