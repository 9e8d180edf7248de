"""What the files hold that a line of a manifest names: frames, their rate and their times, and the ground truth."""

import os

import numpy as np

from ..runtime import limits
from . import image_names, manifest_plausible
from .manifest_truth import read_columns
from .times import LONGEST_GAP_S, RATE_TOLERANCE, TOLERANCE_S, jump, stray
from .video_file import header

_IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


def fps_hz_of(recording):
    """Frames per second by the line, the names of the frames, or the video's header.

    Raises:
        DataError: none of them says it.
    """
    line = recording.entry
    if not os.path.exists(line.video):
        raise recording.error(f"its video {line.video} is not there. Correct the column video")
    if os.path.isdir(line.video) and not images(line.video):
        raise recording.error(f"there is no image in {line.video} ({', '.join(_IMAGES)}). Correct the column video")
    if line.fps_hz is not None:
        return line.fps_hz
    if os.path.isdir(line.video):
        fps_hz = _fps_of_names(images(line.video))
        advice = "the names of its frames hold no times"
    else:
        fps_hz = header(line.video).fs_hz
        advice = f"its video says that it has {fps_hz:g}"
    if not limits.within(fps_hz, limits.FS_HZ):
        raise recording.error(f"its frame rate is not known: {advice}. Fill in the column fps")
    return fps_hz


def _fps_of_names(paths):
    stamps_s = _stamps_s(_numbers(paths))
    return 0.0 if stamps_s is None else (len(stamps_s) - 1) / float(stamps_s[-1] - stamps_s[0])


def _numbers(paths):
    return image_names.numbers([os.path.basename(path) for path in paths])


def _stamps_s(numbers):
    """The times in the names of images; None where these hold none."""
    unit = numbers and image_names.per_second(numbers)
    return np.array([number - numbers[0] for number in numbers]) / unit if unit else None


def check_images(recording):
    """Refuse a folder of frames whose names say that they do not come at the even rate at which they are taken.

    Raises:
        DataError: there are none, some are missing, or their times are not those of ``fps``.
    """
    numbers, fps_hz = _numbers(images(recording.entry.video)), fps_hz_of(recording)
    stamps_s = _stamps_s(numbers)
    if stamps_s is None:
        found = numbers and image_names.missing(numbers) and image_names.gaps(numbers)
        wrong = found and f"of its frames, {found}. Put them there, or number the frames anew if these are all"
    elif abs(_fps_of_names(images(recording.entry.video)) / fps_hz - 1) > RATE_TOLERANCE:
        wrong = f"fps is {fps_hz:g}, and by the times in their names its frames have another rate. Leave fps out"
    else:
        wrong = jump("frames", stamps_s, LONGEST_GAP_S) or stray("frames", stamps_s)
    if wrong:
        raise recording.error(wrong)


def images(folder):
    """Paths of a folder's images in natural order."""
    names = [name for name in os.listdir(folder) if name.lower().endswith(_IMAGES) and not name.startswith(".")]
    return [os.path.join(folder, name) for name in sorted(names, key=image_names.natural)]


def frame_count(path):
    """Frames of a folder, or of a video by its header; 0 where that does not say."""
    return len(images(path)) if os.path.isdir(path) else header(path).frames


def bounds(line, fps_hz):
    """First frame and end of the part that the line asks for."""
    first = round(line.start_s * fps_hz)
    return first, first + 10**12 if line.stop_s == float("inf") else round(line.stop_s * fps_hz)


def shortest_s(recording):
    """Seconds of the video by the count of its frames, 0 where that is not known. A header may count more than there
    are, by a rate of its own; so the higher of two rates counts."""
    line = recording.entry
    rates_hz = [fps_hz_of(recording)] + ([] if os.path.isdir(line.video) else [header(line.video).fs_hz])
    return frame_count(line.video) / max(rates_hz)


def check_stamps(recording, stamps_ms):
    """Hold a video's frames, once they are read, against the even rate at which they are taken.

    Args:
        recording: whose line leaves the rate to the video's header.
        stamps_ms: (T,) times of the frames by the container; nothing is told by ones that do not increase.

    Raises:
        DataError: a frame is further from that rate than video and ground truth may be from each other.
    """
    stamps_s = np.asarray(stamps_ms, dtype=np.float64) / 1000
    if recording.entry.fps_hz is not None or len(stamps_s) < 2 or not (np.diff(stamps_s) > 0).all():
        return
    fps_hz = fps_hz_of(recording)
    off_s = float(np.abs(stamps_s - stamps_s[0] - np.arange(len(stamps_s)) / fps_hz).max())
    if off_s > TOLERANCE_S:
        raise recording.error(
            f"by their time stamps its frames are up to {off_s:.1f} s off the {fps_hz:.2f} frames per second of its "
            f"header; expected at most {TOLERANCE_S:g} s, because labels are made for frames at an even rate. Convert "
            f"it to a constant frame rate, or fill in the column fps if its time stamps are wrong"
        )


def frame_times_s(recording, frame_count):
    """(T,) seconds of the frames between start_s and stop_s, from the video's first."""
    fps_hz = fps_hz_of(recording)
    return (bounds(recording.entry, fps_hz)[0] + np.arange(frame_count)) / fps_hz


def truth(recording):
    """``(values (N,), their times in s (N,))``."""
    line = recording.entry
    try:
        columns = read_columns(line.truth, [line.column, *([] if line.time_column is None else [line.time_column])])
    except ValueError as error:
        raise recording.error(
            f"its ground truth {line.truth} {error}. Correct the columns truth, column or time_column"
        )
    values = columns[0]
    if any(len(one) != len(values) for one in columns):
        raise recording.error(
            f"its ground truth {line.truth} has {len(values)} values in {line.column} and {len(columns[1])} times in "
            f"{line.time_column}; expected one for each. Repair it, or give rate_hz instead"
        )
    if line.time_column is not None:
        times_s = columns[1]
        if not np.isfinite(times_s).all() or (np.diff(times_s) <= 0).any():
            raise recording.error(f"the times in {line.truth} do not go forward. Repair them, or give rate_hz instead")
    elif line.rate_hz is not None:
        times_s = np.arange(len(values)) / line.rate_hz
    else:
        frames = frame_count(line.video)
        if not frames:
            raise recording.error(
                f"how long its video is does not stand in its header, so the samples of {line.truth} cannot be spread "
                f"over it. Give rate_hz or time_column"
            )
        times_s = np.arange(len(values)) * (frames / fps_hz_of(recording) / len(values))
    if line.kind == "heart_rate":
        known = ~np.isnan(values)
        values, times_s = values[known], times_s[known]
        low, high = limits.HEART_RATE_BPM
        if len(values) < 2 or values.min() < low or values.max() > high:
            found = f"{len(values)} values" + (f" of {values.min():g} to {values.max():g}" if len(values) else "")
            raise recording.error(
                f"column {line.column} of {line.truth} holds {found}; expected heart rates, 2 or more, of {low} to "
                f"{high} bpm, and nothing or nan where one is not known. Correct kind or column"
            )
    inside = (times_s >= line.start_s - TOLERANCE_S) & (times_s <= line.stop_s + TOLERANCE_S)
    wrong = manifest_plausible.impossible(line.kind, values, times_s, inside)
    if wrong:
        raise recording.error(f"{line.truth}: {wrong}")
    return values, times_s
