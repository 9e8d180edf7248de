"""What a ground truth of a manifest cannot be, and what it probably is not: times in another unit, a heart rate that is
taken for a waveform, samples that run on after the video."""

import numpy as np

from . import image_names
from .times import LONGEST_GAP_S, RATE_TOLERANCE, SLOWEST_HZ, TOLERANCE_S, jump

#: cycles per second that a pulse has, and nothing below it counts for a waveform
_PULSE_HZ, _DRIFT_HZ = (0.5, 4.2), 0.05
#: shares of a signal's power in that band below which a waveform, and above which a heart rate, is doubted
_LEAST_SHARE, _MOST_SHARE = 0.2, 0.5
#: heart rates further apart say nothing of most clips
_LONGEST_STEP_S = 60.0
#: seconds of a signal that are enough to judge it
_ENOUGH_S = 10.0
_UNITS = {1e3: "ms", 1e6: "us", 1e9: "ns"}


def impossible(kind, values, times_s, inside):
    """Why values and times are no ground truth of their kind, whatever the video is; None where they may be one.

    Args:
        kind: "bvp" or "heart_rate".
        values, times_s: (N,) samples and their times.
        inside: (N,) bool, whether a sample lies in the part that counts.

    Returns:
        What was found, what was expected and what to do, for :meth:`~.recording.Recording.error`.
    """
    step_s = float(np.median(np.diff(times_s)))
    if kind != "bvp" and step_s > _LONGEST_STEP_S:
        return (
            f"its heart rates are {step_s:g} s apart; expected {_LONGEST_STEP_S:g} s or less. Times are in s: correct "
            f"rate_hz or time_column"
        )
    if kind != "bvp":
        return None
    rate_hz = 1 / step_s
    if rate_hz < SLOWEST_HZ:
        unit = _UNITS.get(image_names.fitting_unit(times_s))
        cause = (
            f"Times are in s, and these look like {unit}, which time_unit can say"
            if unit
            else "If they are heart rates, that is their kind"
        )
        return (
            f"its ground truth has {rate_hz:.3g} samples per second, and a waveform of the pulse needs {SLOWEST_HZ:g} "
            f"or more. {cause}; correct kind, column, rate_hz or time_column"
        )
    steps = np.diff(values)
    if steps.any() and ((steps >= 0).all() or (steps <= 0).all()):
        return (
            f"its ground truth goes from {values[0]:g} to {values[-1]:g} and never back, as times or counts do; "
            f"expected a waveform of the pulse. Correct the column"
        )
    return jump("PPG samples", times_s[inside], LONGEST_GAP_S)


def apart(times_s, frames_s, allowed_s=TOLERANCE_S):
    """Why a ground truth does not cover the frames between ``frames_s``, the first and the last, to ``allowed_s``; None
    where it does."""
    missing_s = max(times_s[0] - frames_s[0], frames_s[-1] - times_s[-1])
    if missing_s <= allowed_s:
        return None
    begins = (
        "A clock's time at the video's first frame is its time_zero; or correct"
        if times_s[0] > frames_s[-1] or times_s[-1] < 0
        else "Correct"
    )
    return (
        f"its ground truth lasts from {times_s[0]:.1f} to {times_s[-1]:.1f} s, and its frames from {frames_s[0]:.1f} "
        f"to {frames_s[-1]:.1f} s, both from the video's first frame. {begins} rate_hz, time_column, fps, start_s or "
        f"stop_s"
    )


def doubts(line, values, times_s, frames, fps_hz):
    """What is accepted and is probably not meant: ``{kind: sentence without its full stop}``, often empty.

    Args:
        line: of the manifest.
        values, times_s: (N,) samples and their times.
        frames: of the video by its header, 0 where that does not say.
        fps_hz: frames per second.
    """
    found, length_s = {}, frames / fps_hz
    if frames and line.stop_s == np.inf and times_s[-1] - length_s > max(TOLERANCE_S, RATE_TOLERANCE * length_s):
        found["longer"] = (
            f"its ground truth ends at {times_s[-1]:.1f} s, and its video at {length_s:.1f} s; if they ended together, "
            f"the video has {frames / times_s[-1]:.2f} frames per second, and that is its fps"
        )
    if frames and length_s + TOLERANCE_S < line.stop_s < np.inf:
        found["stop"] = f"stop_s is {line.stop_s:g}, and its video ends at {length_s:.1f} s"
    if line.rate_hz is None and line.time_column is None and abs(len(values) - frames) > 1:
        rate_hz = len(values) / length_s
        found["spread"] = f"its {len(values)} samples are spread evenly over the video, {rate_hz:.2f} per second"
    return {**found, **other_kind(line.kind, values, times_s)}


def other_kind(kind, values, times_s):
    """As :func:`doubts`, where a waveform changes as a heart rate does, or the other way round."""
    share = _share_of_pulse(values, times_s)
    if share is not None and kind == "bvp" and share < _LEAST_SHARE:
        return {
            "slow": "its ground truth changes too slowly for a pulse. If it is a heart rate, its kind is heart_rate; "
            "else look at column, rate_hz and time_column"
        }
    if share is not None and kind == "heart_rate" and share > _MOST_SHARE:
        return {"fast": "its heart rate changes with every beat. If it is a waveform, its kind is bvp"}
    return {}


def _share_of_pulse(values, times_s):
    """The share of the power that lies where pulses have it; None of too few samples, or of too slow ones."""
    rate_hz = 1 / float(np.median(np.diff(times_s)))
    if rate_hz < SLOWEST_HZ or times_s[-1] - times_s[0] < _ENOUGH_S:
        return None
    even = np.interp(np.arange(times_s[0], times_s[-1], 1 / rate_hz), times_s, values)
    even = even - np.polyval(np.polyfit(np.arange(len(even)), even, 1), np.arange(len(even)))
    power = np.abs(np.fft.rfft(even * np.hanning(len(even)))) ** 2
    grid_hz = np.fft.rfftfreq(len(even), 1 / rate_hz)
    whole = power[grid_hz >= _DRIFT_HZ].sum()
    within = (grid_hz >= _PULSE_HZ[0]) & (grid_hz <= _PULSE_HZ[1])
    return float(power[within].sum() / whole) if whole else None
