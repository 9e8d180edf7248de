"""MCD-rPPG (Egorov et al. 2025): 600 people before and after exercise, by three cameras at once."""

import os
import re
from datetime import datetime

import numpy as np

from ..errors import ConfigError, DataError
from ..runtime import limits
from .dataset import Dataset, Measured, Selection, files_ending
from .manifest_truth import read_columns
from .own_settings import NODES
from .times import TOLERANCE_S, check_rate, uneven
from .video_file import header, video_frames

_NAME = re.compile(r"^([1-9]\d*)_([A-Za-z0-9-]+)_(before|after)$")
_STEPS = ("before", "after")
_POINTER = b"version https://git-lfs"


class McdRppg(Dataset):
    """Recording ``1020_FullHDwebcam_before``: the files of this name in ``video/``, ``ppg_sync/`` and ``meta/``.

    ``ppg_sync/<name>.txt`` has a line for each frame of ``video/<name>.avi``, the PPG and how far from the frame it was
    sampled. ``meta/<name>.txt`` has the number and the time of each frame; where it is not there, the video's header
    tells the rate.
    """

    name = "MCD-rPPG"
    layout = (
        "DATA_PATH/video/<subject>_<camera>_<before or after>.avi, such as 1020_FullHDwebcam_before.avi, and files of "
        "the same name in ppg_sync and meta that end in .txt"
    )
    leaves_out_unusable = True
    has_own_rates = True
    node = "MCD_RPPG"
    defaults = NODES["MCD_RPPG"]

    def entries(self, data_path):
        """``video/1020_FullHDwebcam_before.avi``."""
        return files_ending(".avi", data_path, "video")

    def recording_name(self, entry):
        """``"video/1020_FullHDwebcam_before.avi"`` -> ``"1020_FullHDwebcam_before"``."""
        return os.path.basename(entry)[: -len(".avi")]

    def parts(self, name):
        """``"1020_FullHDwebcam_before"`` -> ``("1020", "FullHDwebcam", "before")``.

        Raises:
            ValueError: it is no such name.
        """
        match = _NAME.match(name)
        if match is None:
            raise ValueError("expected <subject>_<camera>_<before or after>, such as 1020_FullHDwebcam_before")
        return match.groups()

    def subject_of_clip(self, name):
        """``"1020_FullHDwebcam_before"`` -> 1020."""
        return int(self.parts(name)[0])

    def sources(self, recording):
        """The video, the PPG, and the times of the frames where they are there."""
        stamps = _text(recording, "meta")
        return [recording.path, _text(recording, "ppg_sync"), *([stamps] if os.path.isfile(stamps) else [])]

    def frames(self, recording, every=1):
        """Decode the video up to the first frame that cannot be decoded."""
        _refuse_pointer(recording, recording.path)
        return video_frames(recording, recording.path, every)

    def ppg(self, recording):
        """The first column of ``ppg_sync``, which has a line per frame."""
        path = _text(recording, "ppg_sync")
        _refuse_pointer(recording, path)
        try:
            return read_columns(path, [1])[0]
        except ValueError as error:
            raise recording.error(
                f"{path} {error}. Expected the PPG in the first column, a line per frame. Get the file again from the "
                f"data set"
            )

    def label(self, recording, signal, frame_count, fs_hz):
        """The PPG as it is, after checking that it has a line per frame to a second; what is too long is cut."""
        surplus_s = (len(signal) - frame_count) / fs_hz
        if abs(surplus_s) > TOLERANCE_S:
            raise recording.error(
                f"{frame_count} frames of its video could be decoded, and ppg_sync has {len(signal)} lines; expected "
                f"one per frame, to {TOLERANCE_S:g} s. Get the recording again from the data set"
            )
        return signal[:frame_count]

    def measured(self, recording, frame_count):
        """The frame rate by the stamps in ``meta``, or else by the video's header."""
        path = _text(recording, "meta")
        if not os.path.isfile(path):
            fs_hz = header(recording.path).fs_hz
            check_rate(recording, "the video's header", fs_hz)
            return Measured(fs_hz, notes=(("no times of frames in meta: the rate is the header's", f"{fs_hz:.2f} Hz"),))
        _refuse_pointer(recording, path)
        return _by_stamps(recording, _stamps_s(recording, path), frame_count)

    def check_settings(self, settings, split):
        """CAMERAS and STEPS of :attr:`defaults`."""
        for key, allowed in (("CAMERAS", None), ("STEPS", _STEPS)):
            values = list(settings[key])
            wrong = allowed is not None and not set(values) <= set(allowed)
            if not values or len(set(values)) < len(values) or wrong:
                expected = "names of cameras" if allowed is None else f"words of {', '.join(allowed)}"
                raise ConfigError(f"MCD_RPPG.{key} is {values}; expected one or more different {expected}.")

    def select(self, recordings, settings, data_path):
        """The recordings of the cameras and steps that the settings name."""
        parts = {one: self.parts(one.name)[1:] for one in recordings}
        cameras = sorted({camera for camera, _ in parts.values()})
        missing = sorted(set(settings.CAMERAS) - set(cameras))
        if missing:
            raise DataError(
                f"MCD_RPPG.CAMERAS asks for {', '.join(missing)}, and the videos in {data_path} are by "
                f"{', '.join(cameras)}. Correct CAMERAS, or add the videos."
            )
        chosen = [one for one in recordings if parts[one][0] in settings.CAMERAS and parts[one][1] in settings.STEPS]
        if not chosen:
            raise DataError(
                f"No recording in {data_path} is by {', '.join(settings.CAMERAS)} and of the steps "
                f"{', '.join(settings.STEPS)}. Widen DATA.MCD_RPPG, or add recordings."
            )
        others = len(recordings) - len(chosen)
        return Selection(chosen, (f"{others} of {len(recordings)} recordings are of others.",) if others else ())

    def selection_name(self, settings):
        """What differs from the defaults, as part of a file name: ``"FullHDwebcam-USBVideo_before"``."""
        differing = [key for key in self.defaults if sorted(settings[key]) != sorted(self.defaults[key])]
        return "_".join("-".join(sorted(settings[key])) for key in differing)


