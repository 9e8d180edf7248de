"""The text files beside a video of VIPL-HR, and what they say about the times of its frames and its heart rate."""

import math
import os
from typing import NamedTuple, Tuple

import numpy as np

from ..runtime import limits
from .text_file import read_text
from .times import TOLERANCE_S, check_rate, uneven

#: what ``gt_HR.csv`` holds for a second without a measurement
HEART_RATE_FAULT = 255.0
#: of a video without time stamps: its rate where its rows of ``gt_HR.csv`` give none in the range
NOMINAL_HZ, PLAUSIBLE_HZ = 30.0, (24.0, 33.0)
#: ``gt_HR.csv`` counts seconds; where its length differs from the video's by more, it is stretched over the video
HEART_RATE_TOLERANCE_S = 2.0
#: rates of ``wave.csv`` that are not remarked on
_WAVE_HZ = (55.0, 65.0)
#: videos that are shorter are remarked on
_SHORT_S = 10.0


class Clock(NamedTuple):
    """When the frames of a video were taken."""

    times_s: np.ndarray  #: (T,) seconds from the first time stamp
    fs_hz: float  #: their mean rate
    notes: Tuple[Tuple[str, str], ...]  #: as of :class:`~.dataset.Measured`


def column(recording, file, title):
    """The numbers of a CSV file with one column: (N,) float64.

    Raises:
        DataError: no such file, another title, or a value that is no finite number.
    """
    lines = _lines(recording, file)
    found = lines[0].strip().lstrip("\ufeff").strip('"') if lines else ""
    if found.lower() != title.lower():
        raise recording.error(
            f"{file} begins with {found[:40]!r}; expected the title {title!r} and a number in each line after it. Copy "
            f"the file again from the data set"
        )
    return _numbers(recording, file, lines[1:])


def heart_rates_bpm(recording):
    """``gt_HR.csv``, one value per second: (N,) float64, NaN where there was no measurement.

    That is where it holds the fault code, or what no heart has.

    Raises:
        DataError: the file cannot be read, or holds no measurement.
    """
    rates = column(recording, "gt_HR.csv", "HR")
    low, high = limits.HEART_RATE_BPM
    rates[(rates == HEART_RATE_FAULT) | (rates < low) | (rates > high)] = np.nan
    if not np.isfinite(rates).any():
        raise recording.error(
            f"gt_HR.csv has no heart rate in {len(rates)} rows; they hold the fault code {HEART_RATE_FAULT:g}, or what "
            f"no heart has. Copy the file again from the data set"
        )
    return rates


def clock(recording, frame_count):
    """When each of the ``frame_count`` frames was taken: :class:`Clock`.

    By ``time.txt`` where it is there. Source 2 has none: its rate is its frames by its rows of ``gt_HR.csv``. The
    video's own claim, 25 frames per second in every file, is wrong and not looked at.

    Raises:
        DataError: time stamps are missing, are no clock, or are not as many as the frames.
    """
    if os.path.isfile(os.path.join(recording.path, "time.txt")):
        times_s, fs_hz, notes = _by_stamps(recording, frame_count)
    elif os.path.basename(recording.path) == "source2":
        times_s, fs_hz, notes = _by_heart_rates(recording, frame_count)
    else:
        raise recording.error(
            "time.txt is not there, and only source 2 has none. Copy the file there from the data set"
        )
    seconds = times_s[-1]
    if seconds < _SHORT_S:
        notes.append((f"shorter than {_SHORT_S:g} s", f"{seconds:.1f} s"))
    return Clock(times_s, fs_hz, tuple(notes))


def at_frames(values, times_s):
    """A signal that begins with the first frame and ends with the last, at the times of the frames."""
    return np.interp(times_s, np.linspace(0, times_s[-1], len(values)), values)


