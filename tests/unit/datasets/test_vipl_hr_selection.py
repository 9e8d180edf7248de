import numpy as np
import pytest
from scipy.io import savemat

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.datasets.clip_cache import file_list_name
from rfacenet_toolbox.datasets.readers import find_dataset, select_recordings
from rfacenet_toolbox.datasets.vipl_hr_selection import BAD_GROUND_TRUTH, BUILT_IN_FOLDS
from rfacenet_toolbox.errors import ConfigError, DataError


def node(**own):
    data = toolbox_tree().TEST.DATA
    data.DATASET, data.EXP_DATA_NAME = "VIPL-HR", "clips"
    for key, value in own.items():
        data.VIPL_HR[key] = value
    return data


def select(root, **own):
    """``(names, remarks)`` of what settings select."""
    selection = select_recordings("VIPL-HR", str(root), node(**own).VIPL_HR)
    return [one.name for one in selection.recordings], "\n".join(selection.remarks)


def make(root, *folders):
    for folder in folders:
        (root / "data" / folder).mkdir(parents=True)
    return root


def write_folds(root, folds):
    (root / "fold").mkdir(exist_ok=True)
    for number, subjects in folds.items():
        savemat(str(root / "fold" / f"fold{number}.mat"), {f"fold{number}": np.array([subjects], dtype=np.uint8)})


def people(root, *numbers):
    return make(root, *(f"p{number}/v1/source2" for number in numbers))


def test_by_default_all_but_infrared_is_read_and_the_rest_is_counted(tmp_path):
    make(tmp_path, *(f"p1/v1/source{k}" for k in (1, 2, 3, 4)), "p1/v1-2/source3", "p1/v8/source2")
    names, remarks = select(tmp_path)
    assert names == ["p1_v1-2_source3", "p1_v1_source1", "p1_v1_source2", "p1_v1_source3", "p1_v8_source2"]
    assert "1 of 6 recordings are of other scenes, sources or subjects." in remarks


def test_scenes_sources_and_second_takes_are_settings(tmp_path):
    make(tmp_path, "p1/v1/source1", "p1/v2/source1", "p1/v1-2/source1", "p1/v1/source4", "p1/v9/source2")
    assert select(tmp_path, SCENES=[2, 9])[0] == ["p1_v2_source1", "p1_v9_source2"]
    assert select(tmp_path, SOURCES=[4])[0] == ["p1_v1_source4"]
    names, remarks = select(tmp_path, SECOND_TAKES=False)
    assert "p1_v1-2_source1" not in names and "1 second takes are left out: p1_v1-2_source1." in remarks
    with pytest.raises(DataError, match=r"is of scenes \[2\], sources \[4\] and fold ''"):
        select(tmp_path, SCENES=[2], SOURCES=[4])


def test_recordings_that_are_not_there_are_named_and_counted(tmp_path):
    make(tmp_path, *(f"p84/v{v}/source{k}" for v in (1, 2) for k in (1, 2, 3) if (v, k) != (1, 1)))
    make(tmp_path, *(f"p97/v{v}/source{k}" for v in (1, 2) for k in (2, 3)), "p97/v8/source2")
    remarks = select(tmp_path)[1]
    assert "4 recordings are not there: p84/v1/source1, p84/v8/source2, p97/*/source1." in remarks
    assert "Nobody has scenes 3, 4, 5, 6, 7, 9." in remarks


def test_the_list_of_bad_ground_truth_is_off_unless_asked_for(tmp_path):
    make(tmp_path, "p10/v3/source1", "p10/v3-2/source1", "p11/v4/source1", "p11/v4/source2", "p1/v1/source1")
    assert len(select(tmp_path)[0]) == 5
    names, remarks = select(tmp_path, LEAVE_OUT_BAD_GROUND_TRUTH=True)
    assert names == ["p1_v1_source1", "p10_v3-2_source1", "p11_v4_source2"]
    assert "2 recordings with bad ground truth are left out: p10_v3_source1, p11_v4_source1." in remarks
    assert (len(BAD_GROUND_TRUTH), sum(len(sources) for _, _, sources in BAD_GROUND_TRUTH)) == (32, 67)


def test_the_built_in_folds_are_a_partition_of_the_107(tmp_path):
    everybody = sorted(subject for fold in BUILT_IN_FOLDS.values() for subject in fold)
    assert everybody == list(range(1, 108))
    assert [len(BUILT_IN_FOLDS[fold]) for fold in range(1, 6)] == [21, 21, 21, 22, 22]


