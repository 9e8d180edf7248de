"""Identity labels: from the names of clips to subjects, and to the classes that training gives them.

A person is a subject of one data set: subject 1 of PURE and subject 1 of UBFC-rPPG are two people, and nothing here
links either to a name.
"""

import contextlib

from ..errors import DataError
from ..methods.learner import UNKNOWN_SUBJECT
from .readers import DATASETS


def subject_of(dataset, recording):
    """The subject that a recording shows: ``("PURE", "102")`` -> ``"PURE/1"``.

    Raises:
        DataError: no such data set here, or it has no recordings of this name.
    """
    if dataset not in DATASETS:
        raise DataError(
            f"subjects cannot be told from the names of {dataset!r}'s clips, only from those of "
            f"{', '.join(DATASETS)}. Train with MODEL.RFACENET.IDENTITY: none, or register the data set "
            f"(docs/architecture.md)."
        )
    try:
        return f"{dataset}/{DATASETS[dataset].subject_of_clip(recording)}"
    except ValueError as error:
        raise DataError(
            f"the clip name {recording!r} of {dataset} does not name a subject; {error}. "
            f"Check DATASET, and that the cache folder holds this data set's clips only."
        )


def subjects_of(recordings):
    """Whom each recording shows, where one data set's names are like all of these; None where none's are."""
    for dataset in DATASETS:
        with contextlib.suppress(DataError):
            return [subject_of(dataset, name) for name in recordings]
    return None


class SubjectClasses:
    """The classes 0 to K - 1 of the K training subjects.

    Args:
        subjects: as :func:`subject_of` gives them, repeated or not. Classes follow data set and subject number.
    """

    def __init__(self, subjects):
        self.subjects = sorted(set(subjects), key=_by_number)
        self._classes = {subject: index for index, subject in enumerate(self.subjects)}

    @classmethod
    def of_recordings(cls, dataset, recordings):
        """The classes of a training set, from the names of its clips' recordings."""
        return cls(subject_of(dataset, name) for name in recordings)

    def __len__(self):
        return len(self.subjects)

    def classes(self, dataset, recordings):
        """The class of each recording; ``UNKNOWN_SUBJECT`` for a subject that training did not see."""
        return [self._classes.get(subject_of(dataset, name), UNKNOWN_SUBJECT) for name in recordings]


def _by_number(subject):
    dataset, number = subject.rsplit("/", 1)
    return dataset, int(number)
