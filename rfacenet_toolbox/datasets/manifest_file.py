"""A manifest: a CSV file with a line per recording of a data set of one's own."""

import math
import os
import re
import zlib
from typing import List, NamedTuple, Optional, Union

from ..errors import DataError, unknown
from ..runtime import limits
from ..runtime.tables import numbered_rows
from .clock_times import NUMBER, UNITS, is_time, kind, seconds

#: what a ground truth may be. Of ``bvp``, the waveform is learned; of the others, a heart rate alone is known
KINDS = ("bvp", "heart_rate")
REQUIRED = ("video", "subject", "truth")
#: column -> what it holds
COLUMNS = {
    "video": "the video, or a folder of its frames; relative to the manifest's folder",
    "subject": "the person: a number, or letters, digits, '_' and '-', without the word input",
    "truth": "the file with the ground truth, CSV, text or JSON; relative to the manifest's folder",
    "column": "of the ground truth: a title, a number from 1, 'line N', or names in JSON with dots; by default 1",
    "kind": "bvp (the default) for a PPG or another pulse waveform, heart_rate for beats per minute",
    "rate_hz": "samples per second of the ground truth",
    "time_column": "column with the time of each sample, instead of rate_hz: a number, a date with a time in ISO 8601, "
    "or a time of day",
    "time_unit": "of the numbers in time_column: s (the default), ms, us or ns",
    "time_zero": "what a clock in time_column shows at the video's first frame, by default 0; or the word first, where "
    "the first sample belongs to that frame",
    "fps": "frames per second of the video, instead of what it says of itself, needed for a folder of frames; or the "
    "word stamps, for the time stamps of its frames to count however even they are",
    "start_s": "seconds of the video to leave out at its start",
    "stop_s": "second of the video to stop at",
    "name": "of the recording; by default the video's",
    "split": "a word for SPLIT to choose by, such as train or test",
    "fold": "a number for FOLD to choose by",
}
#: the manifest's name in DATA_PATH, where that is a folder
FILE_NAME = "manifest.csv"
_SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,80}")
#: what stands in time_zero where the ground truth begins with the video
_FIRST = "first"
#: what stands in the column fps where the frames' own time stamps count
_STAMPS = "stamps"
_LATEST = 1e30  # of numbers in time_zero, in any unit
_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
#: what spreadsheets put between cells
_SEPARATORS = (",", ";", "\t")


class Line(NamedTuple):
    """One recording of a manifest. Paths are absolute or relative to the working folder."""

    number: int  #: of the line in the file, the titles being line 1
    name: str
    subject: str
    video: str
    truth: str  #: empty where there is none
    column: Union[str, int] = 1
    kind: str = "bvp"
    rate_hz: Optional[float] = None
    time_column: Union[str, int, None] = None
    fps_hz: Optional[float] = None
    start_s: float = 0.0
    stop_s: float = math.inf
    split: str = ""
    fold: str = ""
    by_stamps: bool = False  #: whether the time stamps of its frames count, however even they are
    time_unit: str = "s"  #: of numbers in time_column
    time_zero_s: Optional[float] = 0.0  #: of the video's first frame, by time_column; None is the first sample's
    time_zero_kind: str = NUMBER  #: of :func:`~.clock_times.kind`


def manifest_path(data_path):
    """The manifest that DATA_PATH means: itself, or manifest.csv in the folder."""
    return os.path.join(data_path, FILE_NAME) if os.path.isdir(data_path) else data_path


def read_manifest(path, needs_truth=True) -> List[Line]:
    """The lines of a manifest, each checked by itself; no other file is opened.

    Args:
        path: of the CSV file.
        needs_truth: whether each line has to name a ground truth.

    Raises:
        DataError: there is no such file, or everything that is wrong with its lines, each by its number.
    """
    try:
        if not os.path.isfile(path):
            raise ValueError("it is not there")
        rows = _stripped(numbered_rows(path, _SEPARATORS))
    except (OSError, ValueError) as error:
        reason = "it is no text in UTF-8" if isinstance(error, UnicodeDecodeError) else error
        raise DataError(
            f"The manifest {path} cannot be read: {reason}. Expected a CSV file with the columns {', '.join(REQUIRED)} "
            f"and a line per recording; rfacenet manifest FOLDER proposes one."
        ) from error
    if not rows:
        raise DataError(f"The manifest {path} has no line for a recording. Add one; docs/manifest.md has examples.")
    required = REQUIRED if needs_truth else REQUIRED[:-1]
    _check_columns(path, list(rows[0][1]), required)
    lines, problems = [], []
    for number, row in rows:
        try:
            lines.append(_line(number, row, os.path.dirname(path), required))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
    problems += _clashes(lines)
    if problems:
        raise DataError("\n".join([f"{len(problems)} problem(s) in the manifest {path}. Correct them:", *problems]))
    return lines


