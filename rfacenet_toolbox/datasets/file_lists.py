"""File lists: the toolbox's CSV files that name the clips of a split."""

import os
from collections import Counter

import pandas as pd

from ..errors import DataError, closest
from ..runtime.files import write_text
from . import clip_cache

#: how alike the names of a missing folder and of a list must be for the folder to be taken for a misspelt list
_ALIKE = 0.8


def check_list(split, data_node):
    """Check what FILE_LIST_PATH names, where a mistake would be taken for another choice of clips.

    Raises:
        DataError: a list of the user's own that is not there, a list's name without its ending, or a list that was
            made for another cache.
    """
    path = data_node.FILE_LIST_PATH
    if not clip_cache.is_own_list(data_node):
        _check_folder(split, os.path.dirname(path))
        elsewhere = [] if data_node.DO_PREPROCESS else outside_cache(data_node)
        if elsewhere:
            raise DataError(
                f"{path} lists {len(elsewhere)} clips that are not in {split}.DATA.CACHED_PATH, "
                f"{data_node.CACHED_PATH}; the first is {elsewhere[0]}. The cache was moved or copied after the list "
                f"was made. Delete the list, and it is made again."
            )
    elif not os.path.isfile(path):
        folder, name = os.path.split(path)
        raise DataError(
            f"{split}.DATA.FILE_LIST_PATH is {path!r}, and there is no such file. {_did_you_mean(name, folder)}Name a "
            f"list that is there, or a folder in which the list of all clips is made."
        )


def _check_folder(split, folder):
    """A list's name without its ending, perhaps misspelt as well, looks like a folder in which lists are to be made."""
    above, name = os.path.split(folder)
    if os.path.isdir(folder or "."):
        return
    what = "a file without the ending .csv" if os.path.isfile(folder) else "not a folder"
    similar = _did_you_mean(f"{name}.csv", above, _ALIKE)
    if similar or os.path.isfile(folder):
        raise DataError(
            f"{split}.DATA.FILE_LIST_PATH is {folder!r}, which is {what}. {similar}Name a list with its ending, or a "
            f"folder that is there, in which the list of all clips is made."
        )


def _did_you_mean(name, folder, cutoff=0.5):
    there = os.listdir(folder or ".") if os.path.isdir(folder or ".") else []
    similar = closest(name, [file for file in there if file.endswith(".csv")], cutoff)
    return f"Did you mean {similar!r}? " if similar else ""


def outside_cache(data_node):
    """The clips that a split's file list names and that do not lie in its CACHED_PATH; none where there is no list."""
    if not os.path.isfile(data_node.FILE_LIST_PATH):
        return []
    cache = os.path.realpath(data_node.CACHED_PATH)
    listed = read_file_list(data_node.FILE_LIST_PATH)
    return [path for path in listed if os.path.realpath(os.path.dirname(path)) != cache]


def write_file_list(path, inputs):
    """Write the toolbox's file list: a CSV with an index and the column ``input_files``."""
    write_text(path, pd.DataFrame(list(inputs), columns=["input_files"]).to_csv())


def read_file_list(path):
    """The input files that a file list names, in its order.

    Raises:
        DataError: it has no such column, names no clips, or names one twice.
    """
    try:
        inputs = pd.read_csv(path)["input_files"].tolist()
    except (KeyError, ValueError) as error:
        raise DataError(
            f"The file list {path} cannot be read ({error}); expected a CSV with a column 'input_files'. Delete it and "
            f"it will be made again."
        )
    twice = [name for name, count in Counter(inputs).items() if count > 1]
    if twice:
        raise DataError(
            f"{path} lists {len(twice)} clips more than once, the first is {twice[0]}. Delete the lines that are there "
            f"twice."
        )
    if not inputs:
        raise DataError(
            f"File list empty: {path} names no clips. Delete it, set DO_PREPROCESS to True, and it is made again."
        )
    return inputs
