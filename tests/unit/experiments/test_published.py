"""The paper's numbers, against what the paper says about them elsewhere."""

import pytest

from rfacenet_toolbox.experiments.published import HEADINGS, TABLE2, TABLE3
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
    assert TABLE2[DIRECTIONS[direction]][method][metric] == number


def test_values_of_table_3():
    assert TABLE3["✓", "×"]["RMSE"] == (6.26, 26.27)
    assert TABLE3["×", "✓"]["MAE"] == (1.57, 0.46)


def test_what_the_text_says_of_the_tables_holds():
    """Section 4.4: the best MAE of all on UBFC-rPPG; on PURE, POS is best."""
    best = [min(rows, key=lambda method: rows[method]["MAE"].value) for rows in TABLE2.values()]
    assert best == ["rFaceNet", "POS"]
    assert all(row["RMSE"].value >= row["MAE"].value for row in ROWS)


def test_methods_go_by_names_that_are_served():
    assert all(registry.is_registered(method) for method in METHODS[6:])