def _stripped(rows):
    """Without the white space around cells, and without the empty lines that spreadsheets leave."""
    bare = [(number, {key.strip(): text.strip() for key, text in row.items()}) for number, row in rows]
    return [(number, row) for number, row in bare if any(row.values())]


def _check_columns(path, columns, required):
    missing = [column for column in required if column not in columns]
    if missing:
        raise DataError(
            f"The manifest {path} has no column {' and no column '.join(missing)}. Found: "
            f"{', '.join(columns)[:300]}. Add what is missing to its first line."
        )
    odd = [column for column in columns if column not in COLUMNS]
    if odd:
        raise DataError(f"The manifest {path}: {unknown('The column', odd[0][:80], COLUMNS)} Correct or remove it.")


def _line(number, row, folder, required):
    for column in required:
        if not row[column]:
            raise ValueError(f"{column} is empty; expected {COLUMNS[column]}")
    if not _SUBJECT.fullmatch(row["subject"]) or "input" in row["subject"]:
        raise ValueError(f"subject is {row['subject'][:80]!r}; expected {COLUMNS['subject']}")
    kind = row.get("kind") or "bvp"
    if kind not in KINDS:
        raise ValueError(f"kind is {kind[:80]!r}; expected {' or '.join(KINDS)}")
    if row.get("rate_hz") and row.get("time_column"):
        raise ValueError("both rate_hz and time_column are given; expected one of them, or none")
    start_s = _number(row, "start_s", (0, math.inf), 0.0)
    stop_s = _number(row, "stop_s", (0, math.inf), math.inf)
    if stop_s <= start_s:
        raise ValueError(f"stop_s is {stop_s:g} and start_s {start_s:g}; expected a later stop")
    by_stamps = row.get("fps") == _STAMPS
    stem = os.path.splitext(os.path.basename(os.path.normpath(row["video"])))[0]
    name = fit_name(row.get("name") or stem)
    return Line(
        number, f"{row['subject']}.{name}", row["subject"],
        _beside(folder, row["video"]), _beside(folder, row.get("truth")), _column(row.get("column")) or 1, kind,
        _number(row, "rate_hz", (0.1, 100_000), None), _column(row.get("time_column")),
        None if by_stamps else _number(row, "fps", limits.FS_HZ, None), start_s, stop_s,
        row.get("split", ""), row.get("fold", ""), by_stamps, *_clock(row),
    )  # fmt: skip


def fit_name(text):
    """What a recording is called whose manifest or video calls it so: letters of A to Z, digits, ``_`` and ``-``."""
    return _UNFIT.sub("-", text).strip("-").replace("input", "in-put")[:100]  # clips are told by the word input


def _clock(row):
    """``(time_unit, time_zero_s, time_zero_kind)``."""
    unit, zero = row.get("time_unit") or "s", row.get("time_zero") or "0"
    if unit not in UNITS:
        raise ValueError(f"time_unit is {unit[:80]!r}; expected {', '.join(UNITS)}")
    if (row.get("time_unit") or row.get("time_zero")) and not row.get("time_column"):
        raise ValueError("time_unit and time_zero are of a time_column, which is empty; expected one, or none of them")
    if zero == _FIRST:
        return unit, None, NUMBER
    try:
        zero_s = seconds(zero) if is_time(zero) else _number(row, "time_zero", (-_LATEST, _LATEST), 0.0) / UNITS[unit]
    except ValueError:
        raise ValueError(f"time_zero is {zero[:80]!r}; expected {COLUMNS['time_zero']}")
    return unit, zero_s, kind(zero)


def _beside(folder, name):
    return os.path.join(folder, os.path.expanduser(name)) if name else ""


def _number(row, column, bounds, default):
    text = row.get(column)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not bounds[0] <= value <= bounds[1]:
        raise ValueError(f"{column} is {text[:80]!r}; expected a number from {bounds[0]:g} to {bounds[1]:g}")
    return value


def _column(text):
    """A title as text, a place as a number; None of nothing."""
    return int(text) if text and text.isdecimal() and int(text) else text or None


def _clashes(lines):
    problems, first, numbers = [], {}, {}
    for line in lines:
        other = first.setdefault(line.name, line)
        if other is not line:
            problems.append(
                f"line {line.number}: its name would be {line.name!r}, as that of line {other.number}; give one of "
                f"them another in the column name"
            )
        known = numbers.setdefault(subject_number(line.subject), line.subject)
        if known != line.subject:
            problems.append(f"line {line.number}: the subjects {known!r} and {line.subject!r} cannot be told apart")
    return problems


def subject_number(subject):
    """The number of a person: what ``subject`` is if it is one, else one made from its letters."""
    if subject.isdecimal() and len(subject) < 10:
        return int(subject)
    return 10**9 + zlib.crc32(subject.encode())
