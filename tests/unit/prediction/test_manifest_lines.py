"""Predictions of the lines of a manifest, beside the heart rates of their ground truths."""

import json
from types import SimpleNamespace

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


def compared(line, seconds=11.0):
    found = SimpleNamespace(start_s=line.start_s, duration_s=seconds - line.start_s, notes=[], reference_bpm=None)
    known = manifest_lines.truth_of(line)
    if known is not None:
        manifest_lines.compare(found, line.kind, known, 10.0)
    return found


def test_heart_rates_of_ground_truths_while_the_frames_last(folder):
    lines = [
        ("me.avi,1,bvp.csv,,,50", 11, 80),
        ("me.avi,2,hr.csv,HR,heart_rate,1", 11, 80),
        ("me.avi,3,hr.csv,HR,heart_rate,1,0,5", 5, 70),
        ("me.avi,4,faster.csv,,,50,5.6,11", 11, 100),
        ("me.avi,5,hr.csv,HR,heart_rate,1", 5.5, 70),  # the video ends earlier
    ]
    parts = manifest_lines.parts(manifest(folder, *[line for line, _, _ in lines], "me.avi,6"))
    for part, (_, seconds, expected) in zip(parts, lines):
        found = compared(part.line, seconds)
        assert (found.reference_bpm, found.notes) == (pytest.approx(expected, abs=2), [])
    assert compared(parts[-1].line).reference_bpm is None


def test_a_ground_truth_beside_the_part_is_told(folder):
    outside, shorter = manifest_lines.parts(
        manifest(folder, "me.avi,1,hr.csv,HR,heart_rate,1,30,40", "me.avi,2,hr.csv,HR,heart_rate,1")
    )
    with pytest.raises(DataError, match="has 0 samples between start_s and stop_s"):
        compared(outside.line)
    rates = 80 + np.random.default_rng(0).normal(0, 0.01, 550).cumsum()
    (folder / "rates.csv").write_text("\n".join(f"{rate:.6f}" for rate in rates))
    (part,) = manifest_lines.parts(manifest(folder, "me.avi,1,rates.csv,,,50"))
    assert "Check the manifest: its ground truth changes too slowly for a pulse." in compared(part.line).notes[0]
    found = compared(shorter.line, seconds=30.0)
    assert found.reference_bpm is None
    assert found.notes[0].startswith("There is nothing to compare with: its ground truth lasts from 0.0 to 11.0 s, and")


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
    assert [part.name for part in manifest_lines.parts_of([path, path])] == ["1_1.me", "2_2.me", "3_1.me", "4_2.me"]
    assert cli.main(["predict", path, "--start", "2"]) == 2
    assert "--start, --duration and --fps are columns of" in capsys.readouterr().err


@pytest.mark.parametrize(
    "videos, names",
    [
        (["a/me.avi", "b/you.mp4"], ["me", "you"]),
        (["s1/vid.avi", "s2/vid.avi", "0"], ["s1_vid", "s2_vid", "0"]),
        (["x/s/vid.avi", "y/s/vid.mp4"], ["1_s_vid", "2_s_vid"]),
        (["01-01", "01-02/"], ["01-01", "01-02"]),
    ],
)
def test_files_of_different_videos_get_different_names(videos, names):
    assert [part.name for part in manifest_lines.parts_of(videos)] == names
