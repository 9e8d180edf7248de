"""Table 3: its rows are settings of the network, and each is tested against the whole of it."""

import pytest
from support.fake_results import write_result
from support.paths import ROOT

from rfacenet_toolbox import config
from rfacenet_toolbox.evaluation.files.run_folder import read_run
from rfacenet_toolbox.experiments.differences import compare_rows
from rfacenet_toolbox.experiments.published import TABLE2
from rfacenet_toolbox.experiments.table3 import CONFIGS, DIRECTION, PUBLISHED, REFERENCE

#: what the paper's columns TCU and CTFC mean: {(TCU, CTFC): (MODEL.RFACENET.FUSION, IDENTITY)}
SETTINGS = {
    ("×", "×"): ("none", "none"),
    ("×", "✓"): ("stage3", "noise"),
    ("✓", "×"): ("none", "tcu"),
    ("✓", "Stage-1"): ("stage1", "tcu"),
    ("✓", "Stage-2"): ("stage2", "tcu"),
    ("✓", "Stage-3"): ("stage3", "tcu"),
}


@pytest.mark.parametrize("row", CONFIGS)
def test_each_row_has_the_config_that_the_paper_describes(row):
    node = config.load(ROOT / "toolbox_configs" / "table3" / f"{CONFIGS[row]}.yaml").MODEL.RFACENET
    columns, _ = PUBLISHED[row]
    assert SETTINGS[columns] == (node.FUSION, node.IDENTITY)


def test_the_reference_is_the_whole_network():
    assert PUBLISHED[REFERENCE][1] == TABLE2[DIRECTION]["rFaceNet"]


def test_rows_are_paired_by_video_after_averaging_over_seeds(tmp_path):
    def results(name, *errors):
        return [read_run(write_result(tmp_path / f"{name}{number}", each).parent) for number, each in enumerate(errors)]

    worse = results("worse", [3.0, -5.0, 4.0], [5.0, 3.0, 4.0])
    found = compare_rows({"neither": worse, REFERENCE: results("best", [1.0, 1.0, -1.0])}, REFERENCE, "neurips2023")
    assert list(found) == ["neither"] and found["neither"]["MAE"].n == 3
    assert found["neither"]["MAE"].difference == pytest.approx(3.0)
