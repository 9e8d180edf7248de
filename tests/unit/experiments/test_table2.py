"""Table 2's rows: the paper's eleven, and what runs by request."""

from rfacenet_toolbox import config
from rfacenet_toolbox.experiments import table2
from rfacenet_toolbox.experiments.completeness import PURE, UBFC, DataFolder
from rfacenet_toolbox.experiments.tables import TableSettings


def test_what_the_papers_table_does_not_have_runs_only_if_it_is_named():
    assert not {"PhysFormer", "OMIT"} & set(table2.method_names())
    assert table2.method_names(["physformer", "omit", "rfacenet"]) == ["OMIT", "rFaceNet", "PhysFormer"]


def test_physformer_has_runs_in_both_directions_and_no_published_numbers(tmp_path):
    sets = {name: DataFolder(name, str(tmp_path / name), 59, [], False) for name in (PURE, UBFC)}
    settings = TableSettings(sets, [100, 101], "neurips2023", tmp_path / "out", str(tmp_path / "clips"))
    rows = table2.make_rows(settings, ["PhysFormer"])
    assert [(row.direction, len(row.runs)) for row in rows] == [((PURE, UBFC), 2), ((UBFC, PURE), 2)]
    for row in rows:
        (base,) = row.runs[0].content["BASE"]
        tree = config.load(base)
        assert tree.MODEL.NAME == "PhysFormer" and row.direction == (tree.TRAIN.DATA.DATASET, tree.TEST.DATA.DATASET)
    assert "PhysFormer" in table2.make_page(rows, settings)["table2.md"]
