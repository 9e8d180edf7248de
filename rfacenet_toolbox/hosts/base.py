"""What both hosts have in common: which recordings a split should hold, and which it does hold."""

import os

from ..errors import DataError


class Host:
    """Where a run happens: :class:`~.standalone.StandaloneHost` or :class:`~.toolbox.host.ToolboxHost`.

    Attributes:
        name: as ``results.json`` has it.
        revision: short commit hash of the checkout, ``"unknown"``, or None where there is no checkout.
    """

    name = None
    revision = None

    def in_order(self, recordings, data_path):
        """The recordings found in ``data_path``, in the order in which the host divides them into splits."""
        raise NotImplementedError

    def expected(self, data):
        """Names of the recordings that the raw data hold for a split, in the host's order.

        Agrees with the toolbox's ``get_raw_data`` and ``split_raw_data`` of PURE (``102`` for ``01-02``; BEGIN and
        END count sorted subjects) and UBFC-rPPG (``subject7``; BEGIN and END count recordings).

        Args:
            data: the split's node ``DATA``.

        Returns:
            list of str, or None where that cannot be told: another data set, or the raw folder is not there.

        Raises:
            DataError: the raw folder holds no such recordings, or names that cannot be read.
        """
        from ..datasets.readers import DATASETS, find_recordings, split_recordings

        if data.DATASET not in DATASETS or not os.path.isdir(data.DATA_PATH):
            return None
        found = find_recordings(data.DATASET, data.DATA_PATH)
        found = self.in_order(found, data.DATA_PATH)
        return [recording.name for recording in split_recordings(found, data.BEGIN, data.END)]

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
                f"it. Missing: {', '.join(missing)}. Preprocessing dropped them: their process was killed, mostly for "
                f"lack of memory, or failed with a traceback above. Look at these recordings, then delete "
                f"{data.FILE_LIST_PATH} and run again with DO_PREPROCESS True on a machine with more memory; or run "
                f"the same config in the standalone host, which needs little memory and fills the same cache."
            )

    def print_split(self, loaders):
        """Print which recordings each split got."""
        for split, loader in loaders.items():
            if loader is not None:
                names = recordings(loader)
                print(f"{split}: {len(names)} recordings, {len(loader.dataset)} clips: {', '.join(names)}")


def recordings(loader):
    """Names of the recordings that a loader's cached clips come from, in order; none for a loader that is None."""
    if loader is None:
        return []
    from ..datasets.clips import recording_of

    return list(dict.fromkeys(map(recording_of, loader.dataset.inputs)))
