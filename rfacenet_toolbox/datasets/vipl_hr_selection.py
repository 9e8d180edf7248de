"""Which recordings of VIPL-HR are read: scenes, sources, second takes, folds, and what is left out and why."""

import os
from collections import defaultdict

from ..errors import ConfigError, DataError
from ..runtime import limits
from .dataset import Selection
from .own_settings import NODES

#: their defaults, below ``<SPLIT>.DATA.VIPL_HR``
DEFAULTS = NODES["VIPL_HR"]
FOLDS = (1, 2, 3, 4, 5)
#: scenes that only the phone recorded
_PHONE_SCENES, _PHONE = (8, 9), 2

#: the official test subjects of each fold
BUILT_IN_FOLDS = {
    1: (74, 100, 21, 10, 65, 90, 57, 58, 101, 59, 64, 7, 49, 43, 62, 25, 50, 105, 35, 81, 12),
    2: (88, 9, 24, 55, 38, 22, 6, 15, 34, 29, 2, 17, 31, 51, 23, 27, 40, 20, 13, 79, 103),
    3: (1, 63, 61, 82, 46, 5, 78, 56, 106, 67, 84, 99, 97, 70, 87, 8, 48, 76, 91, 107, 92),
    4: (89, 39, 3, 60, 18, 14, 69, 19, 93, 16, 86, 4, 52, 11, 33, 42, 96, 30, 54, 36, 80, 32),
    5: (71, 26, 53, 41, 104, 85, 66, 44, 102, 75, 72, 47, 28, 94, 83, 98, 68, 37, 95, 73, 45, 77),
}
#: (subject, scene, sources) whose ground truth is bad by RS-rPPG's list
BAD_GROUND_TRUTH = (
    (10, 3, "123"), (11, 4, "13"), (11, 5, "13"), (16, 8, "2"), (22, 1, "123"), (24, 6, "13"), (26, 8, "2"),
    (29, 6, "2"), (37, 8, "2"), (37, 9, "2"), (38, 3, "123"), (40, 3, "2"), (41, 2, "13"), (43, 3, "123"),
    (44, 3, "123"), (45, 3, "123"), (46, 2, "123"), (48, 9, "2"), (49, 2, "123"), (49, 3, "123"), (50, 6, "13"),
    (51, 7, "2"), (59, 3, "123"), (68, 2, "123"), (71, 7, "2"), (83, 6, "123"), (88, 2, "123"), (88, 3, "123"),
    (88, 9, "2"), (90, 5, "2"), (97, 2, "23"), (97, 7, "23"),
)  # fmt: skip


def check(settings):
    """Refuse settings that are not served.

    Raises:
        ConfigError: with the key, what it holds, what it may hold.
    """
    for key in ("SCENES", "SOURCES"):
        values, allowed = list(settings[key]), list(range(1, 10 if key == "SCENES" else 5))
        if not values or len(set(values)) < len(values) or not set(values) <= set(allowed):
            raise ConfigError(f"VIPL_HR.{key} is {values}; expected one or more different numbers of {allowed}.")
    if settings.FOLD and fold_of(settings.FOLD) is None:
        raise ConfigError(
            f"VIPL_HR.FOLD is {settings.FOLD!r}; expected 'test 1' to 'test 5' for the subjects of a fold, 'train 1' "
            f"to 'train 5' for all others, or '' for everybody."
        )
    if settings.FOLDS_FROM not in ("files", "built-in"):
        raise ConfigError(
            f"VIPL_HR.FOLDS_FROM is {settings.FOLDS_FROM!r}; expected 'files', which are fold/fold1.mat to fold5.mat "
            f"in DATA_PATH, or 'built-in' for the list that this package holds."
        )


def fold_of(text):
    """``"train 2"`` -> ``("train", 2)``; None of anything else."""
    part, _, number = text.partition(" ")
    known = part in ("train", "test") and number in map(str, FOLDS)
    return (part, int(number)) if known else None


def selection_name(settings):
    """What differs from the defaults, as part of a file name: ``"v1345678_s12_train1"``."""
    parts = []
    for key, letter in (("SCENES", "v"), ("SOURCES", "s")):
        if sorted(settings[key]) != DEFAULTS[key]:
            parts.append(letter + "".join(map(str, sorted(settings[key]))))
    if not settings.SECOND_TAKES:
        parts.append("first")
    if settings.LEAVE_OUT_BAD_GROUND_TRUTH:
        parts.append("good")
    if settings.FOLD:
        parts.append(settings.FOLD.replace(" ", "") + ("b" if settings.FOLDS_FROM == "built-in" else ""))
    return "_".join(parts)


def select(recordings, settings, data_path):
    """The :class:`~.dataset.Selection` of ``(parts of the name, recording)`` pairs.

    Raises:
        DataError: folds that cannot be read or are no partition of the subjects, or nothing left.
    """
    subjects = sorted({parts.subject for parts, _ in recordings})
    wanted, remarks = _fold_subjects(settings, subjects, data_path)
    kept, second_takes, bad = [], [], []
    for parts, recording in recordings:
        if parts.subject not in wanted or parts.scene not in settings.SCENES or parts.source not in settings.SOURCES:
            continue
        if parts.take > 1 and not settings.SECOND_TAKES:
            second_takes.append(recording.name)
        elif settings.LEAVE_OUT_BAD_GROUND_TRUTH and _is_bad(parts):
            bad.append(recording.name)
        else:
            kept.append(recording)
    if not kept:
        raise DataError(
            f"No recording of VIPL-HR in {data_path!r} is of scenes {list(settings.SCENES)}, sources "
            f"{list(settings.SOURCES)} and fold {settings.FOLD!r}. Widen DATA.VIPL_HR, or add recordings."
        )
    for names, what in ((second_takes, "second takes"), (bad, "recordings with bad ground truth")):
        if names:
            remarks.append(f"{len(names)} {what} are left out: {', '.join(names)}.")
    others = len(recordings) - len(kept) - len(second_takes) - len(bad)
    if others:
        remarks.append(f"{others} of {len(recordings)} recordings are of other scenes, sources or subjects.")
    return Selection(kept, tuple(remarks + _not_there(recordings, settings, wanted)))


