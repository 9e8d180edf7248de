"""What the names of a recording's images say: their numbers, or their times."""

import os
import re

import numpy as np

_DIGITS = re.compile(r"\d+")
#: names whose numbers rise by this much or more, or have so many digits, hold times and not numbers of frames
_STEP_OF_TIMES, _DIGITS_OF_TIMES = 1000, 12
_PER_SECOND = (1e9, 1e6, 1e3)
_RATES_HZ = 2.0, 900.0  # less than the factor between two units, so that one unit fits at most


def natural(name):
    """Key that sorts ``frame2`` before ``frame10``."""
    return [int(part) if part.isdigit() else part.lower() for part in re.split(r"(\d+)", name)]


def numbers(names):
    """The number in each name that tells the images apart; None where no single one does.

    Of several, the last that is a time.

    >>> numbers(["take2_frame1.png", "take2_frame2.png"])
    [1, 2]
    """
    stems = [os.path.splitext(name)[0] for name in names]
    if len(stems) < 2 or len({_DIGITS.sub("#", stem) for stem in stems}) > 1:
        return None
    columns = list(zip(*(map(int, _DIGITS.findall(stem)) for stem in stems)))
    differing = [column for column in columns if len(set(column)) > 1]
    times = [column for column in differing if per_second(column)]
    chosen = differing if len(differing) == 1 else times[-1:]
    return list(chosen[0]) if chosen else None


def per_second(stamps):
    """The unit of numbers that are times: 1e9, 1e6 or 1e3 to the second. None where they number the frames.

    Times are told from numbers by their size, and their unit by the frame rate that comes out.
    """
    step = float(np.median(np.diff(stamps)))
    if step <= 0 or (step < _STEP_OF_TIMES and len(str(max(stamps))) < _DIGITS_OF_TIMES):
        return None
    return fitting_unit(stamps)


def fitting_unit(stamps, units=_PER_SECOND):
    """The one of ``units``, each so many to the second, in which ``stamps`` are those of a camera or an oximeter.

    None where no unit gives a rate that these have.
    """
    step = float(np.median(np.diff(stamps))) if len(stamps) > 1 else 0.0
    fitting = [unit for unit in units if step > 0 and _RATES_HZ[0] <= unit / step <= _RATES_HZ[1]]
    return fitting[0] if fitting else None


def gaps(counted):
    """In words, what is wrong with the numbers of successive images; None where they go up by one."""
    steps = np.diff(counted)
    if (steps == 1).all():
        return None
    if (steps < 1).any():
        first = int(np.argmax(steps < 1))
        return f"number {counted[first + 1]} comes after {counted[first]}"
    if (steps == steps[0]).all():
        return f"they are numbered in steps of {steps[0]}, from {counted[0]} to {counted[-1]}"
    first = int(np.argmax(steps > 1))
    return (
        f"{missing(counted)} numbers are missing between {counted[0]} and {counted[-1]}, the first after "
        f"{counted[first]}"
    )


def missing(counted):
    """How many numbers are missing among those of successive images; 0 where it cannot be told."""
    steps = np.diff(counted)
    told = (steps >= 1).all() and (steps == 1).any()
    return int(steps.sum() - len(steps)) if told else 0
