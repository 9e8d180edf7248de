"""A recording's own times, checked against the configured frame rate and against each other before it is cached.

Clips hold frames and labels by number, so every rate that is read from them is wrong by as much as FS is, and a label
that was stretched over frames that are not there belongs to other moments. The tolerances are wide enough for what
the data sets have: PURE's frames are stamped with some milliseconds of jitter, and its oximeter may run on;
UBFC-rPPG's videos claim 29.5 to 30 frames per second.
"""

from dataclasses import dataclass
from typing import Optional, Tuple

import numpy as np

from ..errors import DataError
from ..runtime import limits

#: a video and its ground truth may differ by this much before the recording is refused
TOLERANCE_S = 1.0
#: rates may differ by this share: 4 beats per minute at 80. The nearest common rates, 25 and 30, are 17 % apart
RATE_TOLERANCE = 0.05
#: a difference of rates from which on it is reported
WORTH_SAYING = 0.01
#: successive stamps may be this far apart, and any stamp this far from an even clock
LONGEST_GAP_S = TOLERANCE_S
#: where frames or samples are further apart, what was between them is not known, and is not interpolated
LONGEST_FILLED_GAP_S = 0.5
#: frames per second below which there are too few for a pulse
SLOWEST_HZ = 8.0
#: frames per second of recordings that have a rate of their own
_RATES_HZ = (5.0, 120.0)
#: below it, a rate cannot be told from the stamps' jitter
_SHORTEST_S = 0.5


@dataclass(frozen=True)
class RecordedTimes:
    """What a recording's files say about its times.

    Attributes:
        frames_s: (T,) seconds of the frames by their stamps, None where they have none.
        samples_s: (N,) seconds of the PPG's samples on the same clock, None where they have none.
        rates_hz: other statements of the frame rate: (where it stands, frames per second).
        frames_from: where the frames' times stand, for messages.
        problem: what is wrong with them whatever FS is, as :func:`disagreement` says it.
    """

    frames_s: Optional[np.ndarray] = None
    samples_s: Optional[np.ndarray] = None
    rates_hz: Tuple[Tuple[str, float], ...] = ()
    problem: Optional[str] = None
    frames_from: str = "the times of its frames"

    def frame_rates_hz(self):
        """All statements of the frame rate, ``(where it stands, frames per second)``."""
        if self.frames_s is None or len(self.frames_s) < 2 or np.ptp(self.frames_s) < _SHORTEST_S:
            return self.rates_hz
        rate_hz = (len(self.frames_s) - 1) / np.ptp(self.frames_s)
        return ((self.frames_from, float(rate_hz)), *self.rates_hz)


def disagreement(times, fs_hz):
    """Why clips of a recording would be wrong, None where its times agree.

    Args:
        times: :class:`RecordedTimes`.
        fs_hz: the configured frame rate.

    Returns:
        What was found, what was expected and what to do, for :meth:`~.recording.Recording.error`.
    """
    if times.problem:
        return times.problem
    for what, stamps_s in (("frames", times.frames_s), ("PPG samples", times.samples_s)):
        uneven = jump(what, stamps_s, LONGEST_GAP_S) or stray(what, stamps_s)
        if uneven:
            return uneven
    for source, rate_hz in times.frame_rates_hz():
        if abs(rate_hz / fs_hz - 1) > RATE_TOLERANCE:
            return (
                f"by {source} it has {rate_hz:.2f} frames per second, and FS is {fs_hz:g}; expected the same to "
                f"{RATE_TOLERANCE:.0%}, because all heart rates would be off by as much. Set FS to the recording's "
                f"rate, or let MODEL.RFACENET.RESAMPLE convert the recording to {fs_hz:g} frames per second"
            )
    return apart(times)


def worth_saying(times, fs_hz):
    """A sentence about a difference that is accepted and moves heart rates, None where there is none."""
    for source, rate_hz in times.frame_rates_hz():
        off = fs_hz / rate_hz - 1
        if abs(off) > WORTH_SAYING:
            return f"{rate_hz:.2f} frames per second by {source}, and FS is {fs_hz:g}: rates come out {off:+.1%}"
    return None


def check_times(recordings, fs_hz):
    """Hold each recording's times against ``fs_hz`` and against each other. Decodes no frames.

    A recording whose times cannot be read is left to whoever reads it, and names what is wrong with its files.

    Raises:
        DataError: names every recording whose times disagree.
    """
    failures = disagreements(recordings, fs_hz)
    if failures:
        reasons = "\n".join(f"- {error}" for error in failures)
        raise DataError(
            f"The times of {len(failures)} of {len(recordings)} recordings cannot be right. Nothing was cached. Repair "
            f"these, or move them out of DATA_PATH, and run the same command:\n{reasons}"
        )


