"""A split of a config -> its clips: what the toolbox's ``BaseLoader.__init__`` does."""

import contextlib
import os

from ..errors import ConfigError, DataError
from . import clip_cache
from .clips import ClipDataset, check_data_format, check_files, recording_of
from .file_lists import check_list, read_file_list, write_file_list
from .preprocess import preprocess
from .readers import (
    DATASETS,
    check_shares,
    data_is_there,
    find_dataset,
    named_entries,
    own_settings,
    select_recordings,
    split_recordings,
)
from .resample import resampled
from .settings import frame_rate_hz, preprocess_settings
from .times import check_times, disagreements


def check_split(split, data_node):
    """Check the settings of a ``DATA`` node without reading any data; what is here after it trusts them.

    Raises:
        ConfigError: a setting that the standalone host does not serve; the message begins with the split.
    """
    try:
        dataset, settings = find_dataset(data_node.DATASET), own_settings(data_node)
        if settings is not None:
            dataset.check_settings(settings, split)
        check_data_format(data_node.DATA_FORMAT)
        preprocess_settings(data_node)
        clip_cache.check_cached_path(data_node.CACHED_PATH)
        check_shares(data_node.BEGIN, data_node.END)
    except ConfigError as error:
        raise ConfigError(f"{split}.DATA: {error}")


def check_source(split, data_node, resample=False):
    """Check that what a split is read from is there, and the recordings' times.

    That is the cache, where DO_PREPROCESS is off; and the recordings, where they are preprocessed or listed.

    Args:
        split, data_node, resample: as of :func:`load_split`.

    Raises:
        DataError: they are not, or their times cannot be right.
    """
    check_list(split, data_node)
    _check_cache(split, data_node)
    if not _looks_for_recordings(data_node):
        check_times_if_there(data_node, resample)
        return
    with _of(split):
        recordings = _recordings(data_node, resample)
    check_times(recordings, frame_rate_hz(data_node))


def check_toolbox_source(split, data_node):
    """Refuse a cache or a DATA_PATH at which the toolbox itself would end, and nothing else.

    It may take names of recordings that are refused here, and it knows other data sets, which pass.

    Args:
        split, data_node: as of :func:`load_split`.

    Raises:
        DataError: it is not there, or DATA_PATH holds nothing that looks like a recording.
    """
    if data_node.DATASET not in DATASETS:
        return
    _check_cache(split, data_node)
    if _looks_for_recordings(data_node):
        with _of(split):
            named_entries(data_node.DATASET, data_node.DATA_PATH)


def _looks_for_recordings(data_node):
    """Whether DATA_PATH is needed: to preprocess, or to make the list of what is cached; in either host."""
    return data_node.DO_PREPROCESS or not os.path.exists(data_node.FILE_LIST_PATH)


def _check_cache(split, data_node):
    if not (data_node.DO_PREPROCESS or os.path.isdir(data_node.CACHED_PATH)):
        raise DataError(
            f"{split}.DATA.CACHED_PATH {data_node.CACHED_PATH!r} is not there, and DO_PREPROCESS is False. Expected "
            f"the clips of an earlier run. Set {split}.DATA.DO_PREPROCESS to True, or correct CACHED_PATH."
        )


@contextlib.contextmanager
def _of(split):
    """Within this context, the messages of errors begin with the split."""
    try:
        yield
    except DataError as error:
        raise DataError(f"{split}.DATA: {error}") from error


def check_times_if_there(data_node, resample=False):
    """Hold the times of a split's recordings against FS, where they can be found and their data set is ours to read.

    Args:
        data_node, resample: as of :func:`load_split`.

    Raises:
        DataError: times that cannot be right.
    """
    check_times(_recordings_if_there(data_node, resample), frame_rate_hz(data_node))


def told_times(data_node):
    """A sentence about times that :func:`check_times_if_there` refuses, for a run that goes on; None if all agree."""
    recordings = _recordings_if_there(data_node)
    failures = disagreements(recordings, frame_rate_hz(data_node))
    if not failures:
        return None
    others = f" There is a problem with {len(failures) - 1} more recording(s), too." if len(failures) > 1 else ""
    return f"the times of {len(failures)} of {len(recordings)} recordings cannot be right. {failures[0]}{others}"


def _recordings_if_there(data_node, resample=False):
    try:
        return _recordings(data_node, resample)
    except (ConfigError, DataError):
        return []


