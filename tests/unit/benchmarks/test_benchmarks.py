"""Each benchmark starts, says what it measures, and the documents call each by a name that exists."""

import re
import runpy
import sys

import numpy as np
import pytest
from support.paths import ROOT

from rfacenet_toolbox.prediction import confidence
from rfacenet_toolbox.prediction.evidence import Evidence
from rfacenet_toolbox.prediction.face_signals import EvenSignals
from rfacenet_toolbox.prediction.frames import Frame

FILES = sorted((ROOT / "benchmarks").glob("*.py"))
IMPORTED = ("measuring.py", "reliability.py", "training_runs.py", "zero_map.py")
SCRIPTS = [path for path in FILES if path.name not in IMPORTED]


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
    assert named and named <= {path.name for path in FILES}


def test_calls_are_timed_in_turn_and_compared_pair_by_pair(capsys):
    from measuring import compare

    made = []
    compare("ours", lambda: made.append("A"), lambda: made.append("B"), "theirs", repeats=2)
    assert made == ["A", "B"] * 3, "the first pair warms up"
    assert re.search(r"ours .* s, .* times theirs \(.* to .*\)", capsys.readouterr().out)


def test_the_fit_of_expected_errors_turns_no_evidence_against_itself():
    from calibrate_quality import fitted

    random = np.random.default_rng(0)
    found = [Evidence(*row) for row in random.random((300, len(Evidence._fields)))]
    support, stillness = np.transpose([(each.support, each.stillness) for each in found])
    wrong = support + 0.3 * random.random(300) < 0.6 + 0.3 * (stillness - 0.5)  # stillness misleads
    numbers = fitted([(each, 40.0 if is_wrong else 1.0, 1.0) for each, is_wrong in zip(found, wrong)])
    weights = numbers["weights"]
    assert min(weights.values()) >= 0 and max(weights, key=weights.get) == "support" and weights["stillness"] < 1
    assert (numbers["error_right_bpm"], numbers["error_wrong_bpm"]) == (1.0, 40.0)
    assert numbers["values"] == 300 and numbers["wrong"] == wrong.sum()


def test_choosing_by_the_least_expected_error_is_compared_with_the_network():
    from calibrate_quality import by_kind, least_expected

    good, bad = Evidence(*[1.0] * 5), Evidence(*[0.0] * 5)
    read = {
        "one": {"rfacenet": {"whole": [(bad, 20.0)]}, "pos": {"whole": [(good, 2.0)]}},
        "two": {"rfacenet": {"whole": [(good, 1.0)], "window": [(good, 1.0), (bad, 1.0)]}},
        "three": {},
    }
    models = {kind: {"whole": confidence.model(kind == "network", True)} for kind in ("network", "signal")}
    said = least_expected(read, models)
    assert "2 recordings" in said and "10.50 bpm (50% within 3)" in said and "1.50 bpm (100%)" in said
    rows = by_kind(read)
    assert rows["network"]["window"] == [(good, 1.0, 0.5), (bad, 1.0, 0.5)]
    assert rows["signal"]["whole"] == [(good, 2.0, pytest.approx(1 / 3))]


def test_estimates_of_other_weights_are_not_taken_for_those_of_these(tmp_path):
    from held_out import version

    (tmp_path / "my.safetensors").write_bytes(b"one")
    before = version(f"rfacenet={tmp_path / 'my.safetensors'}")
    (tmp_path / "my.safetensors").write_bytes(b"two")
    versions = {before, version(f"rfacenet={tmp_path / 'my.safetensors'}"), version("rfacenet")}
    assert len(versions) == 3 and all(version.startswith("rfacenet ") for version in versions)
    assert version("pos") == "pos"


def signals_of_light_and_pulse(pulse, seed):
    """20 s of a face under strong changes of the light, whose green light alone has the pulse."""
    random = np.random.default_rng(seed)
    rgb = 100 * (1 + 0.02 * random.standard_normal(600))[:, None] + 0.1 * random.standard_normal((600, 3))
    rgb[:, 1] += pulse
    known = np.ones(600, dtype=bool)
    return EvenSignals(30.0, 0.0, rgb, np.repeat(rgb[:, None], 3, axis=1), random.standard_normal((600, 2)), known)


def test_the_mix_that_is_told_the_pulse_finds_it_where_it_is_and_only_there():
    from ceiling import mixed_bpm

    times_s = np.arange(600) / 30
    pulse = np.sin(2 * np.pi * 1.5 * times_s)
    truth = np.stack([pulse, np.full(600, 90.0), times_s])
    assert mixed_bpm(signals_of_light_and_pulse(0.2 * pulse, 0), truth) == pytest.approx(90, abs=1)
    found = [abs(mixed_bpm(signals_of_light_and_pulse(0 * pulse, seed), truth) - 90) <= 3 for seed in range(20)]
    assert sum(found) <= 4  # by chance: what is told of one half says nothing of the other half's noise


def test_perturbed_copies_are_what_their_names_say():
    pytest.importorskip("av")
    from perturbed import COPIES

    image = np.random.default_rng(0).integers(60, 200, (96, 240, 3), dtype=np.uint8)
    frames = [Frame(index / 30, image) for index in range(60)]
    copies = {name: list(make(frames)) for name, make in COPIES.items()}
    assert all(np.all(np.diff([frame.time_s for frame in copy]) > 0) for copy in copies.values())
    assert {len(copy) for name, copy in copies.items() if "frames" not in name} == {60}
    assert len(copies["10 frames per second"]) == 20 and 40 <= len(copies["dropped frames"]) <= 56
    assert copies["160 pixels wide"][0].image.shape == (64, 160, 3)
    assert np.array_equal(copies["mirrored"][5].image, image[:, ::-1])
    assert copies["dark"][0].image.mean() < 0.6 * image.mean() and copies["far"][0].image.shape == image.shape
    blur = [np.abs(copies[f"CRF {crf}"][0].image.astype(int) - image).mean() for crf in (18, 33)]
    assert blur[0] < blur[1]
