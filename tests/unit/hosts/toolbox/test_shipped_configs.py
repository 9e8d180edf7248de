"""Which of the package's own configs a checkout gets."""

import pytest
from support.paths import CONFIGS

from rfacenet_toolbox.config import checks, load
from rfacenet_toolbox.config.splits_used import splits_used
from rfacenet_toolbox.hosts.toolbox.shipped_configs import for_checkout, yaml_files

MAIN = 'if config.TEST.DATA.DATASET == "PURE" or config.TEST.DATA.DATASET == "UBFC-rPPG":'


def test_tables_2_and_3_come_whole_and_nothing_of_table_1_the_demo_or_the_weights():
    chosen = for_checkout(str(CONFIGS), MAIN)
    whole = {name for name in chosen if "BASE" not in name}
    assert whole >= {f"{way}_RFACENET.yaml" for way in ("PURE_UBFC", "UBFC_PURE")}
    assert len([name for name in whole if name.startswith("table2/")]) == 10
    assert len([name for name in whole if name.startswith("table3/")]) == 6
    assert not [name for name in chosen if name.startswith(("table1", "benchmark", "weights")) or "DEMO" in name]
    for name in chosen:
        for base in _bases(name):
            assert base in chosen


def test_each_is_a_config_that_a_checkout_takes():
    for name in (name for name in for_checkout(str(CONFIGS), MAIN) if "BASE" not in name):
        config = load(CONFIGS / name)
        for split in splits_used(config):
            checks.check_toolbox_data(config[split].DATA, split)


@pytest.mark.parametrize("main, there", [("", True), (MAIN, False)])
def test_a_main_that_finds_data_sets_in_another_way_is_taken_to_know_all(main, there):
    assert ("table1/I3D.yaml" in for_checkout(str(CONFIGS), main)) is there


def test_files_are_found_below_folders():
    names = yaml_files(str(CONFIGS))
    assert names == sorted(names) and {"PURE_UBFC_RFACENET.yaml", "table1/I3D.yaml"} <= set(names)


def _bases(name):
    folder = (CONFIGS / name).parent
    for line in (CONFIGS / name).read_text().splitlines():
        if line.startswith("BASE: ["):
            for base in line[len("BASE: [") : line.index("]")].split(","):
                yield (folder / base.strip()).resolve().relative_to(CONFIGS.resolve()).as_posix()
