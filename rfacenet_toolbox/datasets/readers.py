"""Which data sets there are, and which recordings a folder holds.

A data set is a class (:class:`~.dataset.Dataset`) and an entry of :data:`DATASETS`. One from outside this package
is added with :func:`register`.
"""

import os
import re

from ..errors import ConfigError, DataError, unknown
from ..runtime import plugins
from .dataset import Selection
from .manifest import Manifest
from .mcd_rppg import McdRppg
from .own_settings import NODES
from .pure import Pure
from .recording import Recording
from .scamps import Scamps
from .ubfc_rppg import UbfcRppg
from .vipl_hr import ViplHr

#: DATASET in configs -> :class:`~.dataset.Dataset`
DATASETS = {dataset.name: dataset for dataset in (Pure(), UbfcRppg(), ViplHr(), Scamps(), McdRppg(), Manifest())}


def register(dataset):
    """Let configs name a data set from outside this package: ``DATASET: <dataset.name>``.

    Args:
        dataset: an object of a subclass of :class:`~.dataset.Dataset`.

    Raises:
        ConfigError: the name is another data set's, or cannot be part of a cache folder's.
    """
    if not _is_cache_name(dataset.name):
        raise ConfigError(
            f"a data set cannot be called {dataset.name!r}, because cache folders are named after it: expected "
            f"letters, digits, '_', '.' and '-', and not the word 'input'."
        )
    taken = DATASETS.setdefault(dataset.name, dataset)
    if type(taken) is not type(dataset):
        raise ConfigError(
            f"DATASET {dataset.name!r} is read by {type(taken).__qualname__} already. Register the new data set under "
            f"another name."
        )
    if dataset.node is not None:
        NODES.setdefault(dataset.node, dict(dataset.defaults))


def find_dataset(name):
    """The :class:`~.dataset.Dataset` that configs call ``name``.

    Raises:
        ConfigError: there is none; the message lists those there are.
    """
    if name in DATASETS:
        return DATASETS[name]
    raise ConfigError(
        f"{unknown('DATASET', name, DATASETS)} Other data sets run inside an rPPG-Toolbox checkout, or are registered "
        f"by a module that {plugins.VARIABLE} names (docs/architecture.md)."
    )


def own_settings(data_node):
    """The settings of its own that the data set of ``config.<SPLIT>.DATA`` has there; None where it has none."""
    dataset = DATASETS.get(data_node.DATASET)
    return data_node[dataset.node] if dataset is not None and dataset.node in data_node else None


def data_is_there(data_node):
    """Whether DATASET of ``config.<SPLIT>.DATA`` is read here, and its DATA_PATH can be looked at."""
    return data_node.DATASET in DATASETS and DATASETS[data_node.DATASET].is_there(data_node.DATA_PATH)


def find_recordings(dataset, data_path, settings=None, key="DATA_PATH"):
    """The recordings of the data set called ``dataset`` under ``data_path``, by number of the subject, then by name.

    Agrees with the toolbox's ``get_raw_data``, whose order is the file system's.

    Args:
        dataset: DATASET in configs.
        data_path: DATA_PATH in configs.
        settings: the data set's own, by which recordings are left out; None takes them all.
        key: what the user calls ``data_path``, for messages.

    Raises:
        ConfigError: no such data set.
        DataError: no such folder, no recordings in it, or recordings whose names cannot be read or told apart.
    """
    return select_recordings(dataset, data_path, settings, key).recordings


def select_recordings(dataset, data_path, settings=None, key="DATA_PATH"):
    """As :func:`find_recordings`, but the whole :class:`~.dataset.Selection`."""
    found = named_entries(dataset, data_path, key)
    reader = find_dataset(dataset)
    recordings = _recordings(reader, data_path, found)
    _check_names(recordings)
    recordings.sort(key=lambda recording: (recording.subject, recording.name))
    return Selection(recordings) if settings is None else reader.select(recordings, settings, data_path)


