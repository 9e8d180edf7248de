"""Recordings of another frame rate brought to FS by their own times: what ``MODEL.RFACENET.RESAMPLE`` does.

Frames are interpolated between neighbours in time, or averaged around each time of the grid where there are more of
them than FS asks for; the PPG is interpolated at the same times. A line between two frames keeps a pulse: at 15 frames
per second, one of 72 beats per minute has 97 % of its amplitude halfway between frames. Recordings whose times agree
with FS pass as they are, bit for bit.
"""

import itertools
from collections import deque
from dataclasses import dataclass

import numpy as np

from ..errors import DataError
from . import times as recorded
from .recording import Recording
from .times import LONGEST_FILLED_GAP_S, RATE_TOLERANCE, SLOWEST_HZ, WORTH_SAYING, RecordedTimes

#: a frame's share, or a share of a step, that is too small to count
_NEGLIGIBLE = 1e-3


def cache_name(data_node, fs_hz):
    """EXP_DATA_NAME of clips of resampled recordings, which must not be taken for those of the recordings as they are.

    Args:
        data_node: ``config.<SPLIT>.DATA``, with its own EXP_DATA_NAME.
    """
    return f"{data_node.EXP_DATA_NAME}_Resampled{fs_hz:g}"


def resampled(recordings, fs_hz):
    """``recordings``, of which those whose times do not agree with ``fs_hz`` have frames and labels at that rate.

    One that cannot be resampled says so in its times, see :func:`~.times.check_times`. One that has no times, or whose
    times cannot be read, passes as it is.
    """
    return [_resampled(recording, fs_hz) for recording in recordings]


def remarks(recordings):
    """A list of at most one sentence: how many of ``recordings`` are resampled."""
    found = [recording for recording in recordings if isinstance(recording, ResampledRecording)]
    if not found:
        return []
    return [
        f"{len(found)} of {len(recordings)} recordings are resampled to {found[0].fs_hz:g} frames per second; "
        f"{found[0].name} has {found[0].own_hz:.2f}."
    ]


def _resampled(recording, fs_hz):
    try:
        times = recording.times()
    except DataError:
        return recording
    rates_hz = [rate_hz for _, rate_hz in times.frame_rates_hz()]
    agree = all(abs(rate_hz / fs_hz - 1) <= WORTH_SAYING for rate_hz in rates_hz)
    if not rates_hz or (agree and not recorded.stray("frames", times.frames_s)):
        return recording
    return ResampledRecording(**vars(recording), own_times=times, fs_hz=fs_hz)


@dataclass(frozen=True, eq=False)
class ResampledRecording(Recording):
    """A recording that is brought to another frame rate.

    Attributes:
        own_times: its :class:`~.times.RecordedTimes`, with one statement of the frame rate or more; the first counts.
        fs_hz: frames per second to bring it to.
    """

    own_times: RecordedTimes = RecordedTimes()
    fs_hz: float = 0.0

    @property
    def own_hz(self):
        """Frames per second that it has."""
        return self.own_times.frame_rates_hz()[0][1]

    def times(self):
        """Those of the grid, or why the recording cannot be resampled."""
        problem = _problem(self.own_times, self.own_hz)
        return RecordedTimes(problem=problem) if problem else RecordedTimes(rates_hz=(("resampling", self.fs_hz),))

    def frames(self, every=1, bgr=False):
        """Frames at the times of the grid, which begins with the recording's first frame and ends before its last."""
        decoded = zip(self._frames_s(), super().frames(bgr=bgr))
        return itertools.islice(on_grid(decoded, self.fs_hz), 0, None, every)

    def label(self, signal, frame_count, fs_hz):
        """The PPG at the times of the grid, once the data set has held its own frames and samples against each other.

        It is read at the samples' own times; where they have none, between the data set's labels of the frames as
        recorded.
        """
        end_s = frame_count / fs_hz - _NEGLIGIBLE / fs_hz
        values_s = np.array(list(itertools.takewhile(lambda time_s: time_s < end_s, self._frames_s())))
        values = super().label(signal, len(values_s), self.own_hz)
        frames_s, samples_s = self.own_times.frames_s, self.own_times.samples_s
        if frames_s is not None and samples_s is not None and len(samples_s) == len(signal):
            values_s, values = samples_s - frames_s[0], signal
        count = min(len(values_s), len(values))
        grid_s = np.arange(frame_count) / fs_hz
        grid_s = grid_s[grid_s <= values_s[count - 1] + 1 / fs_hz]
        return np.interp(grid_s, values_s[:count], values[:count])

    def measured(self, frame_count):
        """Nothing: its frame rate is the grid's."""
        return None

    def _frames_s(self):
        """Iterate over the times of the frames as recorded, from the first."""
        if self.own_times.frames_s is None:
            return (index / self.own_hz for index in itertools.count())
        return iter(self.own_times.frames_s - self.own_times.frames_s[0])


def _problem(times, own_hz):
    """Why a recording cannot be resampled, None where it can."""
    if times.problem:
        return times.problem
    if own_hz < SLOWEST_HZ:
        return f"it has {own_hz:.1f} frames per second; a pulse needs {SLOWEST_HZ:g} or more. Record it again, faster"
    (first, _), *others = times.frame_rates_hz()
    for source, rate_hz in others:
        if abs(rate_hz / own_hz - 1) > RATE_TOLERANCE:
            return (
                f"by {first} it has {own_hz:.2f} frames per second, and by {source} {rate_hz:.2f}; expected the same "
                f"to {RATE_TOLERANCE:.0%}, to resample it by. Copy the recording again from the data set"
            )
    unpaired = recorded.stray("frames", times.frames_s) if times.samples_s is None else None
    return (
        recorded.jump("frames", times.frames_s, LONGEST_FILLED_GAP_S)
        or recorded.jump("PPG samples", times.samples_s, LONGEST_FILLED_GAP_S)
        or unpaired
        or recorded.apart(times)
    )


def on_grid(decoded, fs_hz):
    """Iterate over the frames at 0, 1 / ``fs_hz``, 2 / ``fs_hz``, ... s, the last no later than the last one given.

    Args:
        decoded: iterable of ``(time_s, uint8 frame)``, whose times increase from 0; few are held.
        fs_hz: frames per second of the grid.
    """
    step_s, made, held = 1 / fs_hz, 0, deque()
    for time_s, frame in decoded:
        held.append((time_s, frame))
        while made * step_s <= time_s - step_s:
            yield _mixed(held, made * step_s, step_s)
            made += 1
            while len(held) > 1 and held[1][0] <= made * step_s - step_s:
                held.popleft()
    while held and made * step_s <= held[-1][0] + _NEGLIGIBLE * step_s:
        yield _mixed(held, made * step_s, step_s)
        made += 1


def _mixed(held, time_s, step_s):
    """The frame at a time: a line between its two neighbours, or a weighted mean where they are closer than a step."""
    times_s = np.array([frame_s for frame_s, _ in held])
    after = min(np.searchsorted(times_s, time_s), len(held) - 1)
    before = max(after - 1, 0)
    apart_s = times_s[after] - times_s[before]
    weights = np.clip(1 - np.abs(times_s - time_s) / max(apart_s, step_s), 0, None)
    if apart_s > (1 - _NEGLIGIBLE) * step_s:
        weights[:before] = weights[after + 1 :] = 0
    weights /= weights.sum()
    if weights.max() > 1 - _NEGLIGIBLE:
        return held[int(weights.argmax())][1]
    mixed = sum(weight * held[index][1].astype(np.float32) for index, weight in enumerate(weights) if weight)
    return np.rint(mixed).astype(np.uint8)
