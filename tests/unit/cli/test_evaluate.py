"""``rfacenet evaluate`` as a user types it, on made and on real outputs."""

import csv
import json
import pickle
import re

import numpy as np
import pytest
from support.commands import evaluations, run
from support.toolbox_outputs import pulses, write

TRUTH = pulses({"subject1": 60, "subject2": 75, "subject3": 90, "subject4": 100}, seconds=24)
GUESS = pulses({"subject1": 60, "subject2": 79, "subject3": 88, "subject4": 100}, seconds=24, noise=0.2)


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "model_outputs.pickle", GUESS, TRUTH, label_type="Standardized")


def test_text_has_every_metric_under_every_protocol(capsys, path):
    status, out, err = run(capsys, "evaluate", path)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"{path}: 4 videos, Standardized, 30 Hz"
    assert lines[2:4] == [
        "neurips2023 (0.75-2.5 Hz), FFT, whole videos",
        "  4 of 4 videos scored; FFT grid 1.76 bpm",
    ]
    assert lines[10].startswith("  the FFT grid of 1.76 bpm is coarser than this MAE")
    assert lines[12] == "toolbox2025 (0.6-3.3 Hz), FFT, whole videos"
    for block in (lines[4:10], lines[14:20]):
        assert [line.split()[0] for line in block] == ["MAE", "RMSE", "MAPE", "Pearson", "SNR", "MACC"]
        assert all(" ± " in line for line in block)
        assert "by formula A " in block[1] and " bpm^2, by B " in block[1]


def test_both_standard_errors_of_rmse_are_told(capsys, path):
    scored = evaluations(capsys, path)
    for protocol, formula in (("neurips2023", "A"), ("toolbox2025", "B")):
        metrics = scored[protocol]["metrics"]
        assert metrics["RMSE_se_B"] == pytest.approx(metrics["RMSE_se_A"] ** 0.5)
        assert metrics["RMSE"][1] == metrics[f"RMSE_se_{formula}"] > 0


def test_protocols_methods_and_windows_are_chosen(capsys, path):
    argv = ["--protocol", "neurips2023", "--method", "FFT", "--method", "peak", "--window", "10"]
    _, out, _ = run(capsys, "evaluate", path, *argv)
    headings = [line for line in out.splitlines()[1:] if line and not line.startswith("  ")]
    assert headings == [
        "neurips2023 (0.75-2.5 Hz), FFT, windows of 10 s",
        "neurips2023 (0.75-2.5 Hz), peak detection, windows of 10 s",
    ]
    assert "  4 of 4 videos scored, 12 windows (0 left out); FFT grid 3.52 to 14.06 bpm" in out
    scored = evaluations(capsys, path, "--method", "peak", "--window", "10")["neurips2023"]
    assert (scored["method"], scored["window_s"], scored["fft_grid_bpm"]) == ("peak detection", 10.0, None)
    assert scored["metrics"]["n"] == 12


def test_results_say_that_a_peak_was_interpolated(capsys, path):
    plain, between = (evaluations(capsys, path, *more)["neurips2023"] for more in ([], ["--interpolate"]))
    assert (plain["interpolated"], between["interpolated"]) == (False, True)
    assert plain["metrics"]["MAE"] != between["metrics"]["MAE"]
    assert between["metrics"]["MAE"][0] == pytest.approx((0 + 4 + 2 + 0) / 4, abs=0.1)
    assert "FFT with an interpolated peak" in run(capsys, "evaluate", path, "--interpolate")[1]


def test_a_grid_that_is_coarser_than_the_error_is_told(capsys, path):
    assert "the FFT grid of 56.25 bpm is coarser than this MAE" in run(capsys, "evaluate", path, "--window", "1")[1]
    for argv in (["--interpolate"], ["--method", "peak"]):
        assert "is coarser" not in run(capsys, "evaluate", path, *argv)[1]


