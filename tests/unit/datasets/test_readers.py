import os

import pytest
from support.recordings import noise_frames, write_pure, write_ubfc_rppg

from rfacenet_toolbox.datasets import readers
from rfacenet_toolbox.datasets.dataset import Dataset, files_ending
from rfacenet_toolbox.datasets.pure import Pure
from rfacenet_toolbox.datasets.readers import find_recordings, register, split_recordings
from rfacenet_toolbox.errors import ConfigError, DataError


def folders(root, names):
    for name in names:
        (root / name).mkdir()
    return root


def test_pure_is_sorted_by_subject_and_scenario(tmp_path):
    (tmp_path / "read-me.txt").write_text("not a recording")
    found = find_recordings("PURE", str(folders(tmp_path, ["10-01", "01-02", "02-01", "01-01"])))
    assert [(one.name, one.subject) for one in found] == [("101", 1), ("102", 1), ("201", 2), ("1001", 10)]


def test_ubfc_rppg_is_sorted_numerically(tmp_path):
    found = find_recordings("UBFC-rPPG", str(folders(tmp_path, ["subject10", "subject9", "subject1"])))
    assert [(one.name, one.subject) for one in found] == [("subject1", 1), ("subject9", 9), ("subject10", 10)]


def test_pure_is_split_by_subject(tmp_path):
    found = find_recordings("PURE", str(folders(tmp_path, [f"{s:02d}-{t:02d}" for s in range(1, 6) for t in (1, 2)])))
    train, valid = (split_recordings(found, *part) for part in ((0.0, 0.8), (0.8, 1.0)))
    assert [one.name for one in train] == ["101", "102", "201", "202", "301", "302", "401", "402"]
    assert [one.name for one in valid] == ["501", "502"]
    assert split_recordings(found, 0.0, 1.0) == found


def test_ubfc_rppg_is_split_by_position(tmp_path):
    found = find_recordings("UBFC-rPPG", str(folders(tmp_path, ["subject3", "subject4", "subject8"])))
    assert [one.name for one in split_recordings(found, 0.0, 0.7)] == ["subject3", "subject4"]


def test_a_split_without_recordings_is_said(tmp_path):
    found = find_recordings("PURE", str(folders(tmp_path, ["01-01", "02-01"])))
    with pytest.raises(DataError, match="split 0.0-0.4 of 2 PURE subjects is empty"):
        split_recordings(found, 0.0, 0.4)
    with pytest.raises(ConfigError, match="BEGIN is 0.5 and END is 0.5"):
        split_recordings(found, 0.5, 0.5)


def test_an_unknown_data_set_is_answered_with_the_names():
    with pytest.raises(ConfigError, match="Did you mean 'UBFC-rPPG'.*PURE, UBFC-rPPG"):
        find_recordings("UBFC", ".")


def test_a_wrong_path_is_said_with_the_layout(tmp_path):
    with pytest.raises(DataError, match=r"is not a folder.*Expected folders .*01-01/\*\.png"):
        find_recordings("PURE", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="holds no UBFC-rPPG recordings. Found: 01-01. Expected .*vid.avi"):
        find_recordings("UBFC-rPPG", str(folders(tmp_path, ["01-01"])))


@pytest.mark.parametrize(
    "dataset, names, message",
    [
        ("PURE", ["01-01", "01-01-old"], "01-01-old.*two digits, a dash"),
        ("UBFC-rPPG", ["subject1", "subjects"], "subjects.*no number"),
        ("UBFC-rPPG", ["subject1", "subject1_old"], "both be cached as 'subject1'"),
    ],
)
def test_names_that_cannot_be_told_apart_are_refused(tmp_path, dataset, names, message):
    with pytest.raises(DataError, match=message):
        find_recordings(dataset, str(folders(tmp_path, names)))


