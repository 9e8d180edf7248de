"""UBFC-rPPG DATASET_2 (Bobbia et al. 2019): videos at 30 fps, and a text file with a PPG sample per frame."""

import os
import re

import numpy as np

from . import image_names
from .dataset import Dataset
from .text_file import read_text
from .times import RATE_TOLERANCE, TOLERANCE_S, RecordedTimes
from .video_file import header, video_frames

#: units to the second of the data set's times, and of those in files that somebody converted
_UNITS = 1, 1e3, 1e6, 1e9


class UbfcRppg(Dataset):
    """Recording ``subject7``: ``subject7/vid.avi`` and ``subject7/ground_truth.txt``.

    The text has three lines, PPG, heart rate and time, with one value per frame. The label is the first as it is,
    and the last is checked against the video's frame rate.
    Each subject has one recording, and the toolbox divides them in their order.
    """

    name = "UBFC-rPPG"
    layout = "folders DATA_PATH/subject1 ... subject49, each with vid.avi and ground_truth.txt inside (DATASET_2)"
    split_by_subject = False

    def recording_name(self, entry):
        """``"subject7"`` -> ``"subject7"``, as the toolbox's ``UBFCrPPGLoader`` names it."""
        if not entry.startswith("subject"):
            return None
        match = re.match(r"^subject\d+", entry)
        if match is None:
            raise ValueError("there is no number after 'subject' in its name")
        return match.group(0)

    def subject_of_clip(self, name):
        """``"subject7"`` -> 7."""
        match = re.match(r"^subject(\d+)$", name)
        if match is None:
            raise ValueError("expected subject<number>, such as subject7")
        return int(match.group(1))

    def sources(self, recording):
        """The video and the ground truth."""
        return [os.path.join(recording.path, "vid.avi"), os.path.join(recording.path, "ground_truth.txt")]

    def frames(self, recording, every=1):
        """Decode the video up to the first frame that cannot be decoded, as the toolbox's ``read_video`` does."""
        return video_frames(recording, self.sources(recording)[0], every)

    def times(self, recording):
        """The third line of the ground truth, and the frame rate that the video claims."""
        claimed_hz = header(self.sources(recording)[0]).fs_hz
        rates_hz = (("the header of vid.avi", claimed_hz),) if 1 <= claimed_hz <= 1000 else ()
        lines = self._lines(recording)
        if len(lines) < 3 or not lines[2].strip():
            return RecordedTimes(rates_hz=rates_hz)
        times_s, samples = self._numbers(recording, lines[2], "time in s"), len(lines[0].split())
        if abs(len(times_s) - samples) > max(1, RATE_TOLERANCE * samples) or not np.isfinite(times_s).all():
            return RecordedTimes(
                problem=f"ground_truth.txt has {np.isfinite(times_s).sum()} times in its third line for {samples} "
                f"samples; expected as many. Copy the file again from the data set"
            )
        times_s = times_s / (image_names.fitting_unit(times_s, _UNITS) or 1)
        samples_s = times_s if len(times_s) == samples else None
        return RecordedTimes(times_s, samples_s, rates_hz, frames_from="the times in ground_truth.txt")

    def ppg(self, recording):
        """The first line of the ground truth; agrees with the toolbox's ``read_wave``."""
        return self._numbers(recording, self._lines(recording)[0], "PPG")

    def _lines(self, recording):
        """The ground truth's lines, the first not empty."""
        text = read_text(recording, self.sources(recording)[1])
        lines = text.split("\n")
        if not lines[0].strip():
            raise recording.error(
                f"ground_truth.txt {'begins with an empty line' if text else 'is empty'}; "
                f"expected the PPG in its first line, one number per frame. Copy the file again from the data set"
            )
        return lines

    def _numbers(self, recording, line, what):
        try:
            return np.asarray([float(value) for value in line.split()], dtype=np.float64)
        except ValueError as error:
            place = "first" if what == "PPG" else "third"
            raise recording.error(
                f"ground_truth.txt cannot be read ({error}); expected the {what} in its {place} line, numbers with "
                f"spaces between. Copy the file again from the data set"
            )

    def label(self, recording, signal, frame_count, fs_hz):
        """The PPG as it is, after checking that its length is the video's to a second."""
        missing_s = (len(signal) - frame_count) / fs_hz
        per_frame = len(signal) / frame_count
        if missing_s > TOLERANCE_S and abs(per_frame - round(per_frame)) < 0.02 * per_frame:
            raise recording.error(
                f"ground_truth.txt has {len(signal)} samples for {frame_count} frames of vid.avi, {per_frame:.2f} for "
                f"each; expected one. If it holds the oximeter's own samples, resample them to the times of the "
                f"frames; if the video was cut short, copy it again from the data set"
            )
        if missing_s > TOLERANCE_S:
            raise recording.error(
                f"{frame_count} frames of vid.avi could be decoded, but its ground truth has {len(signal)} samples, "
                f"one per frame: {missing_s:.1f} s of video are missing. The file is truncated or damaged: copy it "
                f"again from the data set"
            )
        if -missing_s > TOLERANCE_S:
            raise recording.error(
                f"its ground truth has {len(signal)} samples for {frame_count} frames: the last {-missing_s:.1f} s of "
                f"video have no label. Copy ground_truth.txt again from the data set"
            )
        return signal
