"""VIPL-HR (Niu et al. 2018, 2020): three cameras and an infrared one, each video with its own times."""

import os
import re
from typing import NamedTuple

import numpy as np

from . import vipl_hr_files as files
from .dataset import Dataset, Measured, subfolders
from .video_file import video_frames
from .vipl_hr_selection import DEFAULTS, check, select, selection_name

_NAME = re.compile(r"^p([1-9]\d*)_v([1-9])(?:-(\d+))?_source([1-4])$")


class Parts(NamedTuple):
    """What a recording's name says."""

    subject: int
    scene: int  #: 1 to 9
    take: int  #: 1, or 2 for ``v1-2``
    source: int  #: 1 web camera, 2 phone, 3 RealSense, 4 RealSense infrared


class ViplHr(Dataset):
    """Recording ``p10_v1-2_source3``: the folder ``data/p10/v1-2/source3``, the second take of scene 1 by camera 3.

    It holds ``video.avi``, ``gt_HR.csv`` with a heart rate per second, ``wave.csv`` with the PPG, and, but for source
    2, ``time.txt`` with the milliseconds of each frame. The frames have the times of ``time.txt``, and the PPG,
    whose rate is not stored, is stretched over the video. See :mod:`.vipl_hr_files` for what is known to be wrong.
    """

    name = "VIPL-HR"
    layout = (
        "DATA_PATH/data/p1 ... p107, each with v1 ... v9 (second takes: v1-2), and in these source1 ... source4, each "
        "with video.avi, gt_HR.csv, wave.csv and time.txt inside (source2 has no time.txt)"
    )
    leaves_out_unusable = True
    has_own_rates = True
    node = "VIPL_HR"
    defaults = DEFAULTS

    def entries(self, data_path):
        """``data/p10/v1-2/source3``, or without ``data`` where DATA_PATH is that folder."""
        start = "data" if os.path.isdir(os.path.join(data_path, "data")) else ""
        for person in subfolders(data_path, start, r"p\d"):
            for scene in subfolders(data_path, person, r"v\d"):
                yield from subfolders(data_path, scene, r"source\d")

    def recording_name(self, entry):
        """``"data/p10/v1-2/source3"`` -> ``"p10_v1-2_source3"``."""
        name = "_".join(entry.replace("\\", "/").split("/")[-3:])
        if not _NAME.match(name):
            raise ValueError(
                "its folders are not p<subject>, v<1-9> or v<1-9>-2, and source<1-4>, with no leading zeros"
            )
        return name

    def parts(self, name):
        """The :class:`Parts` of a recording's name.

        Raises:
            ValueError: it is no such name.
        """
        match = _NAME.match(name)
        if match is None:
            raise ValueError("expected p<subject>_v<scene>_source<camera>, such as p10_v1_source3")
        subject, scene, take, source = match.groups()
        return Parts(int(subject), int(scene), int(take or 1), int(source))

    def subject_of_clip(self, name):
        """``"p100_v1_source3"`` -> 100."""
        return self.parts(name).subject

    def sources(self, recording):
        """The video, the texts, and the time stamps where there are any."""
        names = ["video.avi", "gt_HR.csv", "wave.csv"]
        if os.path.isfile(os.path.join(recording.path, "time.txt")):
            names.append("time.txt")
        return [os.path.join(recording.path, name) for name in names]

    def frames(self, recording, every=1):
        """Decode the video up to the first frame that cannot be decoded."""
        return video_frames(recording, self.sources(recording)[0], every)

    def ppg(self, recording):
        """``wave.csv``, whose rate is not stored."""
        return files.column(recording, "wave.csv", "Wave")

    def label(self, recording, signal, frame_count, fs_hz):
        """The PPG, stretched over the video, at the times of its frames; ``fs_hz`` is not needed."""
        return files.at_frames(signal, files.clock(recording, frame_count).times_s)

    def measured(self, recording, frame_count):
        """Frame rate by time stamps, or for source 2 by the rows of ``gt_HR.csv``, and heart rate by these rows.

        The recording's heart rate is the mean of the rows that hold a measurement.
        """
        rates_bpm = files.heart_rates_bpm(recording)
        times_s, fs_hz, notes = files.clock(recording, frame_count)
        at_frames, more = files.heart_rates_at_frames(rates_bpm, times_s)
        notes += more + files.wave_notes(self.ppg(recording), times_s)
        return Measured(fs_hz, at_frames, float(np.nanmean(rates_bpm)), notes)

    def check_settings(self, settings, split):
        """SCENES, SOURCES, FOLD and the others of :data:`~.vipl_hr_selection.DEFAULTS`."""
        check(settings)

    def select(self, recordings, settings, data_path):
        """The recordings of the scenes, sources and fold that the settings name."""
        return select([(self.parts(one.name), one) for one in recordings], settings, data_path)

    def selection_name(self, settings):
        """As part of a file name: ``"v1345678_s123_train1"``."""
        return selection_name(settings)
