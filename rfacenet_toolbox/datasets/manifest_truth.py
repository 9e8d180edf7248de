"""The ground truth that a line of a manifest names: values and their times, from CSV, text or JSON."""

import csv
import functools
import os
import re

import numpy as np

from ..runtime import limits
from ..runtime.json_files import read_json
from . import clock_times
from .clock_times import is_time

#: a comma comes last, because it may be a decimal one
_SEPARATORS = (";", "\t", ",")
#: numbers with decimal commas: several between spaces, or one that no second column can hold
_DECIMAL_COMMAS = re.compile(r"-?\d+,\d+(\s+-?\d+,\d+)+|-?\d+,0\d+")
_DECIMAL_COMMA = re.compile(r"(-?\d+),(\d+)(e-?\d+)?", re.IGNORECASE)
_LINE = re.compile(r"line ([1-9]\d{0,5})")
#: words that stand for a sample that is not there
_MISSING = ("", "nan", "NaN", "NA", "null", "None")


def read_columns(path, columns):
    """The numbers of some columns of a file: a list of (N,) float64, NaN where one is missing.

    Args:
        path: a ``.json`` file, or one with a line per sample and values between commas, semicolons, tabs or spaces,
            with or without titles in the first line.
        columns: titles, or numbers from 1, or ``"line 1"`` for values that stand in one line; in JSON, names with dots
            between (``"ppg.samples"``), through lists too.

    Raises:
        ValueError: no such file or column, or what is there is no number; the message completes "FILE ...".
    """
    return read_timed(path, columns, None)[0]


def read_timed(path, columns, times):
    """``(columns, kinds)``: what :func:`read_columns` gives, the column ``times`` being the last, and its kinds.

    Args:
        path, columns: as of :func:`read_columns`.
        times: another column, in which dates and times of day are read as :func:`~.clock_times.seconds`, or None.

    Returns:
        The columns, and a set of what :func:`~.clock_times.kind` gives for its texts.
    """
    try:
        state = os.stat(path)
        found, kinds = _columns(path, tuple(columns), times, (state.st_size, state.st_mtime_ns))
    except FileNotFoundError:
        raise ValueError("is not there")
    except (OSError, RecursionError) as error:
        raise ValueError(f"cannot be read ({error})")
    return [values.copy() for values in found], kinds


@functools.lru_cache(maxsize=2)
def _columns(path, columns, times, state):
    """What :func:`read_timed` gives; ``state`` tells whether the file is still the same. A recording's is asked for
    several times in a row."""
    kinds = set()

    def read_time(cell):
        kind = clock_times.kind(cell)
        time_s = float(cell) if kind == clock_times.NUMBER else clock_times.seconds(cell)
        kinds.add(kind)
        return time_s

    if path.lower().endswith(".json"):
        content = _json(path)
        found = [_of_json(content, str(column)) for column in columns]
        return (found if times is None else [*found, _of_json(content, str(times), read_time)]), kinds
    rows = _rows(path)
    found = [_of_rows(rows, column) for column in columns]
    return (found if times is None else [*found, _of_rows(rows, times, read_time)]), kinds


def _json(path):
    try:
        return read_json(path)
    except ValueError as error:
        raise ValueError(f"cannot be read as JSON ({error})")


def titles(path):
    """What can be read from a file: the titles in its first line, or its lines where they are few and long, or the
    names of JSON's lists of numbers.

    Raises:
        ValueError: the file cannot be read; the message completes "FILE ...".
    """
    try:
        if path.lower().endswith(".json"):
            return list(_lists(_json(path), ""))
        rows = _rows(path)
    except (OSError, RecursionError) as error:
        raise ValueError(f"cannot be read ({error})")
    if not _is_data(rows[0]):
        return rows[0]
    return [f"line {number}" for number in range(1, len(rows) + 1)] if len(rows) < len(rows[0]) else []


