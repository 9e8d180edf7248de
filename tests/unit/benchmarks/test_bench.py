"""The benchmark's table: which rows are measured, what a line says, sides in processes of their own."""

import functools
import math
import sys
from argparse import Namespace
from types import SimpleNamespace

import pytest
from support.paths import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

import bench  # noqa: E402  (below the path it needs)
import lever_study  # noqa: E402
import rows  # noqa: E402
import rows_data  # noqa: E402
import rows_step  # noqa: E402
import side  # noqa: E402

ARGS = Namespace(size=16, frames=150, recordings=1, repeats=5)


def row(key="a:one", **fields):
    return rows.Row(key, "a row", rows.sides(lambda: 3.0), **fields)


def keys(wanted, checkout=None):
    return [one.key for one in bench.selected(wanted, checkout, ARGS)]


def test_groups_and_single_rows_are_selected(monkeypatch):
    first, second = (lambda *given: iter([row("a:one"), row("a:two")])), (lambda *given: iter([row("b:one")]))
    monkeypatch.setattr(bench, "groups", lambda: {"a": first, "b": second})
    assert keys([]) == ["a:one", "a:two", "b:one"]
    assert keys(["a"]) == ["a:one", "a:two"]
    assert keys(["a:two", "b"]) == ["a:two", "b:one"]
    with pytest.raises(SystemExit, match="No group of rows is named c; there are a, b"):
        keys(["c"])
    with pytest.raises(SystemExit, match="a has no such row; it has a:one, a:two"):
        keys(["a:three"])


def test_real_rows_have_keys_of_their_group_and_no_key_twice():
    found = keys(["step", "vipl", "epoch", "loaders", "preprocessing", "evaluation"])
    assert len(found) == len(set(found))
    assert found[0] == "step:fp32", "fp32 against fp32 comes first"
    assert {"step:every-lever", "epoch:pure", "evaluation:fft-windows", "loaders:toolbox"} <= set(found)


def test_a_row_without_the_other_side_prints_ours_and_says_so():
    measured = {**bench.measure(row(against="theirs", aim=0.5), lambda: None, None, 1), "command": "do this"}
    assert "ratio" not in measured and "met" not in measured
    assert "not compared with theirs" in bench.line(measured) and "do this" in bench.line(measured)


def test_a_ratio_is_judged_by_its_aim_and_scaled_times_stay_a_ratio():
    calls = []
    measured = bench.measure(row(aim=1e9, scale=165), lambda: calls.append(1), lambda: calls.append(2), 3)
    assert calls == [1, 2] * 4, "in turn, after one of each that does not count"
    assert measured["met"] and measured["lowest"] <= measured["ratio"] <= measured["highest"]
    assert measured["ours"] < 165 and " met" in bench.line({**measured, "command": ""})


def test_other_units_are_printed_and_judged_in_their_unit():
    measured = bench.measure(row(unit="MB", aim=400), lambda: 412.0, None, 5)
    assert measured["ours"] == 412 and measured["met"] is False
    said = bench.line({**measured, "command": ""})
    assert "412 MB" in said and "aim 400 MB MISSED" in said


def test_memory_rows_of_the_memory_benchmark_are_taken(monkeypatch):
    found = SimpleNamespace(name="a worker", megabytes={500: 210.0, 2000: 250.0}, aim=400, aim_frames=2000, note="n")
    monkeypatch.setitem(sys.modules, "memory", SimpleNamespace(memory=lambda checkout, args: [found]))
    (one,) = rows_data.memory(None, ARGS)
    with one.sides() as (ours, theirs):
        assert ours() == 250 and theirs is None
    assert (one.unit, one.aim) == ("MB", 400) and "500 frames 210 MB" in one.note


def test_the_command_for_a_row_carries_the_sizes_that_are_not_the_defaults():
    args = Namespace(size=36, frames=500, recordings=2, repeats=5)
    assert bench._command(args, "step:fp32") == "python benchmarks/bench.py step:fp32 --size 36"


def test_a_side_calls_in_its_own_process_and_says_what_failed():
    with side.Side(functools.partial, math.sqrt, 4.0) as sqrt:
        assert sqrt() == 2
    with side.Side(functools.partial, int, "x") as failing, pytest.raises(RuntimeError, match="invalid literal"):
        failing()


def test_an_epoch_of_pure_is_165_steps():
    (one,) = rows_step.epoch(None, ARGS)
    assert one.scale == 165 == math.ceil(47 * (60 * 30 // 128) / 4) and "165 steps: 47 recordings" in one.note


@pytest.mark.parametrize("settings", [{}, {"CHANNELS_LAST": True, "FUSED_OPTIMIZER": True, "PRECISION": "bf16"}])
def test_our_step_runs_under_its_levers(settings):
    rows_step.our_step(16, 16, settings)()


def test_lever_study_has_every_lever_alone_and_together():
    variants = lever_study.lever_settings()
    none = {"KEEP_MEMORY": False, "CHANNELS_LAST": False}  # whatever the demo's own config has
    assert variants["none"] == none and variants["kept memory"] == {**none, "KEEP_MEMORY": True}
    assert variants["compiled"] == {**none, "COMPILE": True}
    assert variants["every lever"]["CHANNELS_LAST"]
