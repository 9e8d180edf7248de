import os
from pathlib import Path

import pytest
from support.configs import data_node
from support.recordings import noise_frames, write_pure, write_ubfc_rppg

from rfacenet_toolbox.datasets import clip_cache
from rfacenet_toolbox.datasets.file_lists import read_file_list, write_file_list
from rfacenet_toolbox.datasets.splits import check_source, check_split, load_split
from rfacenet_toolbox.errors import ConfigError, DataError


def load(node):
    return load_split("TRAIN", node, workers=1, progress=False)


@pytest.fixture
def pure(tmp_path):
    for subject in (1, 2, 10):
        write_pure(tmp_path / "raw", f"{subject:02d}-01", noise_frames(20, seed=subject))
    node = data_node("PURE", tmp_path / "raw", tmp_path / "cache", {"EXP_DATA_NAME": "cache"})
    node.FILE_LIST_PATH = str(tmp_path / "lists" / clip_cache.file_list_name(node))
    return node


@pytest.fixture
def done(pure):
    """A split that was preprocessed before, with DO_PREPROCESS now False."""
    load(pure)
    pure.DO_PREPROCESS = False
    return pure


def test_preprocessing_gives_clips_a_report_and_the_file_list(pure):
    clips = load(pure)
    assert clips.recordings == ["1001", "101", "201"] and len(clips) == 3
    assert clips.report.recordings[0].clips == 1
    lines = Path(pure.FILE_LIST_PATH).read_text().splitlines()
    assert lines == [",input_files"] + [
        f"{index},{pure.CACHED_PATH}{os.sep}{name}_input0.npy" for index, name in enumerate(["101", "201", "1001"])
    ]


def test_the_report_is_printed_with_the_bar(pure, capsys):
    load_split("TRAIN", pure, workers=1)
    assert "TRAIN PURE: 3 recordings (0 of them cached before), 60 frames, 3 clips" in capsys.readouterr().out


def test_a_preprocessed_split_is_read_without_its_recordings(done):
    first = load(done)
    done.DATA_PATH = "nowhere"
    again = load(done)
    assert again.inputs == first.inputs and again.report is None


def test_recordings_that_are_to_be_listed_are_missed_before_anything_is_read(done):
    os.unlink(done.FILE_LIST_PATH)
    done.DATA_PATH = "nowhere"
    expected = os.path.abspath("nowhere")
    with pytest.raises(DataError, match=rf"^TEST.DATA: DATA_PATH 'nowhere' \({expected}\) is not a folder, so"):
        check_source("TEST", done)


def test_begin_and_end_choose_subjects(done):
    done.END = 0.7
    done.FILE_LIST_PATH = os.path.join(os.path.dirname(done.FILE_LIST_PATH), clip_cache.file_list_name(done))
    assert load(done).recordings == ["101", "201"]
    assert os.path.exists(done.FILE_LIST_PATH)


def test_the_list_is_made_again_from_the_recordings(done):
    expected = load(done).inputs
    os.remove(done.FILE_LIST_PATH)
    assert load(done).inputs == expected
    assert read_file_list(done.FILE_LIST_PATH) == [
        clip_cache.input_path(done.CACHED_PATH, name, 0) for name in ("101", "201", "1001")
    ]


def test_a_cache_without_markers_is_the_toolboxs_and_is_taken(done):
    os.remove(done.FILE_LIST_PATH)
    for marker in Path(done.CACHED_PATH).glob("*.json"):
        marker.unlink()
    assert len(load(done)) == 3


def test_a_cache_that_is_not_there(pure):
    pure.DO_PREPROCESS = False
    with pytest.raises(DataError, match="TRAIN.DATA.CACHED_PATH .*is not there.*Set TRAIN.DATA.DO_PREPROCESS to True"):
        load(pure)


def test_file_list_empty_is_explained(pure):
    pure.DO_PREPROCESS = False
    os.makedirs(pure.CACHED_PATH)
    with pytest.raises(DataError, match=r"File list empty: 3 of the 3 PURE .*no clips in .*\(101, 201, 1001\).*True"):
        load(pure)
    write_file_list(pure.FILE_LIST_PATH, [])
    with pytest.raises(DataError, match="File list empty: .* names no clips"):
        load(pure)


