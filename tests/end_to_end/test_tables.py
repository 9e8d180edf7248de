"""``rfacenet sweep``, ``table2`` and ``table3`` from the command line to their files, with children that do no work."""

import csv
import json
import re

import pytest
from support.commands import run
from support.configs import PURE_TO_UBFC, for_splits, write
from support.fake_runs import fake_children
from support.html_reader import Reader

UBFC = [1, 3, 4, 5, *range(8, 19), 20, *range(22, 28), *range(30, 50)]


@pytest.fixture
def sets(tmp_path, monkeypatch):
    """Options for two whole data sets, of which nothing is read."""
    fake_children(monkeypatch)
    for subject in range(1, 11):
        for scenario in range(1, 7):
            (tmp_path / "PURE" / f"{subject:02d}-{scenario:02d}").mkdir(parents=True)
    for number in UBFC:
        (tmp_path / "UBFC" / f"subject{number}").mkdir(parents=True)
    write(tmp_path / "extra.yaml", for_splits({"DO_PREPROCESS": False}, ["TRAIN", "TEST", "UNSUPERVISED"]))
    folders = {"--pure": "PURE", "--ubfc": "UBFC", "--out": "out", "--config": "extra.yaml"}
    return [word for option, name in folders.items() for word in (option, str(tmp_path / name))]


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def check_links(folder, name):
    """Every link of the two pages leads to a file, or to a heading of the page."""
    page = Reader((folder / f"{name}.html").read_text(encoding="utf-8"))
    links = [link for link in page.links if not link.startswith("data:")]
    text = (folder / f"{name}.md").read_text(encoding="utf-8")
    links += re.findall(r"\]\(([^)]+)\)", text)
    assert links
    for link in links:
        assert link[1:] in page.ids if link.startswith("#") else (folder / link).is_file()


def test_table2_has_published_beside_measured_in_both_directions(sets, tmp_path, capsys):
    argv = ["table2", *sets, "--methods", "rfacenet", "pos", "TS-CAN", "--seeds", 101, 103, "--jobs", 4]
    status, out, _ = run(capsys, *argv)
    assert status == 0 and "PURE: 60 recordings" in out
    folder = tmp_path / "out"
    check_links(folder, "table2")
    text = (folder / "table2.md").read_text(encoding="utf-8")
    assert "## Train: PURE & Test: UBFC-rPPG" in text and "## Train: UBFC-rPPG & Test: PURE" in text
    assert "| POS | 4.08 ± 1.01 | [**1.00 ± 0.50**](UBFC_signal/POS/results.json) |" in text
    measured = "[*3.00 ± 0.50*](#every-run-pure-to-ubfc-rppg) (2.00 to 4.00)"
    assert f"| rFaceNet | **1.05 ± 0.35** | {measured} |" in text
    assert f"| TS-CAN | *1.30 ± 0.40* | {measured} |" in text
    assert "ynthetic" not in text
    rows = [row for row in rows_of(folder / "table2.csv") if (row["method"], row["metric"]) == ("rFaceNet", "MAE")]
    assert [(row["train"], row["published"], row["measured"], row["lowest"], row["highest"]) for row in rows] == [
        ("PURE", "1.05", "3.0", "2.0", "4.0"),
        ("UBFC-rPPG", "3.74", "3.0", "2.0", "4.0"),
    ]
    assert [(row["published_n"], row["published_n_low"]) for row in rows] == [("42.4", "41.0"), ("55.8", "55.3")]
    assert "| 56 | 3 | 2 |" in text  # videos published and measured, and runs
    assert "## Compared with rFaceNet, PURE to UBFC-rPPG" in text
    assert "| TS-CAN | +0.00 (+0.00 to +0.00) | 1 | 0.00 | +0.00 (+0.00 to +0.00) | 1 | 0.00 | 3 |" in text
    assert rows[0]["results"] == "PURE_UBFC/rFaceNet/seed101/results.json PURE_UBFC/rFaceNet/seed103/results.json"

    status, out, _ = run(capsys, *argv)
    assert status == 0 and "10 runs, 10 of them done before" in out and "began" not in out


def test_a_cell_that_failed_is_empty_and_the_command_says_so(sets, tmp_path, capsys):
    failing = tmp_path / "out" / "PURE_UBFC" / "rFaceNet" / "seed100"
    failing.mkdir(parents=True)
    (failing / "fail").touch()
    status, out, _ = run(capsys, "table2", *sets, "--methods", "rFaceNet", "--seeds", 100, "--jobs", 2)
    assert status == 1 and "1 of 2 runs failed; the same command tries them again" in out
    text = (tmp_path / "out" / "table2.md").read_text(encoding="utf-8")
    numbers = "| **1.05 ± 0.35** | – | **2.51 ± 2.55** | – | **0.99 ± 0.02** | – |"
    assert f"| rFaceNet {numbers} 42 (41.0 to 44.0) | – | 0 of 1 |" in text
    assert "| rFaceNet | **3.74 ± 1.52** | [**1.00 ± 0.50**](UBFC_PURE/rFaceNet/seed100/results.json) |" in text