def read_folds(data_path):
    """``{fold: test subjects}`` by ``fold/fold1.mat`` ... ``fold5.mat``, each with one variable of that name.

    Raises:
        DataError: a file is missing, or is not such a file.
    """
    return {number: _read_fold(os.path.join(_fold_folder(data_path), f"fold{number}.mat"), number) for number in FOLDS}


def _fold_folder(data_path):
    beside = os.path.join(os.path.dirname(os.path.abspath(data_path)), "fold")
    inside = os.path.join(data_path, "fold")
    return beside if os.path.isdir(beside) and not os.path.isdir(inside) else inside


def _read_fold(path, number):
    import numpy as np
    from scipy.io import loadmat

    name = f"fold{number}"
    advice = (
        f"expected one variable {name} with the numbers of the subjects. Copy the folder 'fold' of the data set to "
        f"DATA_PATH, or set VIPL_HR.FOLDS_FROM to 'built-in'"
    )
    try:
        if os.path.getsize(path) > limits.MEGABYTE:
            raise DataError(f"{path} has over 1 MB; {advice}.")
        values = np.asarray(loadmat(path)[name], dtype=np.float64).ravel()
    except FileNotFoundError:
        raise DataError(f"{path} is not there; {advice}.")
    except DataError:
        raise
    except Exception as error:  # SciPy raises many kinds, depending on where the damage is
        raise DataError(f"{path} cannot be read ({type(error).__name__}: {error}); {advice}.") from error
    if not np.isfinite(values).all() or (values != np.round(values)).any() or (values < 1).any():
        raise DataError(f"{path} holds {values[:5]}, which are no numbers of subjects; {advice}.")
    return tuple(int(value) for value in values)


def _fold_subjects(settings, subjects, data_path):
    """``(the subjects of FOLD, [a remark])``, after checking that the folds divide the subjects."""
    if not settings.FOLD:
        return set(subjects), []
    part, number = fold_of(settings.FOLD)
    built_in = settings.FOLDS_FROM == "built-in"
    folds = BUILT_IN_FOLDS if built_in else read_folds(data_path)
    source = "the built-in list of folds" if built_in else _fold_folder(data_path)
    _check_partition(folds, subjects, source)
    tested = set(folds[number])
    wanted = [one for one in subjects if (one in tested) == (part == "test")]
    shown = ", ".join(map(str, wanted)) or "none"
    return set(wanted), [f"FOLD '{settings.FOLD}' by {source}: {len(wanted)} of {len(subjects)} subjects, {shown}."]


def _check_partition(folds, subjects, source):
    owners = defaultdict(list)
    for number, members in folds.items():
        for subject in members:
            owners[subject].append(number)
    twice = {subject: numbers for subject, numbers in owners.items() if len(numbers) > 1}
    if twice:
        subject, numbers = min(twice.items())
        raise DataError(
            f"{source} has {len(twice)} subjects more than once, the first is {subject}, in folds {numbers}; expected "
            f"each in one fold, so that nobody is trained and tested on. Copy the folds again from the data set."
        )
    missing = [subject for subject in subjects if subject not in owners]
    if missing:
        raise DataError(
            f"{source} has no fold for {len(missing)} of the {len(subjects)} subjects: {', '.join(map(str, missing))}. "
            f"Copy the folds again from the data set, or move these subjects out of DATA_PATH."
        )


def _is_bad(parts):
    listed = ((subject, scene) for subject, scene, sources in BAD_GROUND_TRUTH if str(parts.source) in sources)
    return parts.take == 1 and (parts.subject, parts.scene) in listed


def _not_there(recordings, settings, wanted):
    """A remark about the recordings that subjects do not have, of those that all should."""
    there = {(parts.subject, parts.scene, parts.source) for parts, _ in recordings}
    filmed = sorted({scene for _, scene, _ in there} & set(settings.SCENES))
    missing, count = [], 0
    for subject in sorted(wanted):
        for source in sorted(settings.SOURCES):
            scenes = [scene for scene in filmed if scene not in _PHONE_SCENES or source == _PHONE]
            absent = [scene for scene in scenes if (subject, scene, source) not in there]
            count += len(absent)
            if absent and absent == scenes:
                missing.append(f"p{subject}/*/source{source}")
            else:
                missing += [f"p{subject}/v{scene}/source{source}" for scene in absent]
    remarks = [f"{count} recordings are not there: {', '.join(missing)}."] if missing else []
    if len(filmed) < len(settings.SCENES):
        remarks.append(
            f"Nobody has scenes {', '.join(str(one) for one in sorted(settings.SCENES) if one not in filmed)}."
        )
    return remarks
