"""The evaluation against the toolbox's own functions: stored numbers, and live checkouts named in RPPG_TOOLBOX."""

import importlib.util
import json

import pytest
from support.checkouts import REAL
from support.paths import GOLDEN

from rfacenet_toolbox.evaluation import Scheme, evaluate, join_chunks

SCRIPT = GOLDEN / "make_evaluation_golden.py"

_spec = importlib.util.spec_from_file_location("make_evaluation_golden", str(SCRIPT))
maker = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(maker)


def assert_agrees(golden, protocol, title):
    """Our scores of a case are the toolbox's to 1e-6, window by window and as printed."""
    case = maker.CASES[title]
    predictions, labels = (
        {video: join_chunks(chunks) for video, chunks in side.items()}
        for side in maker.make_signals(case["label_type"], case["fs_hz"])
    )
    summary, per_video = evaluate(
        predictions,
        labels,
        case["fs_hz"],
        Scheme([protocol], case["method"], case["window_s"]),
        is_derivative=case["label_type"] == "DiffNormalized",
    )[protocol]
    scored = [score for scores in per_video.values() for score in scores if score.skipped is None]
    assert summary["n"] == len(scored) == len(golden["windows"])
    for score, row in zip(scored, golden["windows"]):
        ours = [score.heart_rate_bpm, score.label_heart_rate_bpm, score.snr_db, score.macc]
        assert ours[: len(row)] == pytest.approx(row, abs=1e-6, rel=0)
    assert {"MAE", "RMSE", "MAPE", "Pearson"} <= set(golden["metrics"])
    for metric, printed in golden["metrics"].items():
        assert summary[metric] == pytest.approx(printed, abs=1e-6, rel=0)


@pytest.mark.parametrize("title", list(maker.CASES))
@pytest.mark.parametrize("protocol", ["neurips2023", "toolbox2025"])
def test_agrees_with_stored_numbers_of_the_toolbox(protocol, title):
    golden = json.loads(maker.GOLDEN.read_text(encoding="utf-8"))
    assert all(len(row) == 4 for row in golden[protocol][title]["windows"])
    assert_agrees(golden[protocol][title], protocol, title)


def test_the_stored_cases_have_windows_too_short_to_score():
    case = maker.CASES["derivative-windows"]
    predictions, _ = maker.make_signals(case["label_type"], case["fs_hz"])
    rests = [maker.CHUNK * len(chunks) % (case["window_s"] * case["fs_hz"]) for chunks in predictions.values()]
    assert any(0 < rest < 9 for rest in rests) and any(rest >= 10 for rest in rests)


@pytest.mark.toolbox
def test_agrees_with_live_checkouts():
    for protocol, cases in maker.collect(REAL).items():
        for title, golden in cases.items():
            assert_agrees(golden, protocol, title)
