"""Which of the package's own configs a checkout gets."""

import pytest
from support.checkouts import WHOLE_CONFIG, assert_refused, contents
from support.paths import CONFIGS

from rfacenet_toolbox.config import checks, load
from rfacenet_toolbox.config.splits_used import splits_used
from rfacenet_toolbox.hosts.toolbox import install
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


def test_only_what_runs_in_a_checkout_comes_and_the_next_step_is_said(checkout, shipped):
    (shipped / "DRAWN.yaml").write_text(WHOLE_CONFIG.replace("data/PURE", "demo_data/PURE"))
    (shipped / "LAID_OVER.yaml").write_text("TRAIN: {EPOCHS: 2}\n")
    with (checkout / "main.py").open("a") as file:
        file.write('# DATASET == "PURE"\n')
    (shipped / "UNKNOWN.yaml").write_text(WHOLE_CONFIG.replace("DATASET: PURE", "DATASET: VIPL-HR"))
    report = install.install(checkout)
    assert [path.name for path in sorted((checkout / "toolbox_configs").glob("*.yaml"))] == ["A.yaml", "B.yaml"]
    assert report[-1].endswith(
        f"in {checkout}, run: python main.py --config_file toolbox_configs/PURE_UBFC_RFACENET.yaml"
    )
    assert "set DATA_PATH of TRAIN, VALID and TEST" in report[-2] and "CACHED_PATH names a folder" in report[-2]


def test_what_an_earlier_version_brought_is_renewed_and_goes(checkout, shipped):
    before = contents(checkout)
    (shipped / "DRAWN.yaml").write_text(WHOLE_CONFIG)
    (shipped / "GONE.yaml").write_text(WHOLE_CONFIG)
    install.install(checkout)
    (shipped / "DRAWN.yaml").write_text(WHOLE_CONFIG.replace("data/PURE", "demo_data/PURE"))
    (shipped / "GONE.yaml").unlink()
    report = install.install(checkout)
    assert "toolbox_configs/: 1 of these came with an earlier version and do not run in a checkout; they stay" in report
    assert "demo_data" in (checkout / "toolbox_configs" / "DRAWN.yaml").read_text()
    (checkout / "toolbox_configs" / "DRAWN.yaml").unlink()  # what the user took out of these does not come again
    install.install(checkout)
    assert not (checkout / "toolbox_configs" / "DRAWN.yaml").exists()
    install.uninstall(checkout)
    assert contents(checkout) == before


def test_without_yacs_it_is_said_which_python_has_it(checkout, shipped, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert_refused(
        checkout, lambda: install.install(checkout), "this Python has no yacs.*that runs the checkout's main.py"
    )


def _bases(name):
    folder = (CONFIGS / name).parent
    for line in (CONFIGS / name).read_text().splitlines():
        if line.startswith("BASE: ["):
            for base in line[len("BASE: [") : line.index("]")].split(","):
                yield (folder / base.strip()).resolve().relative_to(CONFIGS.resolve()).as_posix()
