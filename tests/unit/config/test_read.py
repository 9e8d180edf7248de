"""What a YAML file becomes, and how files that are no config are refused."""

import os

import pytest
from support.configs import RUNNABLE, TABLE1, write
from support.paths import ROOT

from rfacenet_toolbox.config import check_yaml, load, rfacenet_node
from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.methods.signal import GRIDS, METHODS


@pytest.mark.parametrize("path", RUNNABLE, ids=lambda path: path.stem)
def test_every_shipped_config_loads_frozen(path):
    config = load(path)
    assert config.is_frozen()
    if config.TOOLBOX_MODE == "unsupervised_method":
        assert tuple(config.UNSUPERVISED.METHOD) == tuple(name for name in METHODS if name not in GRIDS)
    else:
        assert registry.is_registered(config.MODEL.NAME)


@pytest.mark.parametrize("path", [*RUNNABLE, *TABLE1], ids=lambda path: path.stem)
def test_every_shipped_config_of_rfacenet_has_the_balance_that_learns(path):
    config = load(path)
    if config.MODEL.NAME == "rFaceNet":
        assert config.MODEL.RFACENET.LOSS.HEART_RATE_GRADIENT_CAP == 0.3


def test_later_files_override_earlier_ones_and_keep_the_rest(tmp_path):
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep" / "first.yaml", {"TOOLBOX_MODE": "only_test", "DEVICE": "cpu", "TRAIN": {"EPOCHS": 1}})
    write(tmp_path / "second.yaml", {"BASE": ["deep/first.yaml"], "TRAIN": {"EPOCHS": 2, "LR": 0.5}})
    config = load(write(tmp_path / "last.yaml", {"BASE": ["second.yaml"], "TRAIN": {"EPOCHS": 3}}))
    assert (config.TRAIN.EPOCHS, config.TRAIN.LR, config.DEVICE) == (3, 0.5, "cpu")
    assert config.TRAIN.BATCH_SIZE == toolbox_tree().TRAIN.BATCH_SIZE


@pytest.mark.parametrize("base", ["b.yaml", "../x/b.yaml"])
def test_a_file_that_inherits_from_itself_is_named_with_the_way_round(tmp_path, base):
    folder = tmp_path / "x"
    folder.mkdir()
    write(folder / "a.yaml", {"BASE": [base]})
    write(folder / "b.yaml", {"BASE": ["a.yaml"]})
    with pytest.raises(ConfigError, match=r"inherits from itself through BASE: .*a.yaml -> .*b.yaml -> .*a.yaml"):
        load(folder / "a.yaml")


@pytest.mark.parametrize(
    "text, message",
    [
        (None, r"no config file at .*x.yaml. Name a YAML file"),
        ("BASE: [none.yaml]", r"x.yaml names none.yaml under BASE, and there is no such file"),
        ("BASE: other.yaml", r"sets BASE to 'other.yaml'; expected a list of files"),
        ("", r"holds nothing; expected the nested keys"),
        ("- a\n- b", r"holds list; expected the nested keys"),
        ("TRAIN:\n\tEPOCHS: 1", r"x.yaml is not readable as YAML: .*line 2"),
        ("TRAIN: [1", r"x.yaml is not readable as YAML"),
        ("TRAIN: 5", r"sets TRAIN to 5; expected the keys EPOCHS, BATCH_SIZE"),
        ("DEVICE: {CPU: 1}", r"sets DEVICE.CPU, but DEVICE is a value with no keys"),
        ("TRAIN: {EPOCHS: }", r"sets TRAIN.EPOCHS to nothing. Give it a value such as 50"),
        ("TRAIN: {EPOCHS: many}", r"TRAIN.EPOCHS is many; expected a whole number, such as 50"),
        ("TRAIN: {LR: 1}", r"TRAIN.LR is 1; expected a number with a decimal point, such as 0.0001"),
        ("1: 2", r"sets 1, which is not a setting"),
    ],
)
def test_files_that_are_no_config_are_refused_by_name(tmp_path, text, message):
    if text is not None:
        write(tmp_path / "x.yaml", text)
    with pytest.raises(ConfigError, match=f"(?s){message}") as error:
        load(tmp_path / "x.yaml")
    assert "\n\n" not in str(error.value)


