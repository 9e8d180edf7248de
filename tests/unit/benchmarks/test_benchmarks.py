"""Each benchmark starts, says what it measures, and the documents call each by a name that exists."""

import re
import runpy
import sys

import pytest
from support.paths import ROOT

SHARED = ("measuring.py", "reliability.py", "training_runs.py")
SCRIPTS = sorted(path for path in (ROOT / "benchmarks").glob("*.py") if path.name not in SHARED)


@pytest.fixture(autouse=True)
def own_path(monkeypatch):
    """The path that ``python benchmarks/X.py`` would have, for the time of a test."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_asks_one_question_and_starts(script, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [script.name, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script), run_name="__main__")
    assert ended.value.code == 0 and "?" in capsys.readouterr().out


def test_documents_name_scripts_that_exist():
    documents = [ROOT / "README.md", ROOT / "Makefile", *(ROOT / "docs").glob("*.md")]
    named = {name for path in documents for name in re.findall(r"benchmarks/(\w+\.py)", path.read_text("utf-8"))}
    assert named and named <= {script.name for script in SCRIPTS}


def test_calls_are_timed_in_turn_and_compared_pair_by_pair(capsys):
    from measuring import compare

    made = []
    compare("ours", lambda: made.append("A"), lambda: made.append("B"), "theirs", repeats=2)
    assert made == ["A", "B"] * 3, "the first pair warms up"
    assert re.search(r"ours .* s, .* times theirs \(.* to .*\)", capsys.readouterr().out)