@pytest.mark.parametrize("dataset, write", [("PURE", write_pure), ("UBFC-rPPG", write_ubfc_rppg)])
@pytest.mark.parametrize(
    "values, message",
    [
        ([1.0, 2.0, float("nan"), 4.0], "1 of 4 samples that are not finite, the first at 2"),
        ([5.0] * 6, r"constant \(5 in all 6 samples\)"),
        ([5.0], r"holds 1 PPG sample\(s\)"),
    ],
)
def test_a_ppg_without_a_pulse_is_refused(tmp_path, dataset, write, values, message):
    write(tmp_path, frames=noise_frames(2), ppg=values)
    (recording,) = find_recordings(dataset, str(tmp_path))
    with pytest.raises(DataError, match=f"{dataset} recording {recording.name} .*{message}"):
        recording.ppg()


class FolderNames(Pure):
    """Any folder is a recording of its own name."""

    name = "FolderNames"
    split_by_subject = False

    def recording_name(self, folder):
        return folder

    def subject_of_clip(self, name):
        return len(name)


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(readers, "DATASETS", dict(readers.DATASETS))
    register(FolderNames())


def test_a_registered_data_set_is_found_split_and_ordered_by_its_own_rules(registered, tmp_path):
    found = find_recordings("FolderNames", str(folders(tmp_path, ["ccc", "b", "aa", "dd"])))
    assert [(one.name, one.subject) for one in found] == [("b", 1), ("aa", 2), ("dd", 2), ("ccc", 3)]
    assert [one.name for one in split_recordings(found, 0.0, 0.5)] == ["b", "aa"]


class InFiles(FolderNames):
    """Recordings are files of one folder, and names end with the subject's number."""

    name = "InFiles"
    layout = "files DATA_PATH/videos/<name><number>.npz"

    def entries(self, data_path):
        return files_ending(".npz", data_path, "videos")

    def recording_name(self, entry):
        name = os.path.splitext(os.path.basename(entry))[0]
        return None if name.startswith("test") else name

    def subject_of_clip(self, name):
        if not name[-1].isdigit():
            raise ValueError("expected a number at its end")
        return int(name[-1])


def test_recordings_can_be_files(registered, tmp_path):
    register(InFiles())
    with pytest.raises(DataError, match="holds no InFiles recordings. Found: nothing. Expected files DATA_PATH/videos"):
        find_recordings("InFiles", str(tmp_path))
    (tmp_path / "videos").mkdir()
    for name in ("b1.npz", "a2.npz", "test.npz", ".c3.npz", "notes.txt"):
        (tmp_path / "videos" / name).write_text("")
    found = find_recordings("InFiles", str(tmp_path))
    assert [(one.name, one.subject, one.entry) for one in found] == [
        ("b1", 1, os.path.join("videos", "b1.npz")),
        ("a2", 2, os.path.join("videos", "a2.npz")),
    ]
    assert found[0].path == str(tmp_path / "videos" / "b1.npz") and found[0].root == str(tmp_path)
    (tmp_path / "videos" / "d.npz").write_text("")
    with pytest.raises(DataError, match="d.npz' cannot be a recording of InFiles: expected a number at its end. Expec"):
        find_recordings("InFiles", str(tmp_path))


@pytest.mark.parametrize("name", ["my input", "inputs", "a b", "*", ""])
def test_names_that_clips_cannot_have_are_refused(registered, tmp_path, name):
    if name:
        with pytest.raises(DataError, match=r"cannot be named after .*Correct FolderNames.recording_name"):
            find_recordings("FolderNames", str(folders(tmp_path, [name])))
    with pytest.raises(ConfigError, match="a data set cannot be called"):
        register(type("Named", (FolderNames,), {"name": name})())


def test_a_name_can_be_registered_once(registered):
    register(FolderNames())
    with pytest.raises(ConfigError, match="DATASET 'PURE' is read by Pure already"):
        register(type("Other", (FolderNames,), {"name": "PURE"})())


def test_a_class_that_lacks_a_part_says_which():
    with pytest.raises(TypeError, match="frames.*label.*ppg.*recording_name.*subject_of_clip"):
        type("Nothing", (Dataset,), {"name": "Nothing"})()