def _text(recording, folder):
    """The recording's file in one of the folders beside ``video``."""
    above = os.path.dirname(os.path.dirname(recording.path))
    return os.path.join(above, folder, f"{recording.name}.txt")


def _refuse_pointer(recording, path):
    """A clone without Git LFS has a few lines in the place of each file."""
    if os.path.isfile(path) and os.path.getsize(path) < 1024:
        with open(path, "rb") as file:
            if file.read(len(_POINTER)) == _POINTER:
                raise recording.error(
                    f"{path} is a pointer of Git LFS, not the file itself. Run 'git lfs pull' in DATA_PATH, or get the "
                    f"file from the data set"
                )


def _stamps_s(recording, path):
    """Seconds of the frames from the first, by lines such as ``1 2023-11-13 14:18:09.856232``."""
    stamps = []
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file.read(limits.CSV_BYTES).splitlines(), start=1):
            if not line.strip():
                continue
            try:
                stamps.append(datetime.fromisoformat(" ".join(line.split()[-2:])))
                if stamps[-1].tzinfo is not None:  # which no file has, and others cannot be compared with
                    raise ValueError("a time zone")
            except ValueError:
                raise recording.error(
                    f"line {number} of {path} is {line[:40]!r}; expected the number of a frame and its date and time. "
                    f"Get the file again from the data set"
                )
    return np.array([(stamp - stamps[0]).total_seconds() for stamp in stamps])


def _by_stamps(recording, stamps_s, frame_count):
    """:class:`Measured` of the frames' times. There may be more of them than frames; line k is of frame k."""
    count = min(len(stamps_s), frame_count)
    if count < 2 or (np.diff(stamps_s[:count]) < 0).any():
        raise recording.error(
            f"its {len(stamps_s)} times in meta for {frame_count} frames are no clock; expected one for each frame, "
            f"none earlier than the one before. Get the file again from the data set"
        )
    span_s = stamps_s[count - 1]
    fs_hz = (count - 1) / span_s if span_s else float("inf")
    check_rate(recording, "the times in meta", fs_hz)
    missing_s = (frame_count - len(stamps_s)) / fs_hz
    if missing_s > TOLERANCE_S:
        raise recording.error(
            f"its video has {frame_count} frames and meta {len(stamps_s)} times; expected one for each, to "
            f"{TOLERANCE_S:g} s. Get the recording again from the data set"
        )
    notes = []
    if -missing_s > TOLERANCE_S:
        notes.append(("meta has times of more frames than the video", f"{-missing_s:.1f} s"))
    return Measured(fs_hz, notes=(*notes, *uneven(stamps_s[:count])))
