"""What both hosts have in common: which recordings a split should hold, which it does hold, and which it must not."""

import itertools
import os

from ..config import between_splits
from ..config.splits_used import splits_used
from ..errors import DataError, printable


class Host:
    """Where a run happens: :class:`~.standalone.StandaloneHost` or :class:`~.toolbox.host.ToolboxHost`.

    Attributes:
        name: as ``results.json`` has it.
        revision: short commit hash of the checkout, ``"unknown"``, or None where there is no checkout.
        why_missing: how recordings can come to have no clips, and what to do.
    """

    name = None
    why_missing = "They were not there when the list was made, or their clips were removed."
    revision = None

    def in_order(self, recordings, data_path):
        """The recordings found in ``data_path``, in the order in which the host divides them into splits."""
        raise NotImplementedError

    def expected(self, data):
        """Names of the recordings that the raw data hold for a split, in the host's order.

        Agrees with the toolbox's ``get_raw_data`` and ``split_raw_data`` of PURE (``102`` for ``01-02``; BEGIN and
        END count sorted subjects) and UBFC-rPPG (``subject7``; BEGIN and END count recordings). Of a file list of the
        user's own, they are the recordings that it names. A recording that was left out when it was preprocessed is not
        expected.

        Args:
            data: the split's node ``DATA``.

        Returns:
            list of str, or None where that cannot be told: another data set, or the raw folder is not there.

        Raises:
            DataError: the raw folder holds no such recordings, or names that cannot be read.
        """
        from ..datasets import clip_cache

        found = self.recordings(data)
        if found is None:
            return None
        names = [recording.name for recording in found]
        return [name for name in names if not clip_cache.left_out(data.CACHED_PATH, name)]

    def recordings(self, data):
        """The :class:`~rfacenet_toolbox.datasets.recording.Recording` objects behind :meth:`expected`, or None."""
        from ..datasets import clip_cache
        from ..datasets.clips import recording_of
        from ..datasets.file_lists import read_file_list
        from ..datasets.readers import data_is_there, find_recordings, own_settings, split_recordings

        if not data_is_there(data):
            return None
        listed_by_user = clip_cache.is_own_list(data) and os.path.isfile(data.FILE_LIST_PATH)
        settings = None if listed_by_user else own_settings(data)
        found = self.in_order(find_recordings(data.DATASET, data.DATA_PATH, settings), data.DATA_PATH)
        if not listed_by_user:
            return split_recordings(found, data.BEGIN, data.END)
        listed = set(map(recording_of, read_file_list(data.FILE_LIST_PATH)))
        return [recording for recording in found if recording.name in listed]

    def check_apart(self, config):
        """Refuse to test on recordings that are trained on, and to mix up a cache; opens no video.

        Raises:
            DataError: recordings of the training set are in the test set, or a cache holds clips of another folder.
        """
        from ..datasets import clip_cache
        from ..datasets.file_lists import check_list

        for split in splits_used(config):
            check_list(split, config[split].DATA)
        recordings = self._recordings_of_splits(config)
        for split, found in recordings.items():
            for recording in found:
                clip_cache.check_origin(config[split].DATA.CACHED_PATH, recording)
        for one, other in itertools.combinations(splits_used(config), 2):
            _check_one_name(one, config[one].DATA, other, config[other].DATA, recordings)
        common = _shared(recordings, "TRAIN", "TEST")
        if common:
            raise DataError(
                f"{len(common)} recordings are in the training set and in the test set, the first is {common[0]}. A "
                f"test on them says nothing. Divide the data set by BEGIN and END, or name another DATA_PATH."
            )

    def warnings(self, config):
        """Sentences about what may be meant, often none: what differs between the splits, or is in two of them, and
        frame rates that are not quite FS."""
        from ..datasets import file_lists, resample, times
        from ..datasets.other_labels import told_other_labels
        from ..datasets.settings import frame_rate_hz

        splits = splits_used(config)
        sentences = between_splits.warnings(config, splits)
        for split in splits:
            elsewhere = [] if config[split].DATA.DO_PREPROCESS else file_lists.outside_cache(config[split].DATA)
            if elsewhere:
                sentences.append(
                    f"{split}.DATA.FILE_LIST_PATH names {len(elsewhere)} clips that are not in CACHED_PATH, the first "
                    f"is {elsewhere[0]}."
                )
        recordings = self._recordings_of_splits(config)
        for one, other in itertools.combinations(recordings, 2):
            common = _shared(recordings, one, other)
            if common:
                sentences.append(f"{len(common)} recordings are in {one} and in {other}, the first is {common[0]}.")
            elif _shared_people(recordings, one, other):
                people = ", ".join(map(str, _shared_people(recordings, one, other)))
                sentences.append(f"{one} and {other} have recordings of the same people: subject {people}.")
        for split, found in recordings.items():
            other = told_other_labels(found, config[split].DATA)
            sentences += [f"{split}: {other}"] if other else []
            fs_hz = frame_rate_hz(config[split].DATA)
            if config.MODEL.RFACENET.RESAMPLE:
                found = resample.resampled(found, fs_hz)
            sentences += [f"{split}: {remark}" for remark in resample.remarks(found) + times.remarks(found, fs_hz)]
            sentences += _left_out(split, found, config[split].DATA)
        return sentences

    def print_warnings(self, config):
        """Print the :meth:`warnings`."""
        for sentence in self.warnings(config):
            print(f"Warning: {sentence}")

    def _recordings_of_splits(self, config):
        found = {split: self.recordings(config[split].DATA) for split in splits_used(config)}
        return {split: recordings for split, recordings in found.items() if recordings is not None}

    def check_complete(self, config, loaders):
        """Refuse a split that holds fewer recordings than the raw data have for it.

        The toolbox preprocesses in several processes, and the recordings of a process that was killed, for memory
        for instance, are dropped without a word.

        Raises:
            DataError: with the names of the recordings that are missing.
        """
        for split, loader in loaders.items():
            data = config[split.upper()].DATA
            wanted = self.expected(data) if loader is not None else None
            got = recordings(loader)
            missing = [name for name in wanted or () if name not in got]
            # the file system may list UBFC-rPPG in another order today than when it was preprocessed
            if not missing or len(got) >= len(wanted):
                continue
            raise DataError(
                f"the {split} split has clips of {len(got)} recordings, and {data.DATA_PATH} holds {len(wanted)} for "
                f"it. Missing: {', '.join(missing)}. {self.why_missing} Then delete {data.FILE_LIST_PATH} and run "
                f"again with DO_PREPROCESS True."
            )

    def check_loaded(self, config, loaders):
        """Refuse clips that are trained and tested on, and a test recording with a gap. No file is opened.

        Raises:
            DataError: with the clip.
        """
        from ..datasets.clips import clip_name

        inputs = {split: loader.dataset.inputs for split, loader in loaders.items() if loader is not None}
        common = {os.path.realpath(path) for path in inputs.get("train", ())}
        common = sorted(common & {os.path.realpath(path) for path in inputs.get("test", ())})
        if common:
            raise DataError(
                f"{len(common)} clips are in the training set and in the test set, the first is {common[0]}. A test on "
                f"them says nothing. Take them out of one of the two file lists, or correct BEGIN and END."
            )
        for split, paths in inputs.items():
            if split in ("test", "unsupervised"):
                _check_gaps(map(clip_name, paths), split, config[split.upper()].DATA.FILE_LIST_PATH)

    def print_split(self, loaders):
        """Print which recordings each split got."""
        for split, loader in loaders.items():
            if loader is not None:
                names = recordings(loader)
                print(printable(f"{split}: {len(names)} recordings, {len(loader.dataset)} clips: {', '.join(names)}"))


