"""Times as oximeters and phones write them: dates with times, times of day, and numbers of s, ms, us or ns."""

import datetime
import re

#: what the column time_unit may hold -> how many of it are a second
UNITS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d?:\d\d:\d\d(?:[.,]\d+)?) ?(Z|[+-]\d\d:?\d\d)?")
_OF_DAY = re.compile(r"\d\d?:\d\d:\d\d(?:[.,]\d+)?")


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
    if date is None and not _OF_DAY.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no time")
    day, of_day, zone = date.groups() if date else (None, text, None)
    hours, minutes, rest = of_day.replace(",", ".").split(":")
    since_midnight_s = 3600 * int(hours) + 60 * int(minutes) + float(rest)
    if day is None:
        return since_midnight_s
    midnight = datetime.datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=datetime.timezone.utc)
    ahead_s = 0.0
    if zone not in (None, "Z"):
        digits = zone.replace(":", "")
        ahead_s = float(digits[0] + "1") * (3600 * int(digits[1:3]) + 60 * int(digits[3:5]))
    return midnight.timestamp() + since_midnight_s - ahead_s


def is_time(text):
    """Whether :func:`seconds` can be told of it."""
    return bool(_DATE.fullmatch(text) or _OF_DAY.fullmatch(text))
