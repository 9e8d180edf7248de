"""The frames of the video, or of the folder, that a line of a manifest names: their count, their rate and their times.

Frames are taken to come at an even rate, which the line or the header of the video states. Where the video's own time
stamps are over a second off that, or where the line asks for them, the frames are brought to an even rate by them, the
mean one of the part that counts.
"""

import functools
import os
from typing import NamedTuple

import numpy as np

from ..runtime import limits
from . import image_names
from .stmaps import landmarks
from .times import LONGEST_FILLED_GAP_S, LONGEST_GAP_S, RATE_TOLERANCE, SLOWEST_HZ, TOLERANCE_S, jump, stray
from .video_file import header, time_stamps_s

_IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
#: labels of frames that are further from the even rate at which they are taken are worth a note
_WORTH_SAYING_S = 0.1


class OwnTimes(NamedTuple):
    """Of the frames between start_s and stop_s, whose own time stamps count."""

    first: int  #: number of the first of them
    frames_s: np.ndarray  #: (T,) from the video's first frame
    stamps_s: np.ndarray  #: of all frames up to stop_s

    @property
    def fs_hz(self):
        """Their mean rate, to which they are brought."""
        return (len(self.frames_s) - 1) / float(self.frames_s[-1] - self.frames_s[0])

    @property
    def note(self):
        """As of :class:`~.dataset.Measured`."""
        steps_s = np.diff(self.frames_s)
        return (
            "frames are brought to an even rate by their own time stamps",
            f"{self.fs_hz:.2f} per second, from steps of {1000 * steps_s.min():.0f} to {1000 * steps_s.max():.0f} ms",
        )


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
    fps_hz = _header_hz(line)
    advice = f"its video says that it has {fps_hz:g}, and holds no time stamps"
    if os.path.isdir(line.video):
        advice = "the names of its frames hold no times"
    if not limits.within(fps_hz, limits.FS_HZ):
        fps_hz = _mean_hz(stamps_s(recording))
    if not limits.within(fps_hz, limits.FS_HZ):
        raise recording.error(f"its frame rate is not known: {advice}. Fill in the column fps")
    return fps_hz


def _header_hz(line):
    return 0.0 if os.path.isdir(line.video) else header(line.video).fs_hz


def _mean_hz(stamps):
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


def own_times(recording):
    """The :class:`OwnTimes` by which a recording's frames are brought to an even rate.

    None where they come at the even rate of :func:`fps_hz_of`: because the line has a number in fps, because they have
    no time stamps, or because these are nowhere further from the rate of the header, or of images their mean one, than
    :data:`~.times.TOLERANCE_S`.

    Raises:
        DataError: time stamps that count, and cannot be right.
    """
    line = recording.entry
    stamps = None if line.fps_hz is not None else stamps_s(recording)
    if stamps is None and line.by_stamps:
        raise recording.error(
            "fps is 'stamps', and its frames have no time stamps. Write their number per second there"
        )
    if stamps is None:
        return None
    is_stated = os.path.isdir(line.video) or limits.within(_header_hz(line), limits.FS_HZ)
    if is_stated and not line.by_stamps and _off_s(recording, stamps) <= TOLERANCE_S:
        return None
    inside = np.flatnonzero((stamps >= line.start_s) & (stamps < line.stop_s))
    if len(inside) < 2:
        raise recording.error(
            f"{len(inside)} of its frames are between start_s and stop_s by their time stamps, the last of which is "
            f"{stamps[-1]:.1f} s. Correct start_s or stop_s"
        )
    found = OwnTimes(int(inside[0]), stamps[inside], stamps)
    wrong = _wrong(found) or _have_landmarks(recording)
    if wrong:
        raise recording.error(wrong)
    return found


def _off_s(recording, stamps):
    """How far stamps, as far as the part that counts reaches, are from the even rate of :func:`fps_hz_of`."""
    fps_hz = fps_hz_of(recording)
    stamps = stamps[: bounds(recording.entry, fps_hz)[1] + 1]
    return float(np.abs(stamps - np.arange(len(stamps)) / fps_hz).max())


def _wrong(times):
    """Why time stamps cannot be trusted, None where they can."""
    backward = np.flatnonzero(np.diff(times.frames_s) <= 0)
    if len(backward):
        at = times.first + int(backward[0])
        return (
            f"the time stamps of its frames do not go forward: frame {at} has {times.stamps_s[at]:.3f} s, and the "
            f"next {times.stamps_s[at + 1]:.3f} s. Convert it to a constant frame rate, or fill in the column fps"
        )
    if not SLOWEST_HZ <= times.fs_hz <= limits.FS_HZ[1]:
        return (
            f"by their time stamps it has {times.fs_hz:.1f} frames per second; expected {SLOWEST_HZ:g} to "
            f"{limits.FS_HZ[1]}. Record it again, or fill in the column fps if its time stamps are wrong"
        )
    gap = jump("frames", times.frames_s, LONGEST_FILLED_GAP_S)
    return gap and f"{gap} with start_s or stop_s"


def _have_landmarks(recording):
    if os.path.isdir(recording.path) and landmarks.user_file(recording):
        return "its landmarks belong to frames that are brought to an even rate. Fill in the column fps, or remove them"
    return None


def note_of_even(recording):
    """Notes, as of :class:`~.dataset.Measured`, on time stamps that are accepted and not followed."""
    stamps = stamps_s(recording) if recording.entry.fps_hz is None else None
    off_s = 0.0 if stamps is None or (np.diff(stamps) <= 0).any() else _off_s(recording, stamps)
    if off_s <= _WORTH_SAYING_S:
        return ()
    return (
        (
            "frames are taken as even, and by their time stamps are not, so labels are off by as much; 'stamps' in the "
            "column fps follows the stamps",
            f"up to {off_s:.1f} s",
        ),
    )


def check_images(recording):
    """Refuse a folder of frames whose names say that they do not come at the rate at which they are taken.

    Raises:
        DataError: there are none, some are missing, or their times are not those of ``fps``.
    """
    numbers, fps_hz, stamps = _numbers(recording.entry.video), fps_hz_of(recording), stamps_s(recording)
    if stamps is None:
        found = numbers and image_names.missing(numbers) and image_names.gaps(numbers)
        wrong = found and f"of its frames, {found}. Put them there, or number the frames anew if these are all"
    elif abs(_mean_hz(stamps) / fps_hz - 1) > RATE_TOLERANCE:
        wrong = f"fps is {fps_hz:g}, and by the times in their names its frames have another rate. Leave fps out"
    else:
        wrong = jump("frames", stamps, LONGEST_GAP_S)
        wrong = wrong or (recording.entry.fps_hz is not None and stray("frames", stamps))
    if wrong:
        raise recording.error(wrong)
    own_times(recording)


def _numbers(folder):
    return image_names.numbers([os.path.basename(path) for path in images(folder)])


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
    return frame_count(line.video) / max(fps_hz_of(recording), _header_hz(line))


def frame_times_s(recording, frame_count):
    """(T,) seconds of the frames between start_s and stop_s, from the video's first."""
    own = own_times(recording)
    if own is not None:
        return own.frames_s[0] + np.arange(frame_count) / own.fs_hz
    fps_hz = fps_hz_of(recording)
    return (bounds(recording.entry, fps_hz)[0] + np.arange(frame_count)) / fps_hz
