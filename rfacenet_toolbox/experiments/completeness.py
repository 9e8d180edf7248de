"""Whether the data sets are whole, and whether they are real."""

import os
from typing import List, NamedTuple

from ..datasets.readers import find_dataset, find_recordings
from ..errors import DataError
from ..synthetic import is_synthetic
from .run import SPLITS

PURE, UBFC, VIPL = "PURE", "UBFC-rPPG", "VIPL-HR"
_PURE_COUNT = 59  # 10 subjects x 6 scenarios; one of the sixty was never part of the data set
_PURE_NAMES = [f"{subject:02d}-{scenario:02d}" for subject in range(1, 11) for scenario in range(1, 7)]
_UBFC_NUMBERS = [1, 3, 4, 5, *range(8, 19), 20, *range(22, 28), *range(30, 50)]
_UBFC_NAMES = [f"subject{number}" for number in _UBFC_NUMBERS]
_VIPL_PEOPLE, _VIPL_VISIBLE = 107, (1, 2, 3)  # sources of visible light; the fourth is infrared


class DataFolder(NamedTuple):
    """A folder that should hold one of the data sets."""

    name: str
    path: str  #: absolute
    recordings: int
    missing: List[str]  #: recordings (of VIPL-HR: people) of the published data set that are not there
    is_synthetic: bool
    people: int = 0  #: of VIPL-HR and of data sets of one's own

    @property
    def description(self):
        """For people, e.g. ``"PURE: 59 recordings"``."""
        kind = "synthetic recordings" if self.is_synthetic else "recordings"
        if self.name == VIPL:
            incomplete = f" of {_VIPL_PEOPLE}, incomplete" if self.missing and not self.is_synthetic else ""
            return f"{self.name}: {self.recordings} {kind} in visible light, of {self.people} people{incomplete}"
        if self.name not in (PURE, UBFC):
            kind = kind if self.recordings != 1 else kind[:-1]
            return (
                f"{self.name}: {self.recordings} {kind} of {self.people} {'person' if self.people == 1 else 'people'}"
            )
        whole = {PURE: _PURE_COUNT, UBFC: len(_UBFC_NAMES)}[self.name]
        incomplete = f" of {whole}, incomplete" if self.missing and not self.is_synthetic else ""
        return f"{self.name}: {self.recordings} {kind}{incomplete}"


def check_datasets(pure, ubfc, allow_incomplete=False):
    """``{"PURE": DataFolder, "UBFC-rPPG": DataFolder}`` of the two folders.

    Args:
        pure, ubfc: the folders.
        allow_incomplete: accept them as they are.

    Raises:
        DataError: no recordings, or not all of a data set's; those that are missing are named.
    """
    sets = {
        PURE: _look(PURE, pure, _PURE_NAMES, _PURE_COUNT, "--pure"),
        UBFC: _look(UBFC, ubfc, _UBFC_NAMES, len(_UBFC_NAMES), "--ubfc"),
    }
    problems = [] if allow_incomplete else [_problem(one) for one in sets.values() if one.missing]
    if problems:
        raise DataError(
            f"{' '.join(problems)} Complete the data sets, or give --allow-incomplete; the table then says so."
        )
    return sets


def check_vipl(path, allow_incomplete=False):
    """``{"VIPL-HR": DataFolder}`` of the folder. Its recordings are not counted against the published number, because
    it depends on the release; its people are.

    Raises:
        DataError: no recordings, or not all of its people; those that are missing are named.
    """
    reader = find_dataset(VIPL)
    recordings = find_recordings(VIPL, str(path), key="--vipl")
    people = {recording.subject for recording in recordings}
    missing = [f"p{number}" for number in range(1, _VIPL_PEOPLE + 1) if number not in people]
    visible = [one for one in recordings if reader.parts(one.name).source in _VIPL_VISIBLE]
    found = DataFolder(VIPL, os.path.abspath(path), len(visible), missing, is_synthetic(path), len(people))
    if missing and not allow_incomplete:
        what = f"synthetic recordings in the format of {VIPL}" if found.is_synthetic else f"{len(people)} people"
        raise DataError(
            f"{found.path} holds {what}, and {VIPL} has {_VIPL_PEOPLE} people. Missing: {', '.join(missing[:10])}"
            f"{', ...' if len(missing) > 10 else ''}. Complete the data set, or give --allow-incomplete; the table "
            f"then says so."
        )
    return {VIPL: found}


def reads_synthetic(config):
    """Whether a config reads synthetic recordings."""
    paths = [config[split].DATA.DATA_PATH for split in SPLITS]
    return any(path and is_synthetic(path) for path in paths)


def _look(name, path, names, count, option):
    there = {os.path.basename(recording.path) for recording in find_recordings(name, str(path), key=option)}
    missing = [folder for folder in names if folder not in there]
    if len(names) - len(missing) >= count:
        missing = []
    return DataFolder(name, os.path.abspath(path), len(there), missing, is_synthetic(path))


def _problem(dataset):
    if dataset.is_synthetic:
        return f"{dataset.path} holds synthetic recordings in the format of {dataset.name}."
    whole = _PURE_COUNT if dataset.name == PURE else len(_UBFC_NAMES)
    never = " (one of these was never part of the data set)" if dataset.name == PURE else ""
    return (
        f"{dataset.path} holds {dataset.recordings} recordings, and {dataset.name} has {whole}. "
        f"Missing{never}: {', '.join(dataset.missing)}."
    )
