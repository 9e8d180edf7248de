"""The paper's numbers, against what the paper says about them elsewhere, and what they say themselves."""

import math
import re

import pytest
from support.paths import ROOT

from rfacenet_toolbox.experiments.published import (
    HEADINGS,
    SD_OF_ABSOLUTE_ERRORS,
    TABLE1,
    TABLE1_HEADINGS,
    TABLE2,
    TABLE3,
    Number,
    parse_number,
    records,
    text,
    video_count,
)
from rfacenet_toolbox.methods import registry

DIRECTIONS = [("PURE", "UBFC-rPPG"), ("UBFC-rPPG", "PURE")]
METHODS = [
    "GREEN", "ICA", "CHROM", "LGI", "PBV", "POS", "Tscan", "Physnet", "DeepPhys", "EfficientPhys", "rFaceNet",
]  # fmt: skip
ROWS = [*TABLE2[DIRECTIONS[0]].values(), *TABLE2[DIRECTIONS[1]].values(), *TABLE3.values()]


def test_every_table_is_whole():
    assert list(TABLE2) == DIRECTIONS
    assert all(list(rows) == METHODS for rows in TABLE2.values())
    assert len(TABLE3) == 6 and len(ROWS) == 2 * 11 + 6
    assert all(list(row) == list(HEADINGS) == ["MAE", "RMSE", "Pearson"] for row in ROWS)
    assert all(number.value > 0 and number.standard_error > 0 for row in ROWS for number in row.values())


@pytest.mark.parametrize(
    "direction, method, metric, number",
    [
        (0, "GREEN", "RMSE", (31.00, 235.38)),
        (0, "LGI", "RMSE", (28.55, 236.17)),
        (0, "DeepPhys", "MAE", (1.21, 0.41)),
        (0, "EfficientPhys", "RMSE", (6.32, 32.01)),
        (0, "rFaceNet", "MAE", (1.05, 0.35)),
        (1, "ICA", "Pearson", (0.72, 0.09)),
        (1, "Tscan", "RMSE", (13.8, 113.84)),
        (1, "Physnet", "Pearson", (0.62, 0.10)),
        (1, "rFaceNet", "RMSE", (11.95, 71.94)),
    ],
)
def test_values_of_table_2(direction, method, metric, number):
    assert TABLE2[DIRECTIONS[direction]][method][metric][:2] == number


def test_values_of_table_3():
    assert TABLE3["✓", "×"]["RMSE"][:2] == (6.26, 26.27)
    assert TABLE3["×", "✓"]["MAE"][:2] == (1.57, 0.46)


def test_what_the_text_says_of_table_2_holds_but_for_one_claim():
    """Section 4.4: the best of all on UBFC-rPPG holds; on PURE, "outperforming all deep learning schemes" does not.

    There, TS-CAN has the smaller MAE; rFaceNet leads the networks in RMSE and correlation alone.
    """
    to_ubfc, to_pure = TABLE2.values()
    best = [min(rows, key=lambda method: rows[method]["MAE"].value) for rows in (to_ubfc, to_pure)]
    assert best == ["rFaceNet", "POS"]
    assert all(row["RMSE"].value >= row["MAE"].value for row in ROWS)
    networks = METHODS[6:]
    lead = [
        min(networks, key=lambda method: to_pure[method]["MAE"].value),
        min(networks, key=lambda method: to_pure[method]["RMSE"].value),
        max(networks, key=lambda method: to_pure[method]["Pearson"].value),
    ]
    assert lead == ["Tscan", "rFaceNet", "rFaceNet"]
    assert (to_pure["Tscan"]["MAE"].value, to_pure["rFaceNet"]["MAE"].value) == (3.69, 3.74)


def test_table_1_is_whole():
    assert len(TABLE1) == 15 and all(list(row) == list(TABLE1_HEADINGS) for row in TABLE1.values())
    assert TABLE1["RhythmNet"]["SD"] == Number(8.11, None, pytest.approx(0.005))
    assert TABLE1["Tulyakov2016"]["RMSE"] == Number(21.0, None, pytest.approx(0.05))
    assert TABLE1["PhysFormer++"]["Pearson"].value == 0.80


def test_the_sd_of_table_1_is_of_absolute_errors_in_rfacenets_row_alone():
    """RMSE^2 is SD^2 and the squared mean error, if the errors are signed, and SD^2 + MAE^2, if they are absolute."""
    of_absolute = {name: math.hypot(row["SD"].value, row["MAE"].value) for name, row in TABLE1.items()}
    fits = [name for name, row in TABLE1.items() if abs(of_absolute[name] - row["RMSE"].value) < 0.01]
    assert fits == list(SD_OF_ABSOLUTE_ERRORS) == ["rFaceNet"]
    assert of_absolute["rFaceNet"] == pytest.approx(7.13, abs=0.005)
    for name, row in TABLE1.items():
        if name not in fits:  # close to the RMSE, as a signed SD with a small mean error is
            assert of_absolute[name] > 1.1 * row["RMSE"].value and row["SD"].value > 0.85 * row["RMSE"].value
    above = [name for name, row in TABLE1.items() if row["SD"].value > row["RMSE"].value]
    assert above == ["NAS-HR", "PhysNet", "PhysFormer++"]  # not possible of one set of errors


