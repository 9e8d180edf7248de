"""Subjects from clip names, and the classes that training gives them."""

import pytest

from rfacenet_toolbox.datasets.subjects import SubjectClasses, subject_of, subjects_of
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.methods.learner import UNKNOWN_SUBJECT


@pytest.mark.parametrize(
    "dataset, name, subject",
    [
        ("PURE", "102", "PURE/1"),
        ("PURE", "1006", "PURE/10"),
        ("PURE", "7", "PURE/0"),  # the toolbox calls 00-07 so
        ("UBFC-rPPG", "subject7", "UBFC-rPPG/7"),
        ("UBFC-rPPG", "subject49", "UBFC-rPPG/49"),
    ],
)
def test_subjects_of_both_data_sets(dataset, name, subject):
    assert subject_of(dataset, name) == subject


@pytest.mark.parametrize("dataset, name", [("PURE", "subject7"), ("UBFC-rPPG", "102"), ("PURE", "")])
def test_a_name_that_does_not_parse_is_shown(dataset, name):
    with pytest.raises(DataError, match=f"clip name '{name}' of {dataset}"):
        subject_of(dataset, name)


def test_a_data_set_without_a_rule_is_named():
    with pytest.raises(DataError, match="MMPD.*PURE, UBFC-rPPG"):
        subject_of("MMPD", "P000001")


def test_classes_are_in_the_order_of_the_subjects_numbers():
    identities = SubjectClasses.of_recordings("PURE", ["1001", "203", "201", "902"])
    assert identities.subjects == ["PURE/2", "PURE/9", "PURE/10"]
    assert identities.classes("PURE", ["1002", "206", "301"]) == [2, 0, UNKNOWN_SUBJECT]


def test_the_same_number_in_two_data_sets_is_two_people():
    identities = SubjectClasses.of_recordings("PURE", ["701"])
    assert identities.classes("UBFC-rPPG", ["subject7"]) == [UNKNOWN_SUBJECT]


def test_names_of_one_data_set_tell_whom_they_show():
    assert subjects_of(["101", "102", "201"]) == ["PURE/1", "PURE/1", "PURE/2"]
    assert subjects_of(["subject1", "subject10"]) == ["UBFC-rPPG/1", "UBFC-rPPG/10"]
    assert subjects_of(["subject1", "101"]) is None
    assert subjects_of(["P1a"]) is None
