"""JSON files, read within limits."""

import json
import os

from . import limits


def read_json(path):
    """The content of a JSON file.

    Raises:
        OSError: there is none, or it cannot be read.
        ValueError: it is no JSON in UTF-8, or larger or deeper than any file of ours.
    """
    if os.path.getsize(path) > limits.JSON_BYTES:
        raise ValueError(f"it has more than {limits.JSON_BYTES // limits.MEGABYTE} MB")
    with open(path, encoding="utf-8-sig") as file:  # Windows puts a mark before it
        return parse_json(file.read())


def parse_json(text):
    """The content of a JSON text.

    Raises:
        ValueError: it is none, or its values are nested without end.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("its values are nested without end") from error