def named_entries(dataset, data_path, key="DATA_PATH"):
    """What may be a recording of the data set called ``dataset``, with names that are not checked.

    Args:
        dataset, data_path, key: as of :func:`find_recordings`.

    Returns:
        list of ``(entry, name)``, where a ``ValueError`` that says why the entry can have none takes the name's place.

    Raises:
        ConfigError: no such data set.
        DataError: no such folder, or nothing in it that looks like a recording.
    """
    reader = find_dataset(dataset)
    is_option = key != "DATA_PATH"
    layout = reader.layout.replace("DATA_PATH", "DIR") if is_option else reader.layout
    if not reader.is_there(data_path):
        raise DataError(
            f"{key} {_shown(data_path)} is not a folder, so there are no {dataset} recordings to read. Expected "
            f"{layout}. Set {key} to the folder that holds them."
        )
    named = [(entry, _name(reader, entry)) for entry in reader.entries(data_path)]
    named = [(entry, name) for entry, name in named if name is not None]
    if not named:
        found = sorted(os.listdir(data_path))
        shown = ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "") or "nothing"
        other = "" if is_option else ", or DATASET to the data set that is there"
        raise DataError(
            f"{key} {_shown(data_path)} holds no {dataset} recordings. Found: {shown}. Expected {layout}. "
            f"Set {key} to the folder that holds them{other}."
        )
    return named


def _shown(path):
    """A path for a message, with the working folder where it is relative to it."""
    return f"{path!r} ({os.path.abspath(path)})" if path and not os.path.isabs(path) else repr(path)


def _name(dataset, entry):
    try:
        return dataset.recording_name(entry)
    except ValueError as error:
        return error


def _recordings(dataset, data_path, named):
    """A :class:`~.recording.Recording` for each of the :func:`named_entries`."""
    found = []
    for entry, name in named:
        path = dataset.recording_path(entry, data_path)
        try:
            if isinstance(name, ValueError):
                raise name
            found.append(Recording(dataset, name, dataset.subject_of_clip(name), path, data_path, entry))
        except ValueError as error:
            raise DataError(
                f"{path!r} cannot be a recording of {dataset.name}: {error}. Expected {dataset.layout}. Rename it, or "
                f"move it out of {data_path!r}."
            ) from error
    return found


def _check_names(recordings):
    """Each recording needs a name of its own from which the names of clips can be made, and read again."""
    first = {}
    for recording in recordings:
        if not _is_cache_name(recording.name):
            raise recording.error(
                f"its clips cannot be named after {recording.name!r}: expected letters, digits, '_', '.' and '-', and "
                f"not the word 'input'. Correct {type(recording.dataset).__qualname__}.recording_name"
            )
        other = first.setdefault(recording.name, recording)
        if other is not recording:
            raise DataError(
                f"{other.path!r} and {recording.path!r} would both be cached as {recording.name!r}. Every recording "
                f"needs a name of its own: rename one of them, or move it elsewhere."
            )


def _is_cache_name(name):
    return re.fullmatch(r"[\w.-]+", name) is not None and "input" not in name


def split_recordings(recordings, begin, end):
    """The recordings from share ``begin`` to share ``end`` of a data set.

    Shares are of its subjects or of its recordings, as the data set says; they are rounded as in the toolbox's
    ``split_raw_data``.

    Args:
        recordings: all of the data set, as :func:`find_recordings` gives them; their order is kept.
        begin, end: BEGIN and END in configs.

    Raises:
        ConfigError: not ``0 <= begin < end <= 1``.
        DataError: so few recordings leave nothing for the split.
    """
    check_shares(begin, end)
    if begin == 0 and end == 1:
        return list(recordings)
    dataset = recordings[0].dataset
    by_subject = dataset.split_by_subject
    units = sorted({recording.subject for recording in recordings}) if by_subject else list(recordings)
    chosen = units[int(begin * len(units)) : int(end * len(units))]
    if not chosen:
        unit = "subjects" if by_subject else "recordings"
        raise DataError(
            f"The split {begin}-{end} of {len(units)} {dataset.name} {unit} is empty. Widen BEGIN and END, or add "
            f"recordings."
        )
    if not by_subject:
        return chosen
    return [recording for subject in chosen for recording in recordings if recording.subject == subject]


def check_shares(begin, end):
    """Check BEGIN and END of a split.

    Raises:
        ConfigError: not ``0 <= begin < end <= 1``.
    """
    if not 0 <= begin < end <= 1:
        raise ConfigError(f"BEGIN is {begin} and END is {end}; expected 0 <= BEGIN < END <= 1. Correct them.")