def test_a_recording_without_clips_is_not_left_out(done):
    os.remove(done.FILE_LIST_PATH)
    for file in Path(done.CACHED_PATH).glob("201_*"):
        file.unlink()
    with pytest.raises(DataError, match=r"File list not complete: 1 of the 3 .*\(201\)"):
        load(done)


def test_a_list_that_lacks_a_recording_is_refused_if_it_was_made_for_the_split(done):
    inputs = read_file_list(done.FILE_LIST_PATH)[:2]
    write_file_list(done.FILE_LIST_PATH, inputs)
    with pytest.raises(DataError, match="clips of 2 recordings, but the split 0.0-1.0 .* has 3; without clips: 1001"):
        load(done)
    done.FILE_LIST_PATH = done.FILE_LIST_PATH.replace("cache_", "mine_")
    write_file_list(done.FILE_LIST_PATH, inputs)
    assert load(done).recordings == ["101", "201"]


def test_a_list_whose_clips_are_gone_is_refused(done):
    os.remove(os.path.join(done.CACHED_PATH, "201_label0.npy"))
    with pytest.raises(DataError, match="lists 3 clips, of which 1 .*the first is .*201_input0.npy"):
        load(done)


def test_a_list_of_an_interrupted_run_is_refused(done):
    clip_cache.write_marker(done.CACHED_PATH, "201", complete=False, report={"clips": 1})
    with pytest.raises(DataError, match="recording 201 .*interrupted"):
        load(done)


def test_a_list_that_is_no_list_is_refused(done):
    Path(done.FILE_LIST_PATH).write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="cannot be read .*input_files.*column 'input_files'"):
        load(done)


def test_a_clip_that_is_listed_twice_is_refused(done):
    inputs = read_file_list(done.FILE_LIST_PATH)
    write_file_list(done.FILE_LIST_PATH, [*inputs, inputs[1]])
    with pytest.raises(DataError, match="lists 1 clips more than once, the first is .*201_input0.npy"):
        load(done)


def test_a_misspelt_list_is_not_taken_for_all_clips(done):
    right = done.FILE_LIST_PATH.replace("cache_", "fold1_")
    write_file_list(right, read_file_list(done.FILE_LIST_PATH)[:1])
    done.FILE_LIST_PATH = right.replace("fold1", "flod1")
    with pytest.raises(DataError, match="flod1.* no such file. Did you mean 'fold1_"):
        load(done)
    assert not os.path.exists(done.FILE_LIST_PATH)


def test_ubfc_rppg_lists_of_another_order_are_taken(tmp_path):
    for subject in (1, 2, 3):
        write_ubfc_rppg(tmp_path / "raw", f"subject{subject}", noise_frames(20, seed=subject))
    node = data_node("UBFC-rPPG", tmp_path / "raw", tmp_path / "cache", {"EXP_DATA_NAME": "cache"})
    everything = load(node).inputs
    node.DO_PREPROCESS, node.END = False, 0.7
    node.FILE_LIST_PATH = str(tmp_path / clip_cache.file_list_name(node))
    write_file_list(node.FILE_LIST_PATH, everything[1:])
    assert load(node).recordings == ["subject2", "subject3"]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"DATASET": "pure"}, "VALID.DATA: DATASET is 'pure'"),
        ({"DATA_FORMAT": "NHWC"}, "VALID.DATA: DATA_FORMAT is 'NHWC'"),
        ({"BEGIN": 0.9, "END": 0.8}, "VALID.DATA: BEGIN is 0.9 and END is 0.8"),
        ({"PREPROCESS.LABEL_TYPE": "x"}, "VALID.DATA: PREPROCESS.LABEL_TYPE is 'x'"),
        ({"CACHED_PATH": "inputs"}, "VALID.DATA: CACHED_PATH 'inputs'"),
    ],
)
def test_settings_are_checked_with_the_splits_name(changes, message):
    with pytest.raises(ConfigError, match=message):
        check_split("VALID", data_node("PURE", "", "", changes))
