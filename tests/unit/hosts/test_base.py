"""What the hosts have in common: the recordings a split should hold and does hold."""

import os
import shutil
from types import SimpleNamespace

import pytest
from support.configs import tree
from support.recordings import noise_frames, write_ubfc_rppg

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.datasets.file_lists import write_file_list
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.hosts.base import recordings
from rfacenet_toolbox.hosts.standalone import StandaloneHost
from rfacenet_toolbox.hosts.toolbox.host import ToolboxHost

TOOLBOX, STANDALONE = ToolboxHost("no folder"), StandaloneHost()


def config_of(dataset, path, begin=0.0, end=1.0, split="TEST"):
    config = toolbox_tree()
    data = config[split].DATA
    data.DATASET, data.DATA_PATH, data.BEGIN, data.END = dataset, str(path), begin, end
    return config


def loader_of(names, chunks=2):
    clips = [f"/cache/X/{name}_input{chunk}.npy" for name in names for chunk in range(chunks)]
    return SimpleNamespace(dataset=SimpleNamespace(inputs=clips))


class Clips(list):
    @property
    def inputs(self):
        return self


@pytest.fixture
def pure(tmp_path):
    for subject in (10, 2, 1, 4, 3):
        for scenario in (2, 1):
            (tmp_path / f"{subject:02d}-{scenario:02d}").mkdir()
    return tmp_path


@pytest.fixture
def ubfc_rppg(tmp_path, monkeypatch):
    """Folders that the file system lists in an order of its own."""
    order = ["subject3", "subject10", "subject1", "subject12", "subject4"]
    for name in order:
        (tmp_path / name).mkdir()
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: list(order) if str(path) == str(tmp_path) else listdir(path))
    return tmp_path


@pytest.mark.parametrize("host", [TOOLBOX, STANDALONE])
def test_expected_divides_pure_by_sorted_subject(pure, host):
    assert set(host.expected(config_of("PURE", pure, 0, 0.8, "TRAIN").TRAIN.DATA)) == {
        f"{subject}0{scenario}" for subject in (1, 2, 3, 4) for scenario in (1, 2)
    }
    assert set(host.expected(config_of("PURE", pure, 0.8, 1, "VALID").VALID.DATA)) == {"1001", "1002"}


def test_expected_divides_ubfc_rppg_by_position_in_the_hosts_order(ubfc_rppg):
    config = config_of("UBFC-rPPG", ubfc_rppg, 0.0, 0.6)
    assert TOOLBOX.expected(config.TEST.DATA) == ["subject3", "subject10", "subject1"]
    assert STANDALONE.expected(config.TEST.DATA) == ["subject1", "subject3", "subject4"]
    whole = config_of("UBFC-rPPG", ubfc_rppg)
    assert TOOLBOX.expected(whole.TEST.DATA) == ["subject3", "subject10", "subject1", "subject12", "subject4"]


def test_expected_is_none_where_it_cannot_be_told(tmp_path):
    assert TOOLBOX.expected(config_of("PURE", tmp_path / "nowhere").TEST.DATA) is None
    assert TOOLBOX.expected(config_of("MMPD", tmp_path).TEST.DATA) is None


def test_recordings_of_a_loader():
    assert recordings(loader_of(["subject10", "subject2"])) == ["subject10", "subject2"]
    assert recordings(None) == []


def test_check_complete_names_the_recordings_that_were_dropped(pure):
    config = config_of("PURE", pure)
    config.TEST.DATA.FILE_LIST_PATH = "lists/test.csv"
    names = TOOLBOX.expected(config.TEST.DATA)
    TOOLBOX.check_complete(config, {"train": None, "test": loader_of(names)})
    kept = [name for name in names if name not in ("302", "1001")]
    with pytest.raises(DataError) as error:
        TOOLBOX.check_complete(config, {"train": None, "test": loader_of(kept)})
    message = str(error.value)
    assert "the test split has clips of 8 recordings" in message and "holds 10" in message
    missing = message.split("Missing: ")[1].split(".")[0].split(", ")
    assert sorted(missing) == ["1001", "302"]
    assert "lists/test.csv" in message and "\n" not in message


def test_check_complete_lets_another_order_of_the_file_system_be(ubfc_rppg):
    config = config_of("UBFC-rPPG", ubfc_rppg, 0.0, 0.4)
    TOOLBOX.check_complete(config, {"test": loader_of(["subject1", "subject12"])})
    with pytest.raises(DataError, match="Missing: subject3, subject10"):
        TOOLBOX.check_complete(config, {"test": loader_of(["subject1"])})


def test_print_split_shows_the_order_it_got(capsys):
    clips = Clips(["/cache/subject3_input0.npy", "/cache/subject3_input1.npy", "/cache/subject10_input0.npy"])
    TOOLBOX.print_split({"train": SimpleNamespace(dataset=clips), "valid": None})
    assert capsys.readouterr().out == "train: 2 recordings, 3 clips: subject3, subject10\n"


