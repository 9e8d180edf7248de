"""A text file with the ground truth of a recording."""

import os

from ..runtime import limits


def read_text(recording, path):
    """The text in a file of a recording.

    Raises:
        DataError: it is not there, is larger than any ground truth, or is no text in UTF-8.
    """
    name = os.path.basename(path)
    try:
        if os.path.getsize(path) > limits.CSV_BYTES:
            raise recording.error(
                f"{name} has over {limits.CSV_BYTES // limits.MEGABYTE} MB. Copy the file again from the data set"
            )
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        raise recording.missing("ground truth", path)
    except ValueError:
        raise recording.error(f"{name} is no text. Copy the file again from the data set")