@pytest.mark.parametrize(
    "misspelt, meant",
    [
        ("TRIAN.EPOCHS", "TRAIN"),
        ("TRAIN.EPOCH", "TRAIN.EPOCHS"),
        ("TEST.DATA.PREPROCESS.CHUNKLENGTH", "TEST.DATA.PREPROCESS.CHUNK_LENGTH"),
        (
            "TRAIN.DATA.PREPROCESS.CROP_FACE.DETECTION.USE_MEDIAN_BOX",
            "TRAIN.DATA.PREPROCESS.CROP_FACE.DETECTION.USE_MEDIAN_FACE_BOX",
        ),
        ("MODEL.RFACENET.FUSON", "MODEL.RFACENET.FUSION"),
        ("MODEL.RFACENET.RUNTIME.PRECISON", "MODEL.RFACENET.RUNTIME.PRECISION"),
        ("MODEL.RFACENET.LOSS.TASK", "MODEL.RFACENET.LOSS.TASKS"),
        ("RFACENET.FUSION", "MODEL.RFACENET"),
        ("SEED", "MODEL.RFACENET.RUNTIME.SEED"),
    ],
)
def test_an_unknown_key_is_answered_with_the_closest_spelling(config_with, misspelt, meant):
    with pytest.raises(ConfigError) as error:
        config_with({misspelt: 1})
    wrong = misspelt if misspelt in str(error.value) else misspelt.split(".")[0]
    assert f"config.yaml sets {wrong}, which is not a setting." in str(error.value)
    suggested = str(error.value).split("Did you mean ")[1].rstrip("?")
    assert suggested == meant


def test_a_key_that_resembles_nothing_is_sent_to_the_documentation(config_with):
    with pytest.raises(ConfigError, match=r"sets ZZZ, which is not a setting. See docs/configs.md"):
        config_with({"ZZZ": 1})
    assert (ROOT / "docs" / "configs.md").is_file()


def test_a_mode_that_there_is_not(config_with):
    with pytest.raises(ConfigError, match="TOOLBOX_MODE is 'train'; expected one of train_and_test, only_test"):
        config_with({"TOOLBOX_MODE": "train"})


def test_paths_are_derived_as_in_the_toolbox(config_with):
    config = config_with({"LOG.PATH": "runs/x", "TRAIN.DATA.CACHED_PATH": "cache", "TRAIN.DATA.FOLD.FOLD_NAME": "one"})
    name = config.TRAIN.DATA.EXP_DATA_NAME
    assert name.startswith("PURE_SizeW72_SizeH72_ClipLength128_DataTypeDiffNormalized_")
    assert os.path.join("cache", name) == config.TRAIN.DATA.CACHED_PATH
    assert os.path.join("cache", "DataFileLists", f"{name}_0.0_0.8_one.csv") == config.TRAIN.DATA.FILE_LIST_PATH
    assert os.path.join("runs/x", name, "PreTrainedModels") == config.MODEL.MODEL_DIR
    outputs = os.path.join("runs/x", config.TEST.DATA.EXP_DATA_NAME, "saved_test_outputs")
    assert outputs == config.TEST.OUTPUT_SAVE_DIR


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"TRAIN.DATA.FILE_LIST_PATH": "lists/train.csv"}, "would write another. Set TRAIN.DATA.DO_PREPRO"),
        ({"TRAIN.DATA.FILE_LIST_PATH": "lists/train.txt"}, "expected a folder or a .csv file"),
    ],
)
def test_file_lists_that_cannot_be(config_with, changes, message):
    with pytest.raises(ConfigError, match=message):
        config_with(changes)


@pytest.mark.parametrize(
    "text, lines",
    [("TRAIN:\n  EPOCHS: 1\nDEVICE: cpu\nTRAIN:\n  BATCH_SIZE: 2\n", "lines 1 and 4"), ("LOG: {PATH: a, PATH: b}", "")],
)
def test_a_key_that_stands_twice_is_refused_with_its_lines(tmp_path, text, lines):
    path = write(tmp_path / "twice.yaml", text)
    for read in (load, check_yaml):
        with pytest.raises(ConfigError, match=f"twice.yaml .*is set twice in one block, .*{lines}"):
            read(path)
    with pytest.raises(ConfigError, match="twice.yaml .*is set twice"):
        check_yaml(write(tmp_path / "heir.yaml", "BASE: [twice.yaml]"))


def test_a_merged_key_may_be_overridden(tmp_path):
    text = "MODEL: &model {NAME: rFaceNet}\nTRAIN: {DATA: &data {<<: *model, NAME: other}}\nTEST: {DATA: {<<: *data}}"
    check_yaml(write(tmp_path / "merged.yaml", text))


def test_the_node_is_a_fresh_one_each_time():
    first = rfacenet_node()
    first.LOSS.TASKS.append("more")
    assert rfacenet_node().LOSS.TASKS == ["bvp", "heart_rate", "identity"]