@pytest.mark.parametrize(
    "more, message",
    [
        (["--methods", "I3D"], "The method is 'I3D', which is unknown.*Available: GREEN, ICA, CHROM"),
        (["--host", "toolbox"], "--host toolbox needs the checkout to run in: add --toolbox DIR"),
        (["--host", "standalone", "--toolbox", "x"], "exclude each other"),
        (["--protocol", "mine"], "The evaluation protocol is 'mine', which is unknown"),
        (["--protocol", "vipl"], "would not be scored under vipl, but under neurips2023, toolbox2025: vipl is for"),
        (["--jobs", "0"], "--jobs is 0; expected 1 or more"),
        (["--pure", "nowhere"], "'nowhere' .*is not a folder"),
        (["--config", "nowhere.yaml"], "no config file at .*nowhere.yaml"),
        (["--seeds", "-1"], "SEED is -1; expected 0 to"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_run(sets, tmp_path, capsys, more, message):
    status, _, err = run(capsys, "table2", *sets, *more)
    assert status == 2 and re.search(message, err)
    assert not (tmp_path / "out").exists()


def test_a_data_set_that_lacks_a_recording_stops_the_table(sets, tmp_path, capsys):
    (tmp_path / "UBFC" / "subject9").rmdir()
    status, _, err = run(capsys, "table2", *sets)
    assert status == 2 and "holds 41 recordings, and UBFC-rPPG has 42. Missing: subject9." in err


def test_table3_tests_each_row_against_the_last(sets, tmp_path, capsys):
    (tmp_path / "PURE" / "synthetic.json").write_text("{}")
    status, out, _ = run(capsys, "table3", *sets, "--allow-incomplete", "--seeds", 100, 102, "--jobs", 4)
    assert status == 0 and "12 runs" in out
    folder = tmp_path / "out"
    check_links(folder, "table3")
    text = (folder / "table3.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if " | × | " in line or " | ✓ | " in line]
    assert [line.split(" | ")[0:4] for line in lines] == [
        ["| neither", "×", "×", "1.99 ± 0.82"],
        ["| CTFC only", "×", "✓", "1.57 ± 0.46"],
        ["| TCU only", "✓", "×", "2.53 ± 0.88"],
        ["| Stage-1", "✓", "Stage-1", "2.22 ± 0.91"],
        ["| Stage-2", "✓", "Stage-2", "*1.26 ± 0.43*"],
        ["| Stage-3", "✓", "Stage-3", "**1.05 ± 0.35**"],
    ]
    compared = text.partition("## Compared with Stage-3")[2].splitlines()
    assert sum("| +0.00 (+0.00 to +0.00) | 1 | 0.00 |" in line for line in compared) == 5
    assert "# Table 3, measured on synthetic recordings" in text and "SYNTHETIC recordings" in text
    assert "SYNTHETIC recordings" in (folder / "table3.html").read_text(encoding="utf-8")
    settings = json.loads((folder / "CTFC_ONLY" / "seed102" / "run.json").read_text())["settings"]
    assert settings["MODEL.RFACENET.IDENTITY"] == "noise" and settings["MODEL.RFACENET.RUNTIME.SEED"] == 102


def test_a_sweep_runs_every_combination_and_sums_up(tmp_path, capsys, monkeypatch):
    fake_children(monkeypatch)
    argv = ["sweep", PURE_TO_UBFC, "--set", "TRAIN.DATA.DO_PREPROCESS=False", "--set", "TEST.DATA.DO_PREPROCESS=False"]
    argv += ["--set", "MODEL.RFACENET.IDENTITY=tcu,none", "--seeds", 100, 102, "--out", tmp_path / "out"]
    status, out, _ = run(capsys, *argv, "--dry-run")
    assert status == 1 and out.count("to be done") == 2 and out.count("has nothing to fuse with: contours") == 2
    assert not (tmp_path / "out").exists()

    status, out, _ = run(capsys, *argv)
    assert status == 1 and "2 of 4 runs failed" in out
    rows = rows_of(tmp_path / "out" / "sweep.csv")
    assert [(row["seed"], row["MAE"], row["done"]) for row in rows] == [
        ("100", "1.0", "True"),
        ("102", "3.0", "True"),
        ("100", "", "False"),
        ("102", "", "False"),
    ]
    text = (tmp_path / "out" / "sweep.md").read_text(encoding="utf-8")
    assert "2.00 ± 0.50 (1.00 to 3.00)" in text.partition("## Over seeds")[2]
    assert "IDENTITY=tcu, seed 100 | [1.00 ± 0.50](" in text
    assert "IDENTITY=tcu, seed 100 | 1.00 ± 0.50 |" in out and "](" not in out
    assert "IDENTITY=none, seed 102 (never begun)" in out
    status, out, _ = run(capsys, *argv, "--dry-run")
    assert out.count(": done (") == 2


def test_a_key_that_is_no_setting_stops_a_sweep(tmp_path, capsys):
    status, _, err = run(
        capsys, "sweep", PURE_TO_UBFC, "--set", "MODEL.RFACENET.FUSSION=none", "--out", tmp_path / "out"
    )
    assert status == 2 and "Did you mean MODEL.RFACENET.FUSION?" in err and not (tmp_path / "out").exists()


def test_rows_that_two_tables_share_are_run_once(sets, tmp_path, capsys):
    seeds = ["--seeds", 100, "--jobs", 2]
    assert run(capsys, "table2", *sets, "--methods", "rFaceNet", *seeds)[0] == 0
    there, other = tmp_path / "out", str(tmp_path / "table3")
    arguments = [other if one == str(there) else one for one in map(str, sets)]
    status, out, _ = run(capsys, "table3", *arguments, *seeds, "--reuse", there)
    assert status == 0 and "1 runs are taken from" in out and "6 runs, 1 of them done before" in out
    text = (tmp_path / "table3" / "table3.md").read_text(encoding="utf-8")
    assert "../out/PURE_UBFC/rFaceNet/seed100/results.json" in text
