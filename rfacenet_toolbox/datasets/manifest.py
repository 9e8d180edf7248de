"""A data set of one's own: ``DATASET: Manifest``, with a CSV file that has a line per recording."""

import itertools
import os

import numpy as np

from ..errors import ConfigError, DataError
from .dataset import Dataset, Measured, Selection
from .manifest_file import FILE_NAME, manifest_path, read_manifest, subject_number
from .manifest_frames import bounds, check_images, decoded, fps_hz_of, frame_count, is_turned, mean_hz, shortest_s
from .manifest_own_times import frame_times_s, note_of_even, own_times
from .manifest_plausible import apart, doubts
from .manifest_samples import truth
from .own_settings import NODES
from .resample import on_grid
from .times import RATE_TOLERANCE, TOLERANCE_S

_PARTS = ("train", "test")
#: of what a recording may be made from beside its files, and which earlier versions did not know
_DEFAULTS = {"stamps": False, "unit": "s", "zero": 0.0, "upright": False}


class Manifest(Dataset):
    """Recording ``P07.morning``, of subject P07: the line of a manifest that names its video and its ground truth.

    Frames come at the rate that the line or the video's own header states, from its first frame on, or are brought to
    their mean rate by their own time stamps, see :mod:`.manifest_own_times`. Samples have the times of ``time_column``,
    come at ``rate_hz``, or are spread evenly over the whole video. ``docs/manifest.md`` has examples.
    """

    name = "Manifest"
    layout = f"a CSV file, or a folder with {FILE_NAME}, that has a line per recording (docs/manifest.md)"
    has_own_rates = True
    node = "MANIFEST"
    defaults = NODES["MANIFEST"]

    def is_there(self, data_path):
        """Whether DATA_PATH is a folder or a file."""
        return os.path.exists(data_path)

    def entries(self, data_path):
        """The :class:`~.manifest_file.Line` s of the manifest."""
        return read_manifest(manifest_path(data_path))

    def recording_name(self, entry):
        """That of the line."""
        return entry.name

    def recording_path(self, entry, data_path):
        """The video, or the folder of its frames."""
        return entry.video

    def subject_of_clip(self, name):
        """``"7.morning"`` -> 7; of a name that is no number, one made from its letters."""
        subject, dot, _ = name.partition(".")
        if not dot:
            raise ValueError("expected <subject>.<name>, such as 7.morning")
        return subject_number(subject)

    def sources(self, recording):
        """Video and ground truth."""
        return [recording.entry.video, recording.entry.truth]

    def made_from(self, recording):
        """What the line says besides the paths."""
        line = recording.entry
        found = [line.column, line.kind, line.rate_hz, line.time_column, line.fps_hz, line.start_s, str(line.stop_s)]
        given = {"stamps": line.by_stamps, "unit": line.time_unit, "zero": line.time_zero_s, "upright": is_turned(line)}
        added = {key: value for key, value in given.items() if value != _DEFAULTS[key]}
        return [*found, added] if added else found

    def frames(self, recording, every=1):
        """The frames between start_s and stop_s, at an even rate."""
        own = own_times(recording)
        if own is None:
            first, last = bounds(recording.entry, fps_hz_of(recording))
            found = decoded(recording, first, last, every)
        else:
            timed = zip(own.frames_s - own.frames_s[0], decoded(recording, own.first, own.first + len(own.frames_s)))
            found = itertools.islice(on_grid(timed, own.fs_hz), 0, None, every)
        image = next(found, None)
        if image is None:
            raise recording.error("it has no frame between start_s and stop_s. Correct one of them")
        yield image
        yield from found

    def ppg(self, recording):
        """The column of the ground truth; of a heart rate, a cosine whose phase goes by it."""
        values, times_s = truth(recording)
        if recording.entry.kind == "bvp":
            return values
        turns = np.concatenate([[0.0], np.cumsum(np.diff(times_s) * (values[1:] + values[:-1]) / 120)])
        return np.cos(2 * np.pi * turns)

    def label(self, recording, signal, frame_count, fs_hz):
        """The signal at the times of the frames; ``fs_hz`` is not needed."""
        del signal  # read again, with its times
        values, times_s = truth(recording, own_times(recording))
        frames_s = frame_times_s(recording, frame_count)
        wrong = apart(times_s, (frames_s[0], frames_s[-1]))
        if wrong:
            raise recording.error(f"{wrong} in line {recording.entry.number} of the manifest")
        if recording.entry.kind == "bvp":
            return np.interp(frames_s, times_s, values)
        fine_s = np.arange(times_s[0], times_s[-1] + 0.01, 0.01)
        turns = np.cumsum(np.interp(fine_s, times_s, values)) / 6000
        return np.cos(2 * np.pi * np.interp(frames_s, fine_s, turns))

    def measured(self, recording, frame_count):
        """The frame rate, and where the ground truth is a heart rate, that too."""
        own = own_times(recording)
        fps_hz, notes = (fps_hz_of(recording), note_of_even(recording)) if own is None else (own.fs_hz, (own.note,))
        if recording.entry.kind == "bvp":
            return Measured(fps_hz, notes=notes)
        values, times_s = truth(recording, own)
        at_frames = np.interp(frame_times_s(recording, frame_count), times_s, values)
        return Measured(fps_hz, at_frames, float(at_frames.mean()), notes)

    def check_settings(self, settings, split):
        """SPLIT, FOLD and HEART_RATE_ONLY of :attr:`defaults`."""
        part, _, fold = settings.FOLD.partition(" ")
        if settings.FOLD and (part not in _PARTS or not fold.strip()):
            raise ConfigError(
                f"MANIFEST.FOLD is {settings.FOLD!r}; expected 'test X' for the lines whose fold is X, 'train X' for "
                f"all others, or '' for all."
            )
        if settings.HEART_RATE_ONLY and split in ("TRAIN", "VALID"):
            raise ConfigError(
                "MANIFEST.HEART_RATE_ONLY is True; a waveform cannot be learned from heart rates. Expected False for "
                "TRAIN and VALID, with lines whose kind is bvp."
            )

    def select(self, recordings, settings, data_path):
        """The lines of SPLIT and FOLD, each read as far as can be without decoding the whole video."""
        lines = {one.entry for one in recordings}
        splits = _known(settings.SPLIT, {one.split for one in lines}, "SPLIT", "split", data_path)
        part, _, fold = settings.FOLD.partition(" ")
        _known(fold, {one.fold for one in lines}, "FOLD", "fold", data_path)
        chosen = [
            one
            for one in recordings
            if (not splits or one.entry.split == splits) and (not fold or (one.entry.fold == fold) == (part == "test"))
        ]
        if not chosen:
            raise DataError(
                f"No line of {manifest_path(data_path)} is of SPLIT {settings.SPLIT!r} and of FOLD {settings.FOLD!r} "
                f"at once. Correct one of them, or the columns split and fold."
            )
        without = [str(one.entry.number) for one in chosen if one.entry.kind == "heart_rate"]
        if without and not settings.HEART_RATE_ONLY:
            raise DataError(
                f"The kind of {len(without)} line(s) in {manifest_path(data_path)} is heart_rate, from which no "
                f"waveform can be learned: {', '.join(without[:20])}. To test on them, set MANIFEST.HEART_RATE_ONLY to "
                f"True."
            )
        return Selection(chosen, _check_whole(chosen, data_path))

    def selection_name(self, settings):
        """As part of a file name: ``"train_test2"``."""
        words = [settings.SPLIT, settings.FOLD.replace(" ", "")]
        return "_".join("".join(c if c.isalnum() else "-" for c in word) for word in words if word)


