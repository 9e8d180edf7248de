"""What a data set says about itself: where its recordings are, how to read one, and whom it shows."""

import os
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Mapping, Optional, Tuple

import numpy as np

from .times import RecordedTimes


@dataclass(frozen=True)
class Selection:
    """The recordings that a data set's own settings ask for.

    Attributes:
        recordings: list of :class:`~.recording.Recording`.
        remarks: sentences about what is left out, and what is not there.
    """

    recordings: list
    remarks: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Measured:
    """What is known of one recording's own clock and heart rate.

    Attributes:
        fs_hz: frames per second.
        heart_rates_bpm: (T,) the ground truth's heart rate at each frame, None where it has none.
        heart_rate_bpm: the recording's heart rate, which a test is scored against, None where it has none.
        notes: (kind, detail) of everything that is worth saying about its files.
    """

    fs_hz: float
    heart_rates_bpm: Optional[np.ndarray] = None
    heart_rate_bpm: Optional[float] = None
    notes: Tuple[Tuple[str, str], ...] = ()


class Dataset(ABC):
    """All that the package knows about a data set; :mod:`.readers` lists the subclasses and finds their recordings.

    What is wrong with a recording's files is said with :meth:`.Recording.error`. Worker processes get the object with
    their recordings, so it must survive pickling: keep the class at the top level of a module.

    Attributes:
        name: ``DATASET`` in configs: letters, digits, ``_``, ``.`` and ``-``.
        layout: the folders and files expected, in words, for error messages.
        split_by_subject: whether BEGIN and END count subjects, each with all recordings, or recordings.
        leaves_out_unusable: a recording that cannot be read is left out, and named with its reason, instead of ending
            the run. For data sets with damages that are known and stay.
        has_own_rates: :meth:`measured` gives each recording's frame rate; FS has to be left at its default then.
        node: of its own settings, ``<SPLIT>.DATA.<node>`` in configs; None where it has none.
        defaults: the settings there, ``{KEY: default}``.
    """

    name: str
    layout: str
    split_by_subject = True
    leaves_out_unusable = False
    has_own_rates = False
    node: Optional[str] = None
    defaults: Mapping[str, Any] = {}

    def is_there(self, data_path):
        """Whether DATA_PATH can be looked at. Here: whether it is a folder."""
        return os.path.isdir(data_path)

    def entries(self, data_path):
        """What may be a recording: paths, relative to DATA_PATH, of folders or of files.

        Here: the folders that lie directly in DATA_PATH. :func:`files_ending` gives files. Lines of a table can be
        entries, too, where :meth:`recording_path` tells the path of each.
        """
        return subfolders(data_path)

    @abstractmethod
    def recording_name(self, entry):
        """The name of the recording that one of :meth:`entries` is, with which the names of its clips begin.

        Where the toolbox reads this data set, too, it has to be the name that the toolbox gives.

        Returns:
            str, or None for an entry that belongs to something else.

        Raises:
            ValueError: the entry looks like a recording, and cannot be one; the message says why.
        """

    def recording_path(self, entry, data_path):
        """The folder or the file of an entry's recording. Here: the entry itself, in DATA_PATH."""
        return os.path.join(data_path, entry)

    @abstractmethod
    def subject_of_clip(self, name):
        """The number of the person that a recording shows, from the recording's name.

        Cached clips keep this name alone, so identity labels are read from it, too.

        Raises:
            ValueError: the data set has no such names; the message says what is expected.
        """

    @abstractmethod
    def frames(self, recording, every=1):
        """Iterate over frames 0, ``every``, 2 * ``every``, ...: uint8 BGR (H, W, 3), as OpenCV decodes them."""

    @abstractmethod
    def ppg(self, recording):
        """The ground-truth PPG as recorded, at its own rate: 1-D float64."""

    @abstractmethod
    def label(self, recording, signal, frame_count, fs_hz):
        """The PPG ``signal`` at the times of the ``frame_count`` frames, which come at ``fs_hz``: 1-D float64.

        Its length is the number of frames that have a label. Where the toolbox reads this data set, too, both have to
        pair frames and samples in the same way.

        Raises:
            DataError: video and ground truth differ by more than :data:`~.times.TOLERANCE_S`.
        """

    def times(self, recording):
        """What the recording's files say about its times, as :class:`~.times.RecordedTimes`, without decoding frames.

        It is checked against FS before the recording is cached. A data set without times says nothing.

        Raises:
            DataError: times that cannot be read.
        """
        return RecordedTimes()

    def measured(self, recording, frame_count):
        """What the recording's clips carry beside frames and label: :class:`Measured`.

        None for a data set of one frame rate, which FS says.

        Raises:
            DataError: times or heart rates that cannot be used.
        """
        return None

    def check_settings(self, settings, split):
        """Check the data set's own settings without reading any data.

        Args:
            settings: ``<SPLIT>.DATA.<node>``, read by attribute.
            split: ``"TRAIN"``, ``"VALID"``, ``"TEST"`` or ``"UNSUPERVISED"``.

        Raises:
            ConfigError: a value that is not served.
        """
        return None

    def select(self, recordings, settings, data_path):
        """The recordings that the data set's own settings ask for: :class:`Selection`.

        Raises:
            DataError: what the settings refer to cannot be read.
        """
        return Selection(recordings)

    def selection_name(self, settings):
        """What the settings select, as part of a file name; empty for the defaults."""
        return ""

    def made_from(self, recording):
        """What a recording's clips are made from beside its files, as JSON values; when it changes, it is cached
        again."""
        return []

    def sources(self, recording):
        """Paths of the files and folders that the recording consists of; when they change, it is cached again."""
        return [recording.path]


def subfolders(data_path, folder="", begin=""):
    """The folders in a folder of DATA_PATH whose names begin as the pattern ``begin`` says, relative to DATA_PATH."""
    with os.scandir(os.path.join(data_path, folder)) as found:
        names = sorted(one.name for one in found if re.match(begin, one.name) and one.is_dir())
    return [os.path.join(folder, name) for name in names]


def files_ending(ending, data_path, folder=""):
    """The files in a folder of DATA_PATH whose names end so, relative to DATA_PATH; not those that are hidden."""
    path = os.path.join(data_path, folder)
    names = sorted(os.listdir(path)) if os.path.isdir(path) else []
    return [os.path.join(folder, name) for name in names if name.endswith(ending) and not name.startswith(".")]
