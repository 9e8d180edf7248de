"""CSV files: no name becomes a formula, every name is read back, and odd files are refused."""

import csv
import io

import pytest

from rfacenet_toolbox.runtime import limits, tables

NAMES = [
    '=HYPERLINK("http://x","y")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "'=1", "''=1", "'quoted'",
    "subject1", "a,b", 'a"b', "-3.5", "+4", "1e-3", "", "-", "=", "Ünï",
]  # fmt: skip


def test_no_cell_begins_as_a_formula_and_all_are_read_back(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(tables.csv_text(["=a", "b"], [[name, -1.5] for name in NAMES]).encode())
    cells = [row[0] for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))][1:]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells if cell not in ("-3.5", "+4"))
    assert [row["=a"] for row in tables.read_csv(path)] == NAMES
    assert {row["b"] for row in tables.read_csv(path)} == {"-1.5"}


def test_control_characters_are_escaped():
    assert tables.csv_text(["a"], [["\r=1\x1b[2J"]]) == "a\n\\r=1\\x1b[2J\n"


def test_numbers_and_nothing_are_written_as_they_are():
    assert tables.csv_text(["a", "b", "c"], [[-1, None, "-0.25"]]) == "a,b,c\n-1,,-0.25\n"


@pytest.mark.parametrize(
    "text, reason",
    [
        ("a,b\n1\n", "row 2 of t.csv has 1 cells for 2 columns"),
        ("a,b\n1,2\n1,2,3\n", "row 3 of t.csv has 3 cells"),
        ("a,a\n1,2\n", "stands twice"),
        ("a\n" + "x" * 5000, "a cell of over 4096 characters"),
        ("a\n" + "x" * 200_000, "field larger than field limit"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, text, reason):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(ValueError, match=reason):
        tables.read_csv(tmp_path / "t.csv")


def test_a_table_that_is_too_large_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "CSV_BYTES", 3)
    (tmp_path / "t.csv").write_text("a\n1\n")
    with pytest.raises(ValueError, match="more than"):
        tables.read_csv(tmp_path / "t.csv")


def test_no_file_has_no_rows(tmp_path):
    assert tables.read_csv(tmp_path / "none.csv") == []