def _known(wanted, there, key, column, data_path):
    if wanted and wanted not in there:
        found = ", ".join(sorted(filter(None, there))) or "nothing"
        raise DataError(
            f"MANIFEST.{key} asks for {wanted!r}, and the column {column} of {manifest_path(data_path)} holds {found}. "
            f"Correct one of them."
        )
    return wanted


def _check_whole(recordings, data_path):
    """Refuse lines whose files cannot be used, all in one message.

    Returns:
        Sentences about what is probably not meant, one for each kind of it.

    Raises:
        DataError: each line that is wrong, with its number.
    """
    problems, doubted = [], _of_two_people(recordings)
    for recording in recordings:
        try:
            for kind, what in _check_files(recording).items():
                doubted.setdefault(kind, []).append(f"line {recording.entry.number} of the manifest, {what}")
        except DataError as error:
            problems.append(f"line {recording.entry.number}: {error}")
    if problems:
        raise DataError(
            "\n".join([f"{len(problems)} problem(s) with files of {manifest_path(data_path)}. Mend them:", *problems])
        )
    return tuple(
        f"{found[0]}." + (f" The same goes for {len(found) - 1} more line(s)." if len(found) > 1 else "")
        for found in doubted.values()
    )


def _of_two_people(recordings):
    """As :func:`.doubts`, a list of each: lines that name another subject's video or ground truth."""
    found, first = {}, {}
    for recording in recordings:
        line = recording.entry
        for what, key in (("video", line.video), ("ground truth", (line.truth, line.column))):
            other = first.setdefault((what, key), line)
            if other.subject != line.subject:
                found.setdefault(what, []).append(
                    f"line {line.number} of the manifest, its {what} is that of line {other.number}, of another subject"
                )
    return found


def _check_files(recording):
    """Refuse what cannot be right without decoding the whole video; what is doubted, as :func:`.doubts` has it."""
    line, fps_hz, frames = recording.entry, fps_hz_of(recording), frame_count(recording.entry.video)
    if os.path.isdir(line.video):
        check_images(recording)
        own_times(recording)
    recording.ppg()
    values, times_s = truth(recording)
    next(decoded(recording, 0, 1), None)
    wrong = _not_covered(line, times_s, frames / fps_hz, shortest_s(recording), fps_hz)
    if wrong and line.by_stamps:  # it may be the header that is wrong
        own = own_times(recording)
        fps_hz, frames = mean_hz(own.stamps_s), len(own.stamps_s)
        values, times_s = truth(recording, own)
        wrong = _not_covered(line, times_s, frames / fps_hz, frames / fps_hz, fps_hz)
    if wrong:
        raise recording.error(wrong)
    return doubts(line, values, times_s, frames, fps_hz)


def _not_covered(line, times_s, length_s, shortest_s, fps_hz):
    """Why a line asks for more than the video, of a length that is 0 if unknown, or the ground truth has; else None."""
    if length_s and line.start_s >= length_s:
        return f"its video ends at {length_s:.1f} s, before start_s. Correct start_s"
    end_s = min(line.stop_s, shortest_s) if length_s else line.start_s
    allowed_s = TOLERANCE_S + RATE_TOLERANCE * end_s  # a header counts frames, too, that are not shown
    return apart(times_s, (line.start_s, max(line.start_s, end_s - 1 / fps_hz)), allowed_s)