def _check_gaps(names, split, file_list):
    numbers = {}
    for name, number in names:
        numbers.setdefault(name, set()).add(int(number))
    for name, there in numbers.items():
        missing = sorted(set(range(max(there))) - there)
        if missing:
            raise DataError(
                f"the {split} split lacks clip {missing[0]} of recording {name}, and has later ones: its pulse would "
                f"be joined over the gap. Complete {file_list}, or take the whole recording out."
            )


def _check_one_name(one, first, other, second, recordings):
    """Recordings of two folders may share a cache as long as no two have one name."""
    if not between_splits.share_cache(first, second) or not (first.DO_PREPROCESS or second.DO_PREPROCESS):
        return
    names = [{recording.name for recording in recordings.get(split, ())} for split in (one, other)]
    common = sorted(names[0] & names[1])
    if common or not all(names):
        raise DataError(
            f"{one} and {other} share the cache {first.CACHED_PATH}, and {one}.DATA.DATA_PATH is {first.DATA_PATH!r} "
            f"where {other}.DATA.DATA_PATH is {second.DATA_PATH!r}: the clips of one would stand for those of the "
            f"other{f', those of {common[0]}, for example' if common else ''}. Give {other}.DATA a CACHED_PATH of its "
            f"own."
        )


def _left_out(split, recordings, data):
    from ..datasets import clip_cache

    names = [one.name for one in recordings if clip_cache.left_out(data.CACHED_PATH, one.name)]
    found = f"{split}: {len(names)} of {len(recordings)} {data.DATASET} recordings are left out: {', '.join(names)}."
    return [found] if names else []


def _shared(recordings, one, other):
    from ..datasets.same_recordings import shared

    return shared(recordings.get(one, ()), recordings.get(other, ()))


def _shared_people(recordings, one, other):
    from ..datasets.same_recordings import shared_people

    return shared_people(recordings.get(one, ()), recordings.get(other, ()))


def recordings(loader):
    """Names of the recordings that a loader's cached clips come from, in order; none for a loader that is None."""
    if loader is None:
        return []
    from ..datasets.clips import recording_of

    return list(dict.fromkeys(map(recording_of, loader.dataset.inputs)))
