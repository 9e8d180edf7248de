"""The paper's numbers, against what the paper says about them elsewhere."""

import pytest

from rfacenet_toolbox.config.node import rfacenet_node
from rfacenet_toolbox.experiments import published
from rfacenet_toolbox.methods import registry

DIRECTIONS = [("PURE", "UBFC-rPPG"), ("UBFC-rPPG", "PURE")]
METHODS = [
    "GREEN", "ICA", "CHROM", "LGI", "PBV", "POS", "Tscan", "Physnet", "DeepPhys", "EfficientPhys", "rFaceNet",
]  # fmt: skip


def test_every_table_is_whole():
    assert len(published.table1()) == 15
    assert list(published.table2()) == DIRECTIONS
    assert all(list(rows) == METHODS for rows in published.table2().values())
    assert list(published.table3()) == list(published.TABLE3_SETTINGS)
    rows = [*published.table1().values(), *published.table3().values()]
    rows += [row for direction in published.table2().values() for row in direction.values()]
    assert len(rows) == 15 + 6 + 2 * 11
    assert all(isinstance(number.value, float) for row in rows for number in row.values())
    assert {tuple(row) for row in rows} == {("SD", "MAE", "RMSE", "Pearson"), ("MAE", "RMSE", "Pearson")}


def test_tables_2_and_3_have_standard_errors_and_table_1_has_none():
    cells = [number for row in published.table1().values() for number in row.values()]
    assert all(number.standard_error is None for number in cells)
    tables = [*published.table2().values(), published.table3()]
    assert all(cell.standard_error > 0 for table in tables for row in table.values() for cell in row.values())


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
    assert published.table2()[DIRECTIONS[direction]][method][metric] == number


def test_values_of_tables_1_and_3():
    assert published.table1()["rFaceNet"]["SD"] == (4.87, None)
    assert published.table1()["Physnet"] == {
        "SD": (14.9, None),
        "MAE": (10.8, None),
        "RMSE": (14.8, None),
        "Pearson": (0.20, None),
    }
    assert published.table3()["TCU only"]["RMSE"] == (6.26, 26.27)


def test_the_last_row_of_table_3_is_that_of_table_2():
    assert published.table3()["Stage-3"] == published.table2()["PURE", "UBFC-rPPG"]["rFaceNet"]


def test_what_the_text_says_of_the_tables_holds():
    """Section 4.4: best MAE of all on UBFC-rPPG; on PURE, POS is best and rFaceNet next among what is learnt."""
    ubfc, pure = (published.table2()[direction] for direction in DIRECTIONS)
    mae = {method: row["MAE"].value for method, row in ubfc.items()}
    assert min(mae, key=mae.get) == "rFaceNet"
    mae = {method: row["MAE"].value for method, row in pure.items()}
    assert min(mae, key=mae.get) == "POS"
    assert all(row["RMSE"].value >= row["MAE"].value for row in [*ubfc.values(), *pure.values()])


def test_rows_of_table_3_are_settings_that_there_are():
    node = rfacenet_node()
    assert published.TABLE3_SETTINGS["Stage-3"] == (node.FUSION, node.IDENTITY)


def test_methods_go_by_names_that_are_served():
    assert all(registry.is_registered(method) for method in METHODS[6:])