def test_the_number_of_videos_behind_a_row():
    """Every row fits its data set's 42 or 59 videos, but for three."""
    others = {}
    for (direction, rows), whole in zip(TABLE2.items(), (42, 59)):
        for method, row in rows.items():
            count = video_count(row)
            assert count.low <= count.n <= count.high
            if not count.low <= whole <= count.high:
                others[direction[1], method] = count.text
    assert others == {
        ("UBFC-rPPG", "GREEN"): "41 (40.5 to 40.8)",
        ("PURE", "ICA"): "54 (54.1 to 54.7)",
        ("PURE", "rFaceNet"): "56",
    }
    assert all(video_count(row).low <= 42 <= video_count(row).high for row in TABLE3.values())
    assert video_count(TABLE1["rFaceNet"]) is None


def test_the_number_of_videos_is_that_of_the_errors():
    errors = [0.0, 1.0, 1.0, 7.0, 2.0]
    mae = sum(errors) / 5
    deviation = math.sqrt(sum((error - mae) ** 2 for error in errors) / 5)
    rmse = math.sqrt(sum(error**2 for error in errors) / 5)
    assert video_count({"MAE": Number(mae, deviation / math.sqrt(5)), "RMSE": Number(rmse)}).n == pytest.approx(5)


def test_table_3s_first_row_is_not_table_2s_physnet():
    """It is the network without TCU and CTFC, which is PhysNet, on the same data."""
    without_both, physnet = TABLE3["×", "×"], TABLE2[DIRECTIONS[0]]["Physnet"]
    assert (without_both["MAE"].value, physnet["MAE"].value) == (1.99, 1.63)


def test_rows_are_shown_as_they_are_printed():
    lines = text().splitlines()
    assert any(" ".join(line.split()) == "rFaceNet SD 4.87 MAE 5.21 RMSE 7.13 Pearson 0.87" for line in lines)
    (line,) = (line for line in lines if line.startswith("  Tscan ") and "13.8 ±" in line)
    assert line.endswith("RMSE 13.8 ± 113.84    Pearson 0.82 ± 0.08   N 58 (57.6 to 59.2)")
    assert len(records()) == 15 + 22 + 6
    assert records()[0]["n"] is None and records()[-1]["n"]["n"] == pytest.approx(42.4, abs=0.1)


def test_methods_go_by_names_that_are_served():
    assert all(registry.is_registered(method) for method in METHODS[6:])


def _published_rows():
    """The page's rows, and per row its printed numbers: {"MAE", "RMSE", "MAPE" and "ρ", where there are any}."""
    page = (ROOT / "docs" / "published.md").read_text("utf-8")
    sources = {title.lower().replace(" ", "-") for title in re.findall(r"^### (.+)$", page, re.MULTILINE)}
    lines = re.findall(r"^\| *(.+?) *\|$", page, re.MULTILINE)
    rows = [re.split(r" *\| *", line) for line in lines if not line.startswith(("method", "---"))]
    numbers = [
        {name: parse_number(cell) for name, cell in zip(("MAE", "RMSE", "MAPE", "ρ"), row[2:]) if cell != "–"}
        for row in rows
    ]
    return rows, numbers, sources


def test_every_row_of_docs_published_has_a_source_and_the_n_of_its_numbers():
    rows, numbers, sources = _published_rows()
    assert len(rows) == 31 + 18
    for (method, whose, *_, n, _), row in zip(rows, numbers):
        assert whose in ("own", "rerun", "quoted", "same group"), method
        assert "MAE" in row and ("ρ" not in row or 0 < row["ρ"].value <= 1), method
        count = video_count(row) if "RMSE" in row else None
        assert n == ("–" if count is None else count.text), method
    assert {re.search(r"\(#(.+)\)$", row[-1]).group(1) for row in rows} == sources


@pytest.mark.parametrize("rows_of, whole", [(slice(31), 33), (slice(31, None), 59)])
def test_one_number_of_videos_fits_all_rows_of_factorizephys(rows_of, whole):
    rows, numbers, _ = _published_rows()
    counts = [video_count(n) for row, n in zip(rows[rows_of], numbers[rows_of]) if row[-1].endswith("(#factorizephys)")]
    assert len(counts) == 5
    assert whole - 1 < max(count.low for count in counts) <= whole <= min(count.high for count in counts) < whole + 1
