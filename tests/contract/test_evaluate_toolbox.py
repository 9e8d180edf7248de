"""``rfacenet evaluate`` on outputs of the toolbox's DeepPhys, which are not part of this repository."""

import importlib.util
import random

import pytest
from support.checkouts import REAL
from support.commands import evaluations
from support.paths import GOLDEN
from support.toolbox_outputs import real_signals, write


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    return write(tmp_path_factory.mktemp("real") / "deepphys_outputs.pickle", *real_signals())


@pytest.mark.real_data
def test_the_real_outputs_of_deepphys(capsys, real):
    """The paper's Table 2 has 1.21 ± 0.41, 2.90 ± 3.75 and 0.99 ± 0.02 for DeepPhys on these subjects."""
    scored = evaluations(capsys, real)
    assert all(entry["videos_scored"] == 42 and not entry["left_out"] for entry in scored.values())
    expected = {
        "neurips2023": {"MAE": [0.984, 0.379], "RMSE": [2.647, 3.625], "Pearson": [0.990, 0.022]},
        "toolbox2025": {"MAE": [2.658, 1.674], "RMSE": [11.168, 10.779]},
    }
    for protocol, metrics in expected.items():
        for metric, numbers in metrics.items():
            assert [round(number, 3) for number in scored[protocol]["metrics"][metric]] == numbers


@pytest.mark.real_data
@pytest.mark.toolbox
@pytest.mark.parametrize(
    "seed, count, method, window_s",
    [(1, 2, "FFT", None), (2, 6, "FFT", 10), (3, 5, "peak", 10), (4, 3, "FFT", 20)],
    ids=["whole videos", "windows of 10 s", "peaks", "windows of 20 s"],
)
def test_any_subset_of_the_real_outputs_agrees_with_the_toolbox(capsys, tmp_path, seed, count, method, window_s):
    script = GOLDEN / "make_evaluation_golden.py"
    spec = importlib.util.spec_from_file_location("make_evaluation_golden", str(script))
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)

    videos = random.Random(seed).sample(sorted(real_signals()[0]), count)
    signals = real_signals(videos)
    path = write(tmp_path / "subset_outputs.pickle", *signals)
    scored = evaluations(capsys, path, "--method", method, *([] if window_s is None else ["--window", window_s]))
    case = {
        "label_type": "DiffNormalized",
        "fs_hz": 30,
        "window_s": window_s,
        "method": "FFT" if method == "FFT" else "peak detection",
    }
    chunks = [{video: {0: signal} for video, signal in side.items()} for side in signals]
    for checkout in REAL:
        protocol, post_process, metrics = maker.load(checkout)
        printed = maker.run_case(case, post_process, metrics, signals=chunks)["metrics"]
        assert {"MAE", "RMSE", "MAPE"} <= set(printed)
        for metric, numbers in printed.items():
            if scored[protocol]["metrics"][metric] != [None, None]:
                assert scored[protocol]["metrics"][metric] == pytest.approx(numbers, abs=1e-6, rel=0)
