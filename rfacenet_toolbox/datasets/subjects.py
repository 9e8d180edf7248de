"""Identity labels from clip names, and the classes that training gives them.

A person is a subject of one data set: subject 1 of PURE and subject 1 of UBFC-rPPG are two people, and nothing here
links either to a name.
"""

import re

from ..errors import DataError

#: how a data set's clip names begin: the toolbox calls PURE's video 01-02 "102", and UBFC-rPPG's seventh "subject7"
_PATTERNS = {
    "PURE": (re.compile(r"^(\d+)\d\d$"), "digits, subject then two for the scenario, such as 102"),
    "UBFC-rPPG": (re.compile(r"^subject(\d+)$"), "subject<number>, such as subject7"),
}
UNKNOWN = -1


def subject_of(dataset, filename):
    """``("PURE", "102")`` -> ``"PURE/1"``.

    Raises:
        DataError: a data set without a naming rule here, or a name that does not follow it.
    """
    if dataset not in _PATTERNS:
        raise DataError(
            f"no rule reads a subject from clip names of {dataset!r}; there are rules for {', '.join(_PATTERNS)}. "
            f"Train with MODEL.RFACENET.IDENTITY: none, or add a rule to identity.py."
        )
    pattern, expected = _PATTERNS[dataset]
    match = pattern.match(filename)
    if match is None:
        raise DataError(
            f"the clip name {filename!r} of {dataset} does not name a subject; expected {expected}. "
            f"Check DATASET, and that the cache folder holds this data set's clips only."
        )
    return f"{dataset}/{int(match.group(1))}"


class IdentityMap:
    """Subjects of the training set <-> classes 0..K-1, in sorted order.

    Args:
        subjects: subject names as :func:`subject_of` gives them; repetitions are fine.
    """

    def __init__(self, subjects):
        self.subjects = sorted(set(subjects), key=_by_number)
        self._classes = {subject: index for index, subject in enumerate(self.subjects)}

    @classmethod
    def of_clips(cls, dataset, filenames):
        """The map of a training set's clip names."""
        return cls(subject_of(dataset, name) for name in filenames)

    def __len__(self):
        return len(self.subjects)

    def classes(self, dataset, filenames):
        """Class of each clip; :data:`UNKNOWN` for a subject that training did not see."""
        return [self._classes.get(subject_of(dataset, name), UNKNOWN) for name in filenames]


def _by_number(subject):
    dataset, number = subject.rsplit("/", 1)
    return dataset, int(number)
