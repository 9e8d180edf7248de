"""The samples of the ground truth that a line of a manifest names, with their times."""

import numpy as np

from ..runtime import limits
from . import manifest_plausible
from .clock_times import NUMBER, OF_DAY, UNITS, past_midnight, unrelated
from .manifest_frames import fps_hz_of, frame_count
from .manifest_own_times import own_times
from .manifest_truth import read_timed
from .times import TOLERANCE_S


def truth(recording, own=None):
    """``(values (N,), their times in s (N,))`` of a recording's ground truth.

    Args:
        recording: of a manifest.
        own: its :class:`~.manifest_own_times.OwnTimes`, by which samples without times are spread: one value per frame
            has the times of the frames.

    Raises:
        DataError: the ground truth cannot be read, or cannot be right.
    """
    line = recording.entry
    try:
        columns, kinds = read_timed(line.truth, [line.column], line.time_column)
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
        times_s = _since_zero_s(recording, columns[1], kinds)
        if not np.isfinite(times_s).all() or (np.diff(times_s) <= 0).any():
            raise recording.error(f"the times in {line.truth} do not go forward. Repair them, or give rate_hz instead")
    elif line.rate_hz is not None:
        times_s = np.arange(len(values)) / line.rate_hz
    else:
        times_s = _spread_s(recording, len(values), own)
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


def _since_zero_s(recording, times, kinds):
    """Times (N,) of time_column from the video's first frame."""
    line = recording.entry
    told = kinds - {NUMBER}
    if told and line.time_unit != "s":
        raise recording.error(
            f"time_unit is {line.time_unit!r}, which is of numbers, and {line.time_column} of {line.truth} holds "
            f"{' and '.join(sorted(told))}. Leave time_unit empty"
        )
    within, with_zero = unrelated(kinds), unrelated(kinds | {line.time_zero_kind})
    if within:
        raise recording.error(
            f"{line.time_column} of {line.truth} holds {' and '.join(within)}; expected times of one kind. Repair "
            f"them, or give rate_hz instead"
        )
    if with_zero:
        raise recording.error(
            f"time_zero is one of the {line.time_zero_kind}, and {line.time_column} of {line.truth} holds "
            f"{' and '.join(sorted(kinds))}; expected what the same clock shows. Write time_zero as times stand there"
        )
    times_s = times / UNITS[line.time_unit]
    if kinds == {OF_DAY}:
        times_s = past_midnight(times_s, line.time_zero_s if line.time_zero_kind == OF_DAY else None)
    return times_s - (times_s[0] if line.time_zero_s is None else line.time_zero_s)


def _spread_s(recording, count, own):
    """Times of ``count`` samples that are spread evenly over the whole video."""
    line = recording.entry
    frames = frame_count(line.video)
    if not frames:
        own = own or own_times(recording)
    if own is not None and len(own.stamps_s) == count:
        return own.stamps_s
    if own is not None and line.stop_s == np.inf:
        return np.arange(count) * ((own.stamps_s[-1] + 1 / own.fs_hz) / count)
    if not frames:
        raise recording.error(
            f"how long its video is does not stand in its header, so the samples of {line.truth} cannot be spread over "
            f"it. Give rate_hz or time_column"
        )
    return np.arange(count) * (frames / fps_hz_of(recording) / count)