def _lists(content, name):
    """Names of the lists of two numbers or more, as :func:`read_columns` takes them."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _lists(value, f"{name}.{key}" if name else str(key))
    elif isinstance(content, list) and len(content) > 1:
        if isinstance(content[0], dict):  # a list of samples
            yield from (f"{name}.{inner}" if name else inner for inner in _numbers(content[0], ""))
        elif all(isinstance(one, (int, float)) for one in content):
            yield name or "1"


def _numbers(content, name):
    for key, value in content.items():
        inner = f"{name}.{key}" if name else str(key)
        if isinstance(value, dict):
            yield from _numbers(value, inner)
        elif isinstance(value, (int, float)):
            yield inner


def _of_json(content, name, read=float):
    for part in [] if name == "1" else name.split("."):
        content = _step(content, part, name)
    try:
        texts = isinstance(content, list) and read is not float and all(isinstance(one, str) for one in content)
        values = np.asarray([read(one) for one in content] if texts else content, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"holds no list of numbers at {name!r}")
    return values


def _step(content, part, name):
    if isinstance(content, list):
        return [_step(one, part, name) for one in content]
    if not isinstance(content, dict) or part not in content:
        there = f"; there is {', '.join(map(str, list(content)[:8]))}" if isinstance(content, dict) else ""
        raise ValueError(f"has no {part!r} on the way to {name!r}{there}")
    return content[part]


def _rows(path):
    if os.path.getsize(path) > limits.CSV_BYTES:
        raise ValueError(f"has over {limits.CSV_BYTES // limits.MEGABYTE} MB")
    if os.path.exists(path) and not os.path.isfile(path):
        raise ValueError("is no file")
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
    except ValueError:
        raise ValueError("is no text in UTF-8")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError("is empty")
    separator = next((one for one in _SEPARATORS if one in lines[0]), None)  # None is any white space
    commas = [line.strip() for line in lines[:1000] if _DECIMAL_COMMAS.fullmatch(line.strip())]
    if separator == "," and commas:
        raise ValueError(f"has decimal commas ({commas[0][:40]!r}); expected points")
    if separator is None:
        return [[cell.strip('"') for cell in line.split()] for line in lines]
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator, skipinitialspace=True)]
    except csv.Error as error:
        raise ValueError(f"cannot be read ({error})")
    if separator == ",":
        return rows
    return [[_DECIMAL_COMMA.sub(r"\1.\2\3", cell) if _is_comma(cell) else cell for cell in row] for row in rows]


def _is_comma(cell):
    return "," in cell and bool(_DECIMAL_COMMA.fullmatch(cell))


def _of_rows(rows, column, read=float):
    titles = None if _is_data(rows[0]) else rows[0]
    line = _LINE.fullmatch(str(column))
    if line and (titles is None or column not in titles):
        if int(line.group(1)) > len(rows):
            raise ValueError(f"has {len(rows)} lines, and no {column}")
        return _floats(enumerate(rows[int(line.group(1)) - 1], start=1), column, "cell", read)
    if isinstance(column, int):
        place = column - 1
        if place >= len(rows[-1]):
            raise ValueError(f"has {len(rows[-1])} column(s), and none with the number {column}")
    elif titles is None:
        raise ValueError(f"has no titles in its first line, so no column {column!r}; give its number")
    elif column not in titles:
        raise ValueError(f"has no column {column!r}; there is {', '.join(titles)[:200]}")
    elif titles.count(column) > 1:
        raise ValueError(f"has the column {column!r} {titles.count(column)} times; give its number")
    else:
        place = titles.index(column)
    if titles is not None:
        _check_widths(rows)
    below = enumerate(rows[titles is not None :], start=1 + (titles is not None))
    return _floats(((number, row[place] if place < len(row) else "") for number, row in below), column, "line", read)


def _check_widths(rows):
    """Refuse titles that do not stand above their columns; cells at a line's end may be missing."""
    for number, row in enumerate(rows[1:], start=2):
        if any(row[len(rows[0]) :]):
            raise ValueError(
                f"has {len(row)} cells in line {number} and {len(rows[0])} titles ({', '.join(rows[0])[:100]}); "
                f"expected one above each column. Titles that hold a comma need quotes"
            )


def _floats(cells, column, where, read):
    values = []
    for number, cell in cells:
        try:
            values.append(np.nan if cell in _MISSING else read(cell))
        except ValueError:
            expected = "a number" if read is float else "a time"
            raise ValueError(f"has {cell[:40]!r} in {where} {number} of column {column}; expected {expected}")
    if len(values) < 2:
        raise ValueError(f"has {len(values)} value(s) in column {column}; expected one per sample")
    return np.asarray(values)


def _is_data(row):
    """Whether a first line holds no titles."""
    return all(_is_number(cell) or is_time(cell) for cell in row)


def _is_number(cell):
    if cell in _MISSING:
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True