def test_per_video_scores_are_written(capsys, path, tmp_path):
    target = tmp_path / "videos.csv"
    assert run(capsys, "evaluate", path, "--method", "FFT", "--method", "peak", "--per-video", target)[0] == 0
    with open(target, newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 2 * 4
    assert {(row["file"], row["method"]) for row in rows} == {(str(path), "FFT"), (str(path), "peak detection")}
    row = rows[1]
    assert (row["protocol"], row["video"], row["start_s"], row["stop_s"]) == ("neurips2023", "subject2", "0", "24")
    errors = [abs(float(row["error_bpm"])) for row in rows[:4]]
    assert np.mean(errors) == pytest.approx(evaluations(capsys, path)["neurips2023"]["metrics"]["MAE"][0], abs=1e-4)


def test_a_video_without_an_estimate_is_told_and_the_rest_scored(capsys, tmp_path):
    guess = {video: signal.copy() for video, signal in GUESS.items()}
    guess["subject3"][100] = np.nan
    path = write(tmp_path / "model_outputs.pickle", guess, TRUTH, label_type="Standardized")
    _, out, _ = run(capsys, "evaluate", path, "--protocol", "neurips2023", "--per-video", tmp_path / "videos.csv")
    assert "  3 of 4 videos scored; FFT grid" in out
    assert "  left out: subject3: The prediction has 1 values of 720 that are not finite, the first one (nan)" in out
    assert "subject3,0,24,,,,,,The prediction has 1 values" in (tmp_path / "videos.csv").read_text().replace('"', "")
    scored = evaluations(capsys, path)["toolbox2025"]
    assert (scored["videos_scored"], list(scored["left_out"])) == (3, ["subject3"])
    assert scored["metrics"]["n"] == 3


def test_several_files_are_scored_in_turn(capsys, path, tmp_path):
    other = write(tmp_path / "other_outputs.pickle", TRUTH, TRUTH, label_type="Standardized")
    status, out, _ = run(capsys, "evaluate", path, other, "--json", "--protocol", "toolbox2025")
    files = json.loads(out)["files"]
    assert [file["file"] for file in files] == [str(path), str(other)]
    assert files[1]["evaluations"][0]["metrics"]["MAE"] == [0.0, 0.0]


@pytest.mark.parametrize(
    "argv, message",
    [
        (["none_outputs.pickle"], "There is no none_outputs.pickle"),
        (["."], "There are 2 saved outputs below ."),
        (["empty"], "There is no *_outputs.pickle below empty"),
        (["evil_outputs.pickle"], "evil_outputs.pickle asks for builtins.eval"),
        (
            ["good_outputs.pickle", "--protocol", "2023"],
            "evaluation protocol is '2023', which is unknown. Did you mean 'neurips2023'",
        ),
        (["good_outputs.pickle", "--window", "0.1"], "A window of 0.1 s is 3 samples"),
        (["good_outputs.pickle", "--window", "-5"], "The window is -5 s; expected a finite number"),
        (["good_outputs.pickle", "--window", "0"], "The window is 0 s; expected a finite number"),
        (["good_outputs.pickle", "--window", "nan"], "The window is nan s; expected a finite number"),
        (["good_outputs.pickle", "--per-video", "none/x.csv"], "none/x.csv cannot be written"),
        (["good_outputs.pickle", "--method", "peak", "--interpolate"], "Only FFT heart rates can be interpolated"),
    ],
)
def test_what_cannot_be_done_is_one_paragraph(capsys, tmp_path, monkeypatch, argv, message):
    class Evil:
        def __reduce__(self):
            return eval, ("open('was_run', 'w')",)

    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    write(tmp_path / "good_outputs.pickle", GUESS, TRUTH)
    (tmp_path / "evil_outputs.pickle").write_bytes(pickle.dumps({"predictions": {"subject1": {0: Evil()}}}))
    status, out, err = run(capsys, "evaluate", *argv)
    assert (status, out) == (2, "")
    assert err.startswith("error: ") and message in err and err.count("\n") == 1
    assert not (tmp_path / "was_run").exists()


@pytest.fixture
def with_own_rates(tmp_path):
    """Outputs of recordings of 24 frames per second, in a file whose own rate is 30."""
    own = {"fs_of_videos": dict.fromkeys(GUESS, 24.0), "heart_rates_of_videos": {"subject2": 61.0}}
    return write(tmp_path / "own_outputs.pickle", GUESS, TRUTH, label_type="Standardized", **own)


def test_recordings_with_rates_of_their_own_are_scored_under_vipl_too(capsys, with_own_rates):
    status, out, err = run(capsys, "evaluate", with_own_rates)
    assert (status, err) == (0, "")
    assert out.startswith(f"{with_own_rates}: 4 videos, Standardized, 24 to 24 Hz, each its own\n")
    block = out[out.index("vipl (0.5-4.2 Hz), Eq. 3, mean over segments of about 8 s\n") :].splitlines()
    assert block[1] == "  4 of 4 videos scored"
    assert [line.split()[0] for line in block[2:]] == [
        "SD", "SD_abs", "MAE", "RMSE", "MAPE", "Pearson", "SNR", "MACC",
    ]  # fmt: skip
    scored = evaluations(capsys, with_own_rates)
    assert list(scored) == ["neurips2023", "toolbox2025", "vipl"] and scored["vipl"]["fft_grid_bpm"] is None
    assert scored["neurips2023"]["fft_grid_bpm"] == [pytest.approx(24 * 60 / 1024)] * 2


def test_vipl_is_asked_for_by_name_elsewhere_and_goes_with_no_windows(capsys, path, with_own_rates):
    assert list(evaluations(capsys, path, "--protocol", "vipl")) == ["vipl"]
    assert list(evaluations(capsys, with_own_rates, "--window", "10")) == ["neurips2023", "toolbox2025"]
    status, _, err = run(capsys, "evaluate", path, "--protocol", "vipl", "--method", "peak")
    assert status == 2 and "vipl reads whole videos by Eq. 3 in segments of its own" in err


def test_each_video_is_listed_at_its_own_rate(capsys, with_own_rates, tmp_path):
    table = tmp_path / "per_video.csv"
    assert run(capsys, "evaluate", with_own_rates, "--per-video", table, "--protocol", "vipl")[0] == 0
    with open(table, newline="", encoding="utf-8") as file:
        rows = {row["video"]: row for row in csv.DictReader(file)}
    assert rows["subject2"]["label_heart_rate_bpm"] == "61"
    assert float(rows["subject2"]["heart_rate_bpm"]) == pytest.approx(79 * 24 / 30, abs=0.6)
    assert float(rows["subject1"]["stop_s"]) == pytest.approx(24 * 30 / 24)


def test_the_papers_rows_are_printed_with_the_videos_that_they_imply(capsys, path):
    status, alone, err = run(capsys, "evaluate", "--published")
    assert (status, err) == (0, "")
    assert re.search(r"rFaceNet +MAE 3.74 ± 1.52 +RMSE 11.95 ± 71.94 +Pearson 0.86 ± 0.07 +N 56\n", alone)
    _, with_file, _ = run(capsys, "evaluate", path, "--published")
    assert with_file.startswith(alone.rstrip("\n") + f"\n\n{path}: 4 videos")
    _, out, _ = run(capsys, "evaluate", "--published", "--json")
    content = json.loads(out)
    assert content["files"] == [] and content["published"][-1]["row"] == "✓ Stage-3"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "needs a file: a "),
        (["--published", "--per-video", "x.csv"], "--per-video says how a file is scored, and none is given"),
        (["--published", "--protocol", "vipl"], "--protocol says how a file is scored, and none is given"),
        (["--published", "--interpolate"], "--interpolate says how a file is scored, and none is given"),
    ],
)
def test_without_a_file_there_is_nothing_to_score(capsys, arguments, message):
    status, out, err = run(capsys, "evaluate", *arguments)
    assert (status, out) == (2, "") and message in err
