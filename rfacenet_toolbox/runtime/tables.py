"""CSV files with names in them: written so that a spreadsheet takes none for a formula, and read back as they were."""

import csv
import io
import os

from ..errors import printable
from . import limits

#: what a spreadsheet may take for the start of a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\n")
_QUOTE = "'"


def csv_text(columns, rows):
    """The text of a CSV file; None is an empty field.

    Text that begins as a formula does gets an apostrophe before it, and control characters are written as
    :func:`~rfacenet_toolbox.errors.printable` has them. Numbers, also as text, stay as they are.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_harmless, columns))
    writer.writerows(map(_harmless, row) for row in rows)
    return text.getvalue()


def read_csv(path):
    """The rows of a file of :func:`csv_text` as ``[{column: text}]``; none where there is no file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no such table, or larger than any; the message says so.
    """
    return [row for _, row in numbered_rows(path)]


def numbered_rows(path, separators=","):
    """As :func:`read_csv`, ``[(line of the file, {column: text})]``; a byte order mark is left out.

    Args:
        path: of the file.
        separators: what may stand between cells, the likeliest first: the first of them that the titles hold.
    """
    if not os.path.isfile(path):
        return []
    if os.path.getsize(path) > limits.CSV_BYTES:
        raise ValueError(f"{os.path.basename(path)} has more than {limits.CSV_BYTES // limits.MEGABYTE} MB")
    with open(path, encoding="utf-8-sig", newline="") as file:
        titles = file.readline()
        file.seek(0)
        reader = csv.reader(file, delimiter=next((one for one in separators if one in titles), separators[0]))
        try:
            lines = [(reader.line_num, [_original(cell) for cell in line]) for line in reader if line]
        except csv.Error as error:
            raise ValueError(str(error)) from error
    if not lines:
        return []
    columns = lines[0][1]
    if len(set(columns)) < len(columns):
        raise ValueError(f"a column of {os.path.basename(path)} stands twice")
    for number, line in lines[1:]:
        if len(line) != len(columns):
            raise ValueError(
                f"row {number} of {os.path.basename(path)} has {len(line)} cells for {len(columns)} columns"
            )
        if any(len(cell) > limits.CSV_FIELD for cell in line):
            raise ValueError(
                f"row {number} of {os.path.basename(path)} has a cell of over {limits.CSV_FIELD} characters"
            )
    return [(number, dict(zip(columns, line))) for number, line in lines[1:]]


def _harmless(cell):
    if not isinstance(cell, str):
        return cell
    cell = printable(cell)
    return _QUOTE + cell if cell.lstrip(_QUOTE).startswith(_FORMULA) and not _is_number(cell) else cell


def _original(cell):
    return cell[1:] if cell.startswith(_QUOTE) and cell.lstrip(_QUOTE).startswith(_FORMULA) else cell


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True
