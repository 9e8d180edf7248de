"""The frames of the video, or of the folder, that a line of a manifest names: their count, rate and time stamps."""

import functools
import itertools
import os

import cv2
import numpy as np

from ..runtime import limits
from . import image_names, mp4_header
from .times import LONGEST_GAP_S, RATE_TOLERANCE, jump, stray
from .video_file import header, time_stamps_s, video_frames

_IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


def fps_hz_of(recording):
    """Frames per second by the line, the names of the frames, or the video's header.

    Where the header does not say it, it is the mean rate by the video's time stamps.

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
    fps_hz = header_hz_of(line)
    advice = f"its video says that it has {fps_hz:g}, and holds no time stamps"
    if os.path.isdir(line.video):
        advice = "the names of its frames hold no times"
    if not limits.within(fps_hz, limits.FS_HZ):
        fps_hz = mean_hz(stamps_s(recording))
    if not limits.within(fps_hz, limits.FS_HZ):
        raise recording.error(f"its frame rate is not known: {advice}. Fill in the column fps")
    return fps_hz


def header_hz_of(line):
    """Frames per second by the video's header, 0 where it says nothing or the line names a folder."""
    return 0.0 if os.path.isdir(line.video) else header(line.video).fs_hz


def mean_hz(stamps):
    """The mean rate of :func:`stamps_s`, 0 where there is none."""
    return 0.0 if stamps is None or stamps[-1] <= 0 else (len(stamps) - 1) / float(stamps[-1])


def stamps_s(recording):
    """(T,) times of the frames from the first one's, by the names of the images, or by the container up to stop_s.

    None where these hold none. A video is decoded for that, once for all who ask in a row.
    """
    line = recording.entry
    if os.path.isdir(line.video):
        numbers = _numbers(line.video)
        unit = numbers and image_names.per_second(numbers)
        return np.array([number - numbers[0] for number in numbers]) / unit if unit else None
    header_hz, state = header(line.video).fs_hz, os.stat(line.video)
    last = bounds(line, header_hz)[1] if limits.within(header_hz, limits.FS_HZ) else 0
    stamps = _of_video(line.video, last, line.stop_s, (state.st_size, state.st_mtime_ns))
    return stamps - stamps[0] if len(stamps) > 1 and stamps[-1] > stamps[0] else None


@functools.lru_cache(maxsize=4)
def _of_video(path, last, stop_s, state):
    """``state`` tells whether the file is still the same."""
    return np.asarray(time_stamps_s(path, lambda index, time_s: index >= last and time_s >= stop_s))


def check_images(recording):
    """Refuse a folder of frames whose names say that they do not come at the rate at which they are taken.

    Raises:
        DataError: there are none, some are missing, or their times are not those of ``fps``.
    """
    numbers, fps_hz, stamps = _numbers(recording.entry.video), fps_hz_of(recording), stamps_s(recording)
    if stamps is None:
        found = numbers and image_names.missing(numbers) and image_names.gaps(numbers)
        wrong = found and f"of its frames, {found}. Put them there, or number the frames anew if these are all"
    elif abs(mean_hz(stamps) / fps_hz - 1) > RATE_TOLERANCE:
        wrong = f"fps is {fps_hz:g}, and by the times in their names its frames have another rate. Leave fps out"
    else:
        wrong = jump("frames", stamps, LONGEST_GAP_S)
        wrong = wrong or (recording.entry.fps_hz is not None and stray("frames", stamps))
    if wrong:
        raise recording.error(wrong)


def _numbers(folder):
    return image_names.numbers([os.path.basename(path) for path in images(folder)])


def images(folder):
    """Paths of a folder's images in natural order."""
    names = [name for name in os.listdir(folder) if name.lower().endswith(_IMAGES) and not name.startswith(".")]
    return [os.path.join(folder, name) for name in sorted(names, key=image_names.natural)]


def frame_count(path):
    """Frames of a folder, or of a video by its header; 0 where that does not say."""
    return len(images(path)) if os.path.isdir(path) else header(path).frames


def is_turned(line):
    """Whether an MP4 or MOV says that its pictures are to be turned or mirrored."""
    found = None if os.path.isdir(line.video) else mp4_header.read(line.video)
    return found is not None and found.matrix != (1, 0, 0, 1)


def bounds(line, fps_hz):
    """First frame and end of the part that the line asks for."""
    first = round(line.start_s * fps_hz)
    return first, first + 10**12 if line.stop_s == float("inf") else round(line.stop_s * fps_hz)


def shortest_s(recording):
    """Seconds of the video by the count of its frames, 0 where that is not known. A header may count more than there
    are, by a rate of its own; so the higher of two rates counts."""
    line = recording.entry
    return frame_count(line.video) / max(fps_hz_of(recording), header_hz_of(line))


def decoded(recording, first, last, every=1):
    """Frames ``first``, ``first + every``, ... before ``last``: uint8 BGR (H, W, 3)."""
    path = recording.entry.video
    if not os.path.isdir(path):
        yield from itertools.islice(video_frames(recording, path, upright=True), first, last, every)
        return
    for name in images(path)[first:last:every]:
        image = cv2.imread(name)
        if image is None:
            raise recording.error(f"the frame {name} cannot be decoded. Copy it again")
        yield image
