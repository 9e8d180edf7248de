"""Data sets that are whole, or not, or not real."""

import pytest

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.experiments.completeness import check_datasets, reads_synthetic

UBFC = [1, 3, 4, 5, *range(8, 19), 20, *range(22, 28), *range(30, 50)]


@pytest.fixture
def folders(tmp_path):
    """Empty folders, named as the two data sets' are."""
    pure = [f"{subject:02d}-{scenario:02d}" for subject in range(1, 11) for scenario in range(1, 7)]
    for name in pure:
        if name != "06-02":
            (tmp_path / "PURE" / name).mkdir(parents=True)
    for number in UBFC:
        (tmp_path / "UBFC" / f"subject{number}").mkdir(parents=True)
    return tmp_path / "PURE", tmp_path / "UBFC"


def test_whole_data_sets_are_counted(folders):
    sets = check_datasets(*folders)
    assert [one.description for one in sets.values()] == ["PURE: 59 recordings", "UBFC-rPPG: 42 recordings"]
    assert sets["PURE"].path == str(folders[0]) and not sets["PURE"].is_synthetic


def test_recordings_that_are_not_there_are_named_in_both(folders):
    for path in (folders[0] / "03-04", folders[1] / "subject44", folders[1] / "subject8"):
        path.rmdir()
    with pytest.raises(DataError) as error:
        check_datasets(*folders)
    message = str(error.value)
    assert "holds 58 recordings, and PURE has 59." in message
    assert "Missing (one of these was never part of the data set): 03-04, 06-02." in message
    assert "holds 40 recordings, and UBFC-rPPG has 42. Missing: subject8, subject44." in message
    assert "--allow-incomplete" in message
    sets = check_datasets(*folders, allow_incomplete=True)
    assert sets["UBFC-rPPG"].description == "UBFC-rPPG: 40 recordings of 42, incomplete"


def test_synthetic_recordings_are_called_so_however_many(folders):
    (folders[0] / "synthetic.json").write_text("{}")
    (folders[0] / "10-06").rmdir()
    with pytest.raises(DataError, match="holds synthetic recordings in the format of PURE"):
        check_datasets(*folders)
    assert check_datasets(*folders, allow_incomplete=True)["PURE"].description == "PURE: 58 synthetic recordings"


def test_a_config_of_synthetic_recordings_is_told(folders):
    config = toolbox_tree()
    config.TEST.DATA.DATA_PATH = str(folders[1])
    assert not reads_synthetic(config)
    (folders[1] / "synthetic.json").write_text("{}")
    assert reads_synthetic(config)


def test_a_folder_without_recordings_is_an_error(tmp_path):
    with pytest.raises(DataError, match="is not a folder"):
        check_datasets(tmp_path / "nowhere", tmp_path, allow_incomplete=True)
