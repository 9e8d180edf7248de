"""Frames that are brought to an even rate by their own time stamps, as a video of a variable frame rate needs it.

Frames are taken to come at the even rate that the line of a manifest or the video's header states. Where the time
stamps are over a second off that, or where the line asks for them, they count: see :class:`OwnTimes`.
"""

import os
from typing import NamedTuple

import numpy as np

from ..runtime import limits
from . import mp4_header
from .manifest_frames import bounds, fps_hz_of, header_hz_of, stamps_s
from .stmaps import landmarks
from .times import LONGEST_FILLED_GAP_S, SLOWEST_HZ, TOLERANCE_S, jump

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


def own_times(recording):
    """The :class:`OwnTimes` by which a recording's frames are brought to an even rate.

    None where they come at the even rate of :func:`fps_hz_of`: because the line has a number in fps, because they have
    no time stamps, or because these are nowhere further from the rate of the header, or of images their mean one, than
    :data:`~.times.TOLERANCE_S`.

    Raises:
        DataError: time stamps that count, and cannot be right.
    """
    line = recording.entry
    stamps = _telling(recording)
    if stamps is None and line.by_stamps:
        raise recording.error(
            "fps is 'stamps', and its frames have no time stamps. Write their number per second there"
        )
    if stamps is None:
        return None
    is_stated = os.path.isdir(line.video) or limits.within(header_hz_of(line), limits.FS_HZ)
    if is_stated and not line.by_stamps and _off_s(recording, stamps) <= TOLERANCE_S:
        return None
    inside = np.flatnonzero((stamps >= line.start_s) & (stamps < line.stop_s))
    if len(inside) < 2:
        raise recording.error(
            f"{len(inside)} of its frames are between start_s and stop_s by their time stamps, the last of which is "
            f"{stamps[-1]:.1f} s. Correct start_s or stop_s"
        )
    found = OwnTimes(int(inside[0]), stamps[inside[0] : inside[-1] + 1], stamps)
    wrong = _wrong(found) or _have_landmarks(recording)
    if wrong:
        raise recording.error(wrong)
    return found


def _telling(recording):
    """:func:`~.manifest_frames.stamps_s`; None where the line, or the header of an MP4 or MOV, leaves nothing to tell.

    Nothing is decoded then.
    """
    line = recording.entry
    if line.fps_hz is not None:
        return None
    if not line.by_stamps and limits.within(header_hz_of(line), limits.FS_HZ):
        header = mp4_header.read(line.video)
        if header is not None and header.is_even:
            return None
    return stamps_s(recording)


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
    stamps = _telling(recording)
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


def frame_times_s(recording, frame_count):
    """(T,) seconds of the frames between start_s and stop_s, from the video's first."""
    own = own_times(recording)
    if own is not None:
        return own.frames_s[0] + np.arange(frame_count) / own.fs_hz
    fps_hz = fps_hz_of(recording)
    return (bounds(recording.entry, fps_hz)[0] + np.arange(frame_count)) / fps_hz
