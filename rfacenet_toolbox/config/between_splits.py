"""The splits of a run checked against each other: a cache for each source, and settings that fit.

The toolbox names a cache after the preprocessing alone, so two folders of one data set share it unless ``CACHED_PATH``
differs, and the clips of the split that is preprocessed last then stand for both.
"""

import itertools
import os

from ..errors import ConfigError
from .tree import flat, plain

#: what a trained model cannot do without; below ``DATA.PREPROCESS``
_EQUAL = ("DATA_TYPE",)
#: below ``DATA.PREPROCESS``: meant to differ, or about other data sets and models
_FREE = ("DATA_AUG", "IBVP", "BIGSMALL", "USE_PSUEDO_PPG_LABEL")


def check(config, splits):
    """Refuse splits that share a cache or a file list and should not, or whose clips mean different things.

    Args:
        config: the whole tree, after the paths were derived.
        splits: those that are used, such as ``["TRAIN", "TEST"]``.

    Raises:
        ConfigError: with both splits, the key, and what it holds in each.
    """
    for one, other in itertools.combinations(splits, 2):
        first, second = config[one].DATA, config[other].DATA
        _check_cache(one, first, other, second)
        _check_list(one, first, other, second)
        for key in _EQUAL:
            values = [plain(data.PREPROCESS[key]) for data in (first, second)]
            if values[0] != values[1]:
                raise ConfigError(
                    f"{one}.DATA.PREPROCESS.{key} is {values[0]} and {other}.DATA.PREPROCESS.{key} is {values[1]}. "
                    f"A model has to be tested on what it was trained on: make them equal."
                )
        labels = [data.PREPROCESS.LABEL_TYPE for data in (first, second)]
        if (labels[0] == "DiffNormalized") != (labels[1] == "DiffNormalized"):
            raise ConfigError(
                f"{one}.DATA.PREPROCESS.LABEL_TYPE is {labels[0]!r} and {other}.DATA.PREPROCESS.LABEL_TYPE is "
                f"{labels[1]!r}: one is the pulse's derivative, the other the pulse itself, and a model predicts one "
                f"of them. Make them equal."
            )


def warnings(config, splits):
    """A sentence for each split whose settings differ from those of the first, where that may be intended."""
    first = dict(_settings(config[splits[0]].DATA))
    sentences = []
    for split in splits[1:]:
        for key, value in _settings(config[split].DATA):
            if value != first.get(key, value):
                sentences.append(f"{split}.DATA.{key} is {value}, and {splits[0]}.DATA.{key} is {first[key]}.")
    return sentences


def _check_cache(one, first, other, second):
    if not _same(first.CACHED_PATH, second.CACHED_PATH):
        return
    for key, before, now in _sources(first, second):
        if before != now:
            raise ConfigError(
                f"{one} and {other} share the cache {first.CACHED_PATH}, and {one}.DATA.{key} is {before!r} where "
                f"{other}.DATA.{key} is {now!r}: the clips of one would stand for those of the other. Give "
                f"{other}.DATA a CACHED_PATH of its own."
            )


def _sources(first, second):
    """``(key, one value, other value)`` of all that clips are made from."""
    yield "DATASET", first.DATASET, second.DATASET
    yield "FS", first.FS, second.FS
    others = dict(flat(second.PREPROCESS, "PREPROCESS."))
    for key, value in flat(first.PREPROCESS, "PREPROCESS."):
        yield key, value, others.get(key, value)


def _check_list(one, first, other, second):
    if not _same(first.FILE_LIST_PATH, second.FILE_LIST_PATH):
        return
    for key in ("CACHED_PATH", "DATA_PATH"):
        if first[key] and second[key] and not _same(first[key], second[key]):
            raise ConfigError(
                f"{one} and {other} share the file list {first.FILE_LIST_PATH}, and {one}.DATA.{key} is {first[key]!r} "
                f"where {other}.DATA.{key} is {second[key]!r}: the clips of one would stand for those of the other. "
                f"Give {other}.DATA a {'CACHED_PATH' if key == 'DATA_PATH' else 'FILE_LIST_PATH'} of its own."
            )


def share_cache(first, second):
    """Whether two nodes ``DATA`` have one cache for two folders of recordings."""
    return _same(first.CACHED_PATH, second.CACHED_PATH) and not _same(first.DATA_PATH, second.DATA_PATH)


def _same(path, other):
    return os.path.realpath(path) == os.path.realpath(other)


def _settings(data):
    yield "FS", data.FS
    for key, value in flat(data.PREPROCESS, "PREPROCESS."):
        if key.split(".")[1] not in _FREE:
            yield key, value