def trained_and_tested(tmp_path, train, test, **test_settings):
    data = {"DATASET": "UBFC-rPPG", "END": 1.0}
    return tree(
        {"TOOLBOX_MODE": "train_and_test"},
        {"TRAIN.DATA": {**data, "DATA_PATH": str(train), "CACHED_PATH": str(tmp_path / "one")}},
        {"TEST.DATA": {**data, "DATA_PATH": str(test), "CACHED_PATH": str(tmp_path / "two"), **test_settings}},
    )


@pytest.mark.parametrize("host", [TOOLBOX, STANDALONE])
def test_recordings_of_the_training_set_cannot_be_tested_on(tmp_path, host):
    for number in (1, 2):
        write_ubfc_rppg(tmp_path / "A", f"subject{number}", noise_frames(8, 12, 12, seed=number))
        write_ubfc_rppg(tmp_path / "B", f"subject{number}", noise_frames(8, 12, 12, seed=number + 2))
    host.check_apart(trained_and_tested(tmp_path, tmp_path / "A", tmp_path / "B"))
    half = trained_and_tested(tmp_path, tmp_path / "A", tmp_path / "A", BEGIN=0.5)
    with pytest.raises(DataError, match="1 recordings are in the training set and in the test set"):
        host.check_apart(half)
    shutil.copytree(str(tmp_path / "A" / "subject1"), str(tmp_path / "B" / "subject7"))
    with pytest.raises(DataError, match="1 recordings are in .*A/subject1"):
        host.check_apart(trained_and_tested(tmp_path, tmp_path / "A", tmp_path / "B"))


@pytest.mark.parametrize("host", [TOOLBOX, STANDALONE])
def test_a_validation_set_of_test_recordings_is_told(tmp_path, host):
    write_ubfc_rppg(tmp_path / "A", "subject1", noise_frames(8, 12, 12))
    write_ubfc_rppg(tmp_path / "B", "subject2", noise_frames(8, 12, 12, seed=2))
    config = trained_and_tested(tmp_path, tmp_path / "A", tmp_path / "B").clone()
    config.defrost()
    config.VALID.DATA, config.TEST.USE_LAST_EPOCH = config.TEST.DATA.clone(), False
    (sentence,) = host.warnings(config)
    assert sentence.startswith("1 recordings are in VALID and in TEST")


@pytest.mark.parametrize("host", [TOOLBOX, STANDALONE])
def test_two_folders_share_a_cache_only_where_no_two_recordings_have_one_name(tmp_path, host):
    for seed, path in enumerate(("A/subject1", "A/subject2", "B/subject2", "C/subject3")):
        folder, name = path.split("/")
        write_ubfc_rppg(tmp_path / folder, name, noise_frames(8, 12, 12, seed=seed))
    one_cache = {"CACHED_PATH": str(tmp_path / "one"), "DO_PREPROCESS": True}
    with pytest.raises(DataError, match="TRAIN and TEST share the cache .*those of subject2, for example"):
        host.check_apart(trained_and_tested(tmp_path, tmp_path / "A", tmp_path / "B", **one_cache))
    host.check_apart(trained_and_tested(tmp_path, tmp_path / "A", tmp_path / "C", **one_cache))


@pytest.mark.parametrize("host", [TOOLBOX, STANDALONE])
def test_a_list_of_ones_own_says_what_is_expected(ubfc_rppg, host):
    path = ubfc_rppg / "mine.csv"
    write_file_list(str(path), ["cache/subject4_input0.npy", "cache/subject1_input0.npy"])
    config = config_of("UBFC-rPPG", ubfc_rppg)
    config.TEST.DATA.FILE_LIST_PATH = str(path)
    assert sorted(host.expected(config.TEST.DATA)) == ["subject1", "subject4"]
    host.check_complete(config, {"test": loader_of(["subject1", "subject4"])})


def test_clips_that_are_trained_and_tested_on_or_lack_one_between_are_refused():
    loaders = {"train": loader_of(["subject1"]), "valid": None, "test": loader_of(["subject2", "subject1"])}
    with pytest.raises(DataError, match="2 clips are in the training set and in the test set, the first is .*subject1"):
        STANDALONE.check_loaded(toolbox_tree(), loaders)
    loaders = {"train": loader_of(["subject1"], chunks=4), "test": loader_of(["subject2"], chunks=4)}
    STANDALONE.check_loaded(toolbox_tree(), loaders)
    for loader in loaders.values():
        del loader.dataset.inputs[2]
    with pytest.raises(DataError, match="test split lacks clip 2 of recording subject2, and has later ones"):
        STANDALONE.check_loaded(toolbox_tree(), loaders)