def disagreements(recordings, fs_hz):
    """An error for each recording that :func:`check_times` refuses, a list that is often empty."""
    found = [(recording, disagreement(times, fs_hz)) for recording, times in _readable(recordings)]
    return [recording.error(what) for recording, what in found if what]


def remarks(recordings, fs_hz):
    """A list of sentences, often none, about differences that :func:`check_times` accepts."""
    found = [(recording.name, worth_saying(times, fs_hz)) for recording, times in _readable(recordings)]
    found = [(name, remark) for name, remark in found if remark]
    if not found:
        return []
    others = f" The rates of {len(found) - 1} more recording(s) differ, too." if len(found) > 1 else ""
    return [f"{found[0][0]} has {found[0][1]}.{others}"]


def _readable(recordings):
    for recording in recordings:
        try:
            yield recording, recording.times()
        except DataError:
            continue


def jump(what, stamps_s, longest_s):
    """In words, the longest step of stamps where it is longer than ``longest_s`` or backwards; else None.

    Args:
        what: whose stamps they are.
        stamps_s: (N,) in seconds, or None.
        longest_s: allowed.
    """
    if stamps_s is None or len(stamps_s) < 2:
        return None
    steps_s = np.diff(stamps_s)
    worst = int(np.argmax(np.abs(steps_s)))
    if abs(steps_s[worst]) <= longest_s:
        return None
    return (
        f"the times of its {what} jump by {steps_s[worst]:.2f} s after number {worst} of {len(stamps_s)}, "
        f"{stamps_s[worst] - stamps_s[0]:.1f} s from the first; expected steps of at most {longest_s:g} s. "
        f"Copy the recording again from the data set, or cut it there"
    )


def stray(what, stamps_s):
    """In words, how far stamps are from an even clock where that is too far; else None. Arguments: see :func:`jump`."""
    if stamps_s is None or len(stamps_s) < 2:
        return None
    even_s = np.linspace(stamps_s[0], stamps_s[-1], len(stamps_s))
    off_s = float(np.abs(stamps_s - even_s).max())
    if off_s <= LONGEST_GAP_S:
        return None
    return (
        f"the times of its {what} stray by up to {off_s:.2f} s from an even rate; expected at most "
        f"{LONGEST_GAP_S:g} s, because clips hold them as if they were even. Some are missing, or the rate "
        f"changes: copy the recording again from the data set, or cut it"
    )


def apart(times):
    """In words, how frames and PPG do not begin and end together, None where they do.

    A PPG that runs on may do so within the tolerance of rates.
    """
    if times.frames_s is None or times.samples_s is None or not len(times.frames_s) or not len(times.samples_s):
        return None
    begins_s = times.samples_s[0] - times.frames_s[0]
    ends_s = times.samples_s[-1] - times.frames_s[-1]
    video_s, ppg_s = np.ptp(times.frames_s), np.ptp(times.samples_s)
    allowed_s = max(TOLERANCE_S, RATE_TOLERANCE * video_s)
    late = begins_s > TOLERANCE_S or ends_s < -TOLERANCE_S
    if not late and abs(ppg_s - video_s) <= allowed_s and abs(begins_s) <= max(TOLERANCE_S, allowed_s):
        return None
    return (
        f"its PPG lasts {ppg_s:.1f} s and its frames {video_s:.1f} s; it begins {_signed(begins_s)} and ends "
        f"{_signed(ends_s)} them. Expected the same moments to {TOLERANCE_S:g} s and the same length to "
        f"{allowed_s:.1f} s, because the label is stretched over the frames. Copy the recording again from the data "
        f"set"
    )


def uneven(times_s):
    """A note, as of :class:`~.dataset.Measured`, where frames do not come at an even rate; else none.

    Args:
        times_s: (T,) seconds of the frames from the first.
    """
    gap_s = float(np.diff(times_s).max())
    off_s = float(np.abs(times_s - np.linspace(0, times_s[-1], len(times_s))).max())
    if max(gap_s, off_s) <= LONGEST_GAP_S:
        return ()
    return (("its frames do not come at an even rate", f"gaps up to {gap_s:.1f} s, {off_s:.1f} s off an even clock"),)


def check_rate(recording, source, rate_hz):
    """Check the frame rate that a recording says it has.

    Args:
        recording: whose it is, for the error.
        source: where it stands, in words.
        rate_hz: frames per second.

    Raises:
        DataError: no camera has it.
    """
    if not limits.within(rate_hz, _RATES_HZ):
        raise recording.error(
            f"by {source} it has {rate_hz:.1f} frames per second; expected {_RATES_HZ[0]:g} to {_RATES_HZ[1]:g}. Get "
            f"the recording again from the data set"
        )


def _signed(seconds):
    return f"{abs(seconds):.1f} s {'after' if seconds > 0 else 'before'}"
