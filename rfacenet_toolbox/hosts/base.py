"""Where a run happens: inside a real rPPG-Toolbox checkout (:mod:`.toolbox`) or from this package (:mod:`.standalone`).

What both have in common stands here: which recordings a split should hold, which it does hold, and how errors end.
"""

import os
import subprocess
import sys

from ..errors import DataError, RFaceNetError


class Host:
    """The host of a run.

    Args:
        name: ``"toolbox"`` or ``"standalone"``. The toolbox takes UBFC-rPPG in the order of the file system, the
            standalone host by number; this decides which recordings a split such as 0-0.8 has.
        revision: short commit hash of the toolbox checkout, ``"unknown"``, or None where there is no checkout.
    """

    def __init__(self, name, revision=None):
        self.name = name
        self.revision = revision

    def expected(self, split, config):
        """Names of the recordings that the raw data hold for a split, in the host's order.

        Agrees with the toolbox's ``get_raw_data`` and ``split_raw_data`` of PURE (``102`` for ``01-02``; BEGIN and
        END count sorted subjects) and UBFC-rPPG (``subject7``; BEGIN and END count recordings).

        Args:
            split: ``"train"``, ``"valid"`` or ``"test"``.
            config: the whole configuration.

        Returns:
            list of str, or None where that cannot be told: another data set, or the raw folder is not there.

        Raises:
            DataError: the raw folder holds no such recordings, or names that cannot be read.
        """
        from ..datasets.readers import DATASETS, find_recordings, split_recordings

        data = config[split.upper()].DATA
        if data.DATASET not in DATASETS or not os.path.isdir(data.DATA_PATH):
            return None
        found = find_recordings(data.DATASET, data.DATA_PATH)
        if self.name == "toolbox":
            listed = os.listdir(data.DATA_PATH)  # the order that glob gives
            found.sort(key=lambda recording: listed.index(os.path.basename(recording.path)))
        return [recording.name for recording in split_recordings(data.DATASET, found, data.BEGIN, data.END)]

    def check_complete(self, config, loaders):
        """Refuse a split that holds fewer recordings than the raw data have for it.

        The toolbox preprocesses in several processes, and the recordings of a process that was killed, for memory
        for instance, are dropped without a word.

        Raises:
            DataError: with the names of the recordings that are missing.
        """
        for split, loader in loaders.items():
            wanted = self.expected(split, config) if loader is not None else None
            got = recordings(loader)
            missing = [name for name in wanted or () if name not in got]
            # the file system may list UBFC-rPPG in another order today than when it was preprocessed
            if not missing or len(got) >= len(wanted):
                continue
            data = config[split.upper()].DATA
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


def print_errors_plainly():
    """From now on an uncaught error of this package ends the process with its message alone and exit status 2."""
    previous = sys.excepthook
    if getattr(previous, "prints_rfacenet_errors", False):
        return

    def hook(kind, error, traceback):
        if not issubclass(kind, RFaceNetError):
            previous(kind, error, traceback)
            return
        sys.stdout.flush()
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2)  # Python ends the process with this status when a hook raises it

    hook.prints_rfacenet_errors = True
    sys.excepthook = hook


def revision(root):
    """Short commit hash of the checkout, or ``"unknown"`` where it is no git checkout."""
    if not os.path.exists(os.path.join(root, ".git")):
        return "unknown"
    command = ["git", "-C", root, "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.check_output(command, stderr=subprocess.DEVNULL, universal_newlines=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