def test_folds_come_from_the_files_and_divide_people_not_recordings(tmp_path):
    people(tmp_path, 1, 10, 100, 101)
    make(tmp_path, "p10/v1/source1", "p100/v1/source3")
    write_folds(tmp_path, {1: [10], 2: [100], 3: [1], 4: [101], 5: []})
    tested, remarks = select(tmp_path, FOLD="test 1")
    trained = select(tmp_path, FOLD="train 1")[0]
    assert tested == ["p10_v1_source1", "p10_v1_source2"]  # and not p100's
    assert not set(tested) & set(trained) and len(trained) == 4
    assert f"FOLD 'test 1' by {tmp_path / 'fold'}: 1 of 4 subjects, 10." in remarks
    assert select(tmp_path / "data", FOLD="test 2")[0] == ["p100_v1_source2", "p100_v1_source3"]
    with pytest.raises(DataError, match="and fold 'test 5'"):
        select(tmp_path, FOLD="test 5")


def test_the_built_in_list_is_taken_only_when_told_to(tmp_path):
    people(tmp_path, 74, 88, 89)
    with pytest.raises(DataError, match=r"fold1.mat is not there; expected one variable fold1 .*'built-in'"):
        select(tmp_path, FOLD="test 1")
    assert select(tmp_path, FOLD="test 1", FOLDS_FROM="built-in")[0] == ["p74_v1_source2"]


@pytest.mark.parametrize(
    "folds, message",
    [
        ({1: [1, 2], 2: [2], 3: [3], 4: [], 5: []}, r"1 subjects more than once, the first is 2, in folds \[1, 2\]"),
        ({1: [1, 1], 2: [2], 3: [3], 4: [], 5: []}, r"the first is 1, in folds \[1, 1\]"),
        ({1: [1], 2: [2], 3: [], 4: [], 5: []}, "has no fold for 1 of the 3 subjects: 3"),
        ({1: [0], 2: [2], 3: [], 4: [], 5: []}, r"holds \[0.\], which are no numbers of subjects"),
    ],
)
def test_folds_that_are_no_partition_are_refused(tmp_path, folds, message):
    write_folds(people(tmp_path, 1, 2, 3), folds)
    with pytest.raises(DataError, match=message):
        select(tmp_path, FOLD="train 1")


def test_a_file_of_folds_that_is_none_is_refused(tmp_path):
    write_folds(people(tmp_path, 1), {1: [1], 2: [], 3: [], 4: [], 5: []})
    (tmp_path / "fold" / "fold2.mat").write_bytes(b"MATLAB 7.3 MAT-file" + bytes(200))
    with pytest.raises(DataError, match="fold2.mat cannot be read"):
        select(tmp_path, FOLD="train 1")
    savemat(str(tmp_path / "fold" / "fold2.mat"), {"fold1": np.array([[1]])})
    with pytest.raises(DataError, match="fold2.mat cannot be read .KeyError: 'fold2'."):
        select(tmp_path, FOLD="train 1")


@pytest.mark.parametrize(
    "own, message",
    [
        ({"SCENES": []}, r"VIPL_HR.SCENES is \[\]; expected one or more different numbers of \[1, 2"),
        ({"SCENES": [1, 10]}, r"VIPL_HR.SCENES is \[1, 10\]"),
        ({"SOURCES": [1, 1]}, r"VIPL_HR.SOURCES is \[1, 1\]; expected one or more different numbers of \[1, 2, 3, 4\]"),
        ({"FOLD": "1"}, "VIPL_HR.FOLD is '1'; expected 'test 1' to 'test 5'"),
        ({"FOLD": "train 6"}, "VIPL_HR.FOLD is 'train 6'"),
        ({"FOLDS_FROM": "memory"}, "VIPL_HR.FOLDS_FROM is 'memory'; expected 'files'"),
    ],
)
def test_settings_that_are_not_served_are_refused(own, message):
    with pytest.raises(ConfigError, match=message):
        find_dataset("VIPL-HR").check_settings(node(**own).VIPL_HR, "TRAIN")


def test_what_is_selected_is_part_of_the_lists_name_and_not_of_the_caches():
    assert file_list_name(node()) == "clips_0.0_1.0.csv"
    own = {"SCENES": [8, 1, 3], "SOURCES": [1], "FOLD": "train 2", "SECOND_TAKES": False}
    assert file_list_name(node(**own)) == "clips_0.0_1.0_v138_s1_first_train2.csv"
    assert file_list_name(node(FOLD="test 2", FOLDS_FROM="built-in")).endswith("_test2b.csv")
    assert file_list_name(node(LEAVE_OUT_BAD_GROUND_TRUTH=True)).endswith("_1.0_good.csv")