def load_split(split, data_node, workers=None, progress=True, resample=False):
    """The clips of a split, preprocessed first if DO_PREPROCESS says so.

    Args:
        split: ``"TRAIN"``, ``"VALID"``, ``"TEST"`` or ``"UNSUPERVISED"``, for messages.
        data_node: ``config.<split>.DATA`` with CACHED_PATH (EXP_DATA_NAME included) and FILE_LIST_PATH (a .csv) filled
            in, which :func:`check_split` accepts.
        workers: preprocessing processes; None is one per CPU.
        progress: show a bar, and what was selected and cached.
        resample: bring recordings of another frame rate to FS, see :mod:`.resample`.

    Returns:
        :class:`~.clips.ClipDataset`; its ``report`` is the :class:`~.preprocess.PreprocessReport`, or None.

    Raises:
        DataError: no recordings, recordings that failed, or a cache or file list that is not complete.
    """
    report = None
    if progress and data_is_there(data_node):
        for remark in _select(data_node).remarks:
            print(f"{split} {data_node.DATASET}: {remark}")
    if data_node.DO_PREPROCESS:
        recordings = _recordings(data_node, resample)
        inputs, report = preprocess(recordings, data_node, data_node.CACHED_PATH, workers, progress)
        write_file_list(data_node.FILE_LIST_PATH, inputs)
        if progress:
            print(f"{split} {data_node.DATASET}: {report}")
    else:
        check_source(split, data_node, resample)
        inputs = _cached(split, data_node)
    clips = ClipDataset(inputs, data_node.DATA_FORMAT)
    check_files(clips.inputs, data_node)
    clips.report = report
    return clips


def _select(data_node):
    return select_recordings(data_node.DATASET, data_node.DATA_PATH, own_settings(data_node))


def _recordings(data_node, resample=False):
    found = split_recordings(_select(data_node).recordings, data_node.BEGIN, data_node.END)
    return resampled(found, frame_rate_hz(data_node)) if resample else found


def _usable_recordings(data_node):
    """Without those that were left out when they were preprocessed."""
    return [one for one in _recordings(data_node) if not clip_cache.left_out(data_node.CACHED_PATH, one.name)]


def _cached(split, data_node):
    if not os.path.exists(data_node.FILE_LIST_PATH):
        inputs = _list_retroactively(data_node)
        write_file_list(data_node.FILE_LIST_PATH, inputs)
        return inputs
    inputs = read_file_list(data_node.FILE_LIST_PATH)
    _check_listed(split, data_node, inputs)
    return inputs


def _list_retroactively(data_node):
    """All cached clips of the split; as the toolbox's ``build_file_list_retroactive``, but leaves no recording out."""
    recordings = _usable_recordings(data_node)
    clips = {one.name: clip_cache.cached_inputs(data_node.CACHED_PATH, one.name) for one in recordings}
    without = [name for name, paths in clips.items() if not paths]
    if without:
        raise DataError(
            f"File list {'empty' if len(without) == len(recordings) else 'not complete'}: {len(without)} of the "
            f"{len(recordings)} {data_node.DATASET} recordings in {data_node.DATA_PATH} have no clips in "
            f"{data_node.CACHED_PATH} ({_some(without)}). Set DO_PREPROCESS to True; what is cached is not done again."
        )
    return [path for paths in clips.values() for path in paths]


def _check_listed(split, data_node, inputs):
    """Take a list's choice of clips, if all are there, and if a list that was made here names every recording."""
    gone = [path for path in inputs if not (os.path.isfile(path) and os.path.isfile(clip_cache.label_path(path)))]
    if gone:
        raise DataError(
            f"{data_node.FILE_LIST_PATH} lists {len(inputs)} clips, of which {len(gone)} (or their labels) are not "
            f"there, the first is {gone[0]!r}. Delete the list, or set {split}.DATA.DO_PREPROCESS to True."
        )
    listed = sorted(set(map(recording_of, inputs)))
    for name in listed:
        clip_cache.cached_inputs(data_node.CACHED_PATH, name)
    if clip_cache.is_own_list(data_node) or not data_is_there(data_node):
        return
    expected = [recording.name for recording in _usable_recordings(data_node)]
    if len(listed) < len(expected):  # names may differ: the toolbox divides UBFC-rPPG in the file system's order
        raise DataError(
            f"{data_node.FILE_LIST_PATH} lists clips of {len(listed)} recordings, but the split {data_node.BEGIN}-"
            f"{data_node.END} of {data_node.DATA_PATH} has {len(expected)}; without clips: "
            f"{_some(sorted(set(expected) - set(listed)))}. Set {split}.DATA.DO_PREPROCESS to True; what is cached is "
            f"not done again."
        )


def _some(names):
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
