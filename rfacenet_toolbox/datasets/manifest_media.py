"""What the files hold that a line of a manifest names: frames, their rate and their times, and the ground truth."""

import os

import numpy as np

from ..runtime import limits
from . import image_names
from .manifest_truth import read_columns
from .video_file import header

_IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


def fps_hz_of(recording):
    """Frames per second by the line, the names of the frames, or the video's header.

    Raises:
        DataError: none of them says it.
    """
    line = recording.entry
    if line.fps_hz is not None:
        return line.fps_hz
    if os.path.isdir(line.video):
        fps_hz = _fps_of_names(images(line.video))
        advice = "the names of its frames hold no times"
    else:
        if not os.path.isfile(line.video):
            raise recording.error(f"its video {line.video} is not there. Correct the column video")
        fps_hz = header(line.video).fs_hz
        advice = f"its video says that it has {fps_hz:g}"
    if not limits.within(fps_hz, limits.FS_HZ):
        raise recording.error(f"its frame rate is not known: {advice}. Fill in the column fps")
    return fps_hz


def _fps_of_names(paths):
    stamps = image_names.numbers([os.path.basename(path) for path in paths])
    unit = stamps and image_names.per_second(stamps)
    return (len(stamps) - 1) * unit / (stamps[-1] - stamps[0]) if unit else 0.0


def images(folder):
    """Paths of a folder's images in natural order."""
    names = [name for name in os.listdir(folder) if name.lower().endswith(_IMAGES)]
    return [os.path.join(folder, name) for name in sorted(names, key=image_names.natural)]


def frame_count(path):
    """Frames of a folder, or of a video by its header; 0 where that does not say."""
    return len(images(path)) if os.path.isdir(path) else header(path).frames


def bounds(line, fps_hz):
    """First frame and end of the part that the line asks for."""
    first = round(line.start_s * fps_hz)
    return first, first + 10**12 if line.stop_s == float("inf") else round(line.stop_s * fps_hz)


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
    if line.time_column is not None:
        times_s = columns[1]
        if not np.isfinite(times_s).all() or (np.diff(times_s) <= 0).any():
            raise recording.error(f"the times in {line.truth} do not go forward. Repair them, or give rate_hz instead")
    elif line.rate_hz is not None:
        times_s = np.arange(len(values)) / line.rate_hz
    else:
        times_s = np.arange(len(values)) * (frame_count(line.video) / fps_hz_of(recording) / len(values))
    if line.kind == "heart_rate":
        known = np.isfinite(values)
        low, high = limits.HEART_RATE_BPM
        if known.sum() < 2 or not limits.within(values[known].min(), (low, high)) or values[known].max() > high:
            raise recording.error(
                f"column {line.column} of {line.truth} holds no heart rates of {low} to {high} bpm. Correct kind or "
                f"column"
            )
        values, times_s = values[known], times_s[known]
    return values, times_s
