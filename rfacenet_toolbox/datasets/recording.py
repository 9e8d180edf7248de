"""What a data set has to say about itself, and one recording of it."""

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Mapping, Optional, Tuple

import cv2
import numpy as np

from ..errors import DataError

#: a video and its ground truth may differ by this much before the recording is refused
TOLERANCE_S = 1.0


class Dataset(ABC):
    """A data set: where its recordings are, how to read one, and whom it shows.

    A subclass is all that the package knows about a data set; :mod:`.readers` lists them. What is wrong with a
    recording's files is said with :meth:`Recording.error`. Worker processes get the object with their recordings, so it
    must survive pickling: keep the class at the top level of a module.

    Attributes:
        name: ``DATASET`` in configs: letters, digits, ``_``, ``.`` and ``-``.
        layout: the folders and files expected, in words, for error messages.
        split_by_subject: whether BEGIN and END count subjects, each with all recordings, or recordings.
        leaves_out_unusable: a recording that cannot be read is left out, and named with its reason, instead of ending
            the run. For data sets with damages that are known and stay.
        has_own_rates: :meth:`measured` gives a frame rate and a heart rate for each recording, and FS is not looked at.
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

    def folders(self, data_path):
        """Folders of DATA_PATH that may hold a recording, relative to it. Here: all that lie directly in it."""
        return [name for name in sorted(os.listdir(data_path)) if os.path.isdir(os.path.join(data_path, name))]

    def is_there(self, data_path):
        """Whether DATA_PATH can be looked at. Here: whether it is a folder."""
        return os.path.isdir(data_path)

    def recordings(self, data_path):
        """All :class:`Recording` s of DATA_PATH. Here: one for each of :meth:`folders` that has a name.

        Raises:
            DataError: a folder that looks like a recording and cannot be one.
        """
        recordings = []
        for folder in self.folders(data_path):
            path = os.path.join(data_path, folder)
            try:
                name = self.recording_name(folder)
            except ValueError as error:
                raise DataError(
                    f"{path!r} looks like a {self.name} recording, but {error}. Expected {self.layout}. Rename the "
                    f"folder, or move it out of DATA_PATH."
                )
            if name is not None:
                recordings.append(Recording(self, name, self.subject_of_clip(name), path, data_path))
        return recordings

    @abstractmethod
    def recording_name(self, folder):
        """The name of the recording in a folder of DATA_PATH, with which the names of its clips begin.

        Where the toolbox reads this data set, too, it has to be the name that the toolbox gives.

        Args:
            folder: one of :meth:`folders`.

        Returns:
            str, or None for a folder that belongs to something else.

        Raises:
            ValueError: the folder looks like a recording, and cannot be one; the message completes "..., but".
        """

    @abstractmethod
    def subject_of_clip(self, name):
        """The number of the person that a recording shows, from the recording's name.

        Every name that :meth:`recording_name` gives has one. Cached clips keep this name alone, so identity labels
        are read from it, too.

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
            DataError: video and ground truth differ by more than :data:`TOLERANCE_S`.
        """

    def times(self, recording):
        """What the recording's files say about its times, as :class:`~.times.RecordedTimes`, without decoding frames.

        It is checked against FS before the recording is cached. A data set without times says nothing.

        Raises:
            DataError: times that cannot be read.
        """
        from .times import RecordedTimes

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


@dataclass(frozen=True)
class Selection:
    """The recordings that a data set's own settings ask for.

    Attributes:
        recordings: list of :class:`Recording`.
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


@dataclass(frozen=True)
class Recording:
    """A video with its ground truth.

    Attributes:
        dataset: the :class:`Dataset` that it belongs to.
        name: with which the names of its clips begin, e.g. ``"102"`` or ``"subject7"``.
        subject: number of the person.
        path: the recording's folder.
        root: DATA_PATH, in which it was found; None for the folder above ``path``.
    """

    dataset: Dataset
    name: str
    subject: int
    path: str
    root: Optional[str] = None

    def frames(self, every=1, bgr=False):
        """Iterate over the frames: uint8 RGB (H, W, 3), one at a time.

        Args:
            every: give only frames 0, every, 2 * every, ...
            bgr: give them as OpenCV decodes them; converting a frame is cheaper once it is small.

        Raises:
            DataError: frames are missing or cannot be decoded.
        """
        decoded = self.dataset.frames(self, every)
        return decoded if bgr else (cv2.cvtColor(frame, cv2.COLOR_BGR2RGB) for frame in decoded)

    def ppg(self):
        """The ground-truth PPG as recorded: 1-D float64, at the data set's own rate.

        Raises:
            DataError: it is missing, empty, malformed, constant, or not finite.
        """
        signal = self.dataset.ppg(self)
        if len(signal) < 2:
            raise self.error(
                f"its ground truth holds {len(signal)} PPG sample(s), expected one for every moment of the video. "
                f"Get the file again from the data set"
            )
        bad = np.flatnonzero(~np.isfinite(signal))
        if len(bad):
            raise self.error(
                f"its PPG has {len(bad)} of {len(signal)} samples that are not finite, the first at {bad[0]}; expected "
                f"numbers. Repair the ground truth, or move the recording out of DATA_PATH"
            )
        if np.ptp(signal) == 0:
            raise self.error(
                f"its PPG is constant ({signal[0]:g} in all {len(signal)} samples), so there is no pulse in it. Repair "
                f"the ground truth, or move the recording out of DATA_PATH"
            )
        return signal

    def label(self, signal, frame_count, fs_hz):
        """The PPG ``signal`` at the times of the frames; see :meth:`Dataset.label`."""
        return self.dataset.label(self, signal, frame_count, fs_hz)

    def measured(self, frame_count):
        """What the recording's clips carry beside frames and label; see :meth:`Dataset.measured`."""
        return self.dataset.measured(self, frame_count)

    def error(self, what):
        """A :class:`DataError` that names the recording.

        Args:
            what: what was found, what was expected and what to do, without the final full stop.
        """
        return DataError(f"{self.dataset.name} recording {self.name} ({self.path}): {what}.")
