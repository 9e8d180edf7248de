"""Times as oximeters and phones write them: dates with times, times of day, and numbers of s, ms, us or ns."""

import datetime
import re

import numpy as np

#: what the column time_unit may hold -> how many of it are a second
UNITS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
#: what :func:`kind` gives
NUMBER, OF_DAY, DATE, DATE_UTC, DATE_IN_ZONE = (
    "numbers",
    "times of day",
    "dates without a time zone",
    "dates in UTC",
    "dates with a time zone",
)
_DAY_S = 86400.0
_OF_DAY = r"\d\d?:[0-5]\d:(?:[0-5]\d|60)(?:[.,]\d+)?"
_DATE = re.compile(rf"(\d{{4}}-\d\d-\d\d)[T ]({_OF_DAY}) ?(Z|[+-][01]\d(?::?[0-5]\d)?)?")
_TIME_OF_DAY = re.compile(_OF_DAY)
#: pairs of which no difference can be told
_UNRELATED = ((DATE, DATE_IN_ZONE), (OF_DAY, DATE), (OF_DAY, DATE_UTC), (OF_DAY, DATE_IN_ZONE))


def seconds(text):
    """Seconds of a time in ISO 8601, since 1970 and in UTC where no zone is given, or of a time of day since midnight.

    >>> seconds("2024-05-01T12:00:00.5+02:00") - seconds("2024-05-01 10:00:00Z")
    0.5
    >>> seconds("0:01:30,25")
    90.25

    Raises:
        ValueError: it is neither.
    """
    date = _DATE.fullmatch(text)
    if date is None and not _TIME_OF_DAY.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no time")
    day, of_day, zone = date.groups() if date else (None, text, None)
    hours, minutes, rest = of_day.replace(",", ".").split(":")
    since_midnight_s = 3600 * int(hours) + 60 * int(minutes) + float(rest)
    if day is None:
        return since_midnight_s
    midnight = datetime.datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=datetime.timezone.utc)
    ahead_s = 0.0
    if zone not in (None, "Z"):
        digits = zone.replace(":", "").ljust(5, "0")
        ahead_s = float(digits[0] + "1") * (3600 * int(digits[1:3]) + 60 * int(digits[3:5]))
    return midnight.timestamp() + since_midnight_s - ahead_s


def is_time(text):
    """Whether :func:`seconds` can be told of it, if the date is one."""
    return bool(_DATE.fullmatch(text) or _TIME_OF_DAY.fullmatch(text))


def kind(text):
    """What a time is: :data:`OF_DAY`, :data:`DATE`, :data:`DATE_UTC` or :data:`DATE_IN_ZONE`; else :data:`NUMBER`."""
    date = _DATE.fullmatch(text)
    if date is None:
        return OF_DAY if _TIME_OF_DAY.fullmatch(text) else NUMBER
    zone = date.group(3)
    return DATE if zone is None else DATE_UTC if zone == "Z" else DATE_IN_ZONE


def unrelated(kinds):
    """Two of these :func:`kind` s between whose times no difference can be told; None where there are none."""
    return next((pair for pair in _UNRELATED if kinds.issuperset(pair)), None)


def past_midnight(times_s, zero_s=None):
    """Times of day (N,) that go on after midnight, where they begin again at 0.

    Args:
        times_s: in seconds.
        zero_s: a time of day within twelve hours of the first; None of any.
    """
    times_s = times_s + _DAY_S * np.concatenate([[0.0], np.cumsum(np.diff(times_s) < -_DAY_S / 2)])
    return times_s if zero_s is None else times_s - _DAY_S * np.round((times_s[0] - zero_s) / _DAY_S)
