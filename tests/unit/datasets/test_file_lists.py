"""File lists that would choose other clips than was meant."""

import os
import shutil

import pytest
from support.configs import small_job, write
from support.recordings import noise_frames, write_both

from rfacenet_toolbox import config as configuration
from rfacenet_toolbox.datasets.file_lists import check_list, outside_cache, read_file_list, write_file_list
from rfacenet_toolbox.datasets.splits import check_source, load_split
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.hosts.standalone import StandaloneHost

#: settings of a run on clips that are there
CACHED = {"TRAIN.DATA.DO_PREPROCESS": False, "TEST.DATA.DO_PREPROCESS": False}


def loaded(folder, *settings):
    return configuration.load(write(folder / "config.yaml", small_job(folder), *settings))


@pytest.fixture
def cached(tmp_path):
    """A folder with recordings, and clips of them in the folder ``clips``."""
    write_both(tmp_path, noise_frames(40, 32, 32), scenarios=(1,), test_subjects=(1,))
    preprocess = {"TRAIN.DATA.DO_PREPROCESS": True, "TEST.DATA.DO_PREPROCESS": True}
    config = loaded(tmp_path, preprocess)
    for split in ("TRAIN", "TEST"):
        load_split(split, config[split].DATA, 1, False)
    return tmp_path


def test_a_list_of_the_cache_that_was_copied_is_refused(cached):
    shutil.copytree(str(cached / "clips"), str(cached / "copy"))
    moved = loaded(cached, CACHED, {f"{split}.DATA.CACHED_PATH": str(cached / "copy") for split in ("TRAIN", "TEST")})
    said = f"lists 2 clips that are not in TRAIN.DATA.CACHED_PATH, {cached}/copy/PURE.*the first is {cached}/clips/PURE"
    for attempt in (check_source, load_split):
        with pytest.raises(DataError, match=said):
            attempt("TRAIN", moved.TRAIN.DATA)
    with pytest.raises(DataError, match=said):
        StandaloneHost().check_apart(moved)
    os.remove(moved.TRAIN.DATA.FILE_LIST_PATH)
    clips = load_split("TRAIN", moved.TRAIN.DATA, progress=False)
    assert {os.path.dirname(path) for path in clips.inputs} == {moved.TRAIN.DATA.CACHED_PATH}


def test_a_cache_that_is_reached_by_another_path_is_the_same(cached):
    os.symlink(str(cached / "clips"), str(cached / "link"))
    config = loaded(cached, CACHED, {f"{split}.DATA.CACHED_PATH": str(cached / "link") for split in ("TRAIN", "TEST")})
    check_source("TRAIN", config.TRAIN.DATA)
    assert outside_cache(config.TRAIN.DATA) == []


def test_a_list_of_ones_own_may_name_other_clips_and_it_is_said(cached):
    config = loaded(cached, CACHED)
    inputs = read_file_list(config.TRAIN.DATA.FILE_LIST_PATH)
    shutil.copytree(str(cached / "clips"), str(cached / "copy"))
    write_file_list(str(cached / "mine.csv"), [path.replace("clips", "copy") for path in inputs])
    config = loaded(cached, CACHED, {"TRAIN.DATA.FILE_LIST_PATH": str(cached / "mine.csv")})
    StandaloneHost().check_apart(config)
    (warning,) = [one for one in StandaloneHost().warnings(config) if "FILE_LIST_PATH" in one]
    assert warning.startswith("TRAIN.DATA.FILE_LIST_PATH names 2 clips that are not in CACHED_PATH, the first is")


@pytest.mark.parametrize(
    "name, said",
    [
        ("fold1", "which is not a folder. Did you mean 'fold1.csv'"),
        ("flod1", "which is not a folder. Did you mean 'fold1.csv'"),
        ("bare", "which is a file without the ending .csv. Name a list with its ending"),
    ],
)
@pytest.mark.parametrize("preprocess", [True, False])
def test_a_list_without_its_ending_is_not_taken_for_a_folder(cached, name, said, preprocess):
    write_file_list(str(cached / "lists" / "fold1.csv"), ["101_input0.npy"])
    write_file_list(str(cached / "lists" / "bare"), ["101_input0.npy"])
    path = {"TRAIN.DATA.FILE_LIST_PATH": str(cached / "lists" / name), "TRAIN.DATA.DO_PREPROCESS": preprocess}
    config = loaded(cached, CACHED, path)
    with pytest.raises(DataError, match=f"TRAIN.DATA.FILE_LIST_PATH is '{cached}/lists/{name}', {said}"):
        check_source("TRAIN", config.TRAIN.DATA)


def test_a_folder_for_lists_may_be_new(cached):
    write_file_list(str(cached / "fold1.csv"), ["101_input0.npy"])
    path = {"TRAIN.DATA.FILE_LIST_PATH": str(cached / "lists_of_pure"), "TRAIN.DATA.DO_PREPROCESS": True}
    check_list("TRAIN", loaded(cached, path).TRAIN.DATA)