def heart_rates_at_frames(rates_bpm, times_s):
    """Heart rates at the times of the frames: ``(rates (T,), notes)``.

    Row k of ``gt_HR.csv`` is second k. Seconds without a measurement are bridged; beyond the first and the last
    measurement, it is held. A file that is longer or shorter than the video by more than
    :data:`HEART_RATE_TOLERANCE_S` does not count the video's seconds, and is stretched over it.
    """
    seconds = np.arange(len(rates_bpm), dtype=np.float64)
    notes = []
    if abs(len(rates_bpm) - times_s[-1]) > HEART_RATE_TOLERANCE_S and len(rates_bpm) > 1:
        seconds *= times_s[-1] / seconds[-1]
        notes.append(
            ("gt_HR.csv is stretched over a video of another length", f"{len(rates_bpm)} rows, {times_s[-1]:.1f} s")
        )
    known = np.isfinite(rates_bpm)
    if not known.all():
        notes.append(
            (
                f"seconds without a heart rate (fault code {HEART_RATE_FAULT:g}) in gt_HR.csv are left out",
                f"{np.sum(~known)} s",
            )
        )
    return np.interp(times_s, seconds[known], rates_bpm[known]), tuple(notes)


def wave_notes(wave, times_s):
    """A note where ``wave.csv`` cannot have been sampled at about 60 Hz during the video."""
    rate_hz = (len(wave) - 1) / times_s[-1]
    if limits.within(rate_hz, _WAVE_HZ):
        return ()
    return (("wave.csv does not have about 60 samples per second of video", f"{rate_hz:.1f}"),)


def _by_stamps(recording, frame_count):
    stamps_s = _numbers(recording, "time.txt", _lines(recording, "time.txt")) / 1000
    if len(stamps_s) < 2 or frame_count < 2:
        raise recording.error(
            f"it has {frame_count} frames and {len(stamps_s)} time stamps; expected two or more of each. Copy "
            f"it again from the data set"
        )
    backward = np.flatnonzero(np.diff(stamps_s) < 0)
    if len(backward):
        raise recording.error(
            f"time.txt goes back after line {backward[0] + 1}, from {1000 * stamps_s[backward[0]]:g} ms to "
            f"{1000 * stamps_s[backward[0] + 1]:g} ms; expected each frame after the one before it. Copy the file "
            f"again from the data set"
        )
    stamps_s = stamps_s - stamps_s[0]
    rate_hz = (len(stamps_s) - 1) / stamps_s[-1] if stamps_s[-1] else math.inf
    check_rate(recording, "the milliseconds in time.txt", rate_hz)
    notes = []
    missing_s = (len(stamps_s) - frame_count) / rate_hz
    if abs(missing_s) > TOLERANCE_S:
        raise recording.error(
            f"its video has {frame_count} frames and time.txt {len(stamps_s)} stamps, {abs(missing_s):.1f} s "
            f"{'more' if missing_s > 0 else 'less'}; expected the same to {TOLERANCE_S:g} s. Copy it again from the "
            f"data set"
        )
    if len(stamps_s) != frame_count:
        notes.append(
            ("time.txt is stretched over another number of frames", f"{len(stamps_s)} stamps, {frame_count} frames")
        )
        stamps_s = np.interp(
            np.linspace(0, len(stamps_s) - 1, frame_count), np.arange(len(stamps_s), dtype=np.float64), stamps_s
        )
    return stamps_s, (frame_count - 1) / stamps_s[-1], [*notes, *uneven(stamps_s)]


def _by_heart_rates(recording, frame_count):
    seconds = len(column(recording, "gt_HR.csv", "HR"))
    rate_hz = frame_count / seconds if seconds else math.inf
    notes = [("no time.txt: frames by rows of gt_HR.csv", f"{rate_hz:.2f} per second")]
    if not limits.within(rate_hz, PLAUSIBLE_HZ):
        low, high = PLAUSIBLE_HZ
        kind = f"no time.txt, and frames by rows of gt_HR.csv outside {low:g}-{high:g} per second: {NOMINAL_HZ:g} taken"
        notes, rate_hz = [(kind, f"{frame_count} frames, {seconds} rows")], NOMINAL_HZ
    if frame_count < 2:
        raise recording.error(f"its video has {frame_count} frame. Copy it again from the data set")
    return np.arange(frame_count) / rate_hz, rate_hz, notes


def _lines(recording, file):
    text = read_text(recording, os.path.join(recording.path, file))
    return [line for line in text.splitlines() if line.strip()]


def _numbers(recording, file, lines):
    try:
        values = np.asarray([float(line) for line in lines], dtype=np.float64)
    except ValueError as error:
        raise recording.error(
            f"{file} cannot be read ({error}); expected one number in each line. Copy the file again from the data set"
        )
    if not np.isfinite(values).all():
        raise recording.error(f"{file} holds a value that is not finite. Copy the file again from the data set")
    return values
