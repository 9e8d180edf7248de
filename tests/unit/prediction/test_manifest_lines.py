"""Predictions of the lines of a manifest, beside the heart rates of their ground truths."""

import json

import numpy as np
import pytest
from support import own_videos, recordings

from rfacenet_toolbox import cli
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.prediction import manifest_lines

COLUMNS = "video,subject,truth,column,kind,rate_hz,start_s,stop_s"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    recordings.write_video(folder / "me.avi", own_videos.face_frames()[::2], 30.0)  # 80 bpm
    seconds = np.arange(0, 11, 1 / 50)
    turns = np.where(seconds < 5.5, 80 / 60 * seconds, 80 / 60 * 5.5 + 100 / 60 * (seconds - 5.5))
    (folder / "bvp.csv").write_text("\n".join(f"{one:.6f}" for one in np.cos(2 * np.pi * 80 / 60 * seconds)))
    (folder / "faster.csv").write_text("\n".join(f"{one:.6f}" for one in np.cos(2 * np.pi * turns)))
    (folder / "hr.csv").write_text("HR\n" + "\n".join(["70"] * 6 + ["90"] * 6))
    return folder


def manifest(folder, *lines):
    padded = [line + "," * (COLUMNS.count(",") - line.count(",")) for line in lines]
    (folder / "manifest.csv").write_text("\n".join([COLUMNS, *padded]))
    return str(folder / "manifest.csv")


def references(folder, *lines):
    return [manifest_lines.reference_bpm(one.line, 10.0) for one in manifest_lines.parts(manifest(folder, *lines))]


def test_heart_rates_of_ground_truths_in_the_part_that_counts(folder):
    found = references(
        folder,
        "me.avi,1,bvp.csv,,,50",
        "me.avi,2,hr.csv,HR,heart_rate,1",
        "me.avi,3,hr.csv,HR,heart_rate,1,0,5",
        "me.avi,4,faster.csv,,,50,5.6,11",
        "me.avi,5",
    )
    assert found[:4] == [pytest.approx(80, abs=1), pytest.approx(80), pytest.approx(70), pytest.approx(100, abs=2)]
    assert found[4] is None


def test_a_ground_truth_beside_the_part_is_told(folder):
    with pytest.raises(DataError, match="has 0 samples between start_s and stop_s"):
        references(folder, "me.avi,1,hr.csv,HR,heart_rate,1,30,40")


def test_the_command_takes_a_manifest(folder, capsys):
    path = manifest(folder, "me.avi,1,bvp.csv,,,50", "me.avi,2", "none.avi,3", "me.avi,4,bvp.csv,,,50,0,8")
    assert cli.main(["predict", path, "--method", "pos", "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert [one["source"] for one in found["failed"]] == [str(folder / "none.avi")]
    rates = [(one["heart_rate_bpm"], one["reference_bpm"]) for one in found["predictions"]]
    assert [reference and round(reference) for _, reference in rates] == [80, None, 80]
    assert all(abs(rate - 80) < 2 for rate, _ in rates)
    assert found["predictions"][2]["duration_s"] == pytest.approx(8, abs=0.1)


def test_errors_are_summed_up_and_options_of_lines_refused(folder, capsys):
    path = manifest(folder, "me.avi,1,bvp.csv,,,50", "me.avi,2,bvp.csv,,,50,0,8")
    assert cli.main(["predict", path, "--method", "pos"]) == 0
    out = capsys.readouterr().out
    assert "bpm by the ground truth" in out and "2 recordings with a ground truth: mean absolute error 0." in out
    assert cli.main(["predict", path, "--start", "2"]) == 2
    assert "--start, --duration and --fps are columns of" in capsys.readouterr().err
