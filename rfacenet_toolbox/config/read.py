"""A YAML file -> the frozen configuration, without a toolbox: ``BASE`` files, unknown keys, and the derived paths."""

import os
import re
from pathlib import Path

from yacs.config import CfgNode

from ..errors import ConfigError, closest
from . import yaml_text
from .splits_used import splits_used
from .tree import toolbox_tree

MODES = ("train_and_test", "only_test", "unsupervised_method")
#: what yacs says of a value of another type than its default's
_MISMATCH = re.compile(
    r"Type mismatch \(<class '([\w.]+)'> vs\. <class '[\w.]+'>\) with values \((.*) vs\. (.*)\) for config key: (\S+)",
    re.DOTALL,
)
_TYPES = {
    "int": "a whole number", "float": "a number with a decimal point", "str": "a text", "bool": "True or False",
    "list": "a list",
}  # fmt: skip
_LISTS_DEFAULT = toolbox_tree().TRAIN.DATA.FILE_LIST_PATH


def load(path, values=None):
    """The frozen configuration of a YAML file, with the paths that the toolbox's ``update_config`` derives.

    Args:
        path: of the file.
        values: what the file is going to hold, where it is not written yet.

    Raises:
        ConfigError: the file or a ``BASE`` of it is missing or is no YAML, or a key is unknown or of another type.
    """
    config = toolbox_tree()
    _merge_file(config, Path(path), (), values)
    _derive_paths(config)
    name_resampled(config)
    config.freeze()
    return config


def check_yaml(path):
    """Refuse a YAML file, or a ``BASE`` of it, that cannot be read or has a key twice; a file that is not there passes.

    Returns:
        The file and all that it inherits, as a set of resolved paths.

    Raises:
        ConfigError: with the file, and the lines.
    """
    waiting, seen = [Path(path)], set()
    while waiting:
        path = waiting.pop()
        if path.is_file() and path.resolve() not in seen:
            seen.add(path.resolve())
            waiting += [path.parent / base for base in _bases(_read_yaml(path), path)]
    return seen


def unknown_key_error(key, tree, source):
    """The error for a dotted ``key`` that ``tree`` has not, with the closest spelling that it has."""
    known = list(_names(tree))
    last_parts = {name.rpartition(".")[2]: name for name in reversed(known)}
    similar = closest(key, known, 0.6) or last_parts.get(closest(key.rpartition(".")[2], last_parts, 0.8))
    hint = f"Did you mean {similar}?" if similar else "See docs/configs.md for all keys."
    return ConfigError(f"{source} sets {key}, which is not a setting. {hint}")


def _merge_file(config, path, chain, values=None):
    chain += (path,)
    if path.resolve() in [earlier.resolve() for earlier in chain[:-1]]:
        raise ConfigError(
            f"{path} inherits from itself through BASE: {' -> '.join(map(str, chain))}. Take one of them out of the "
            f"other's BASE."
        )
    values = _read_yaml(path) if values is None else values
    for base in _bases(values, path):
        if not (path.parent / base).is_file():
            raise ConfigError(f"{path} names {base} under BASE, and there is no such file. Correct it.")
        _merge_file(config, path.parent / base, chain)
    _check_keys(values, config, path)
    try:
        config.merge_from_other_cfg(CfgNode(values))
    except (ValueError, KeyError, TypeError, AssertionError, SyntaxError, MemoryError, RecursionError) as error:
        raise ConfigError(
            f"{path}: {type_mismatch(error) or f'{error}. Compare the value with the default of the same key.'}"
        ) from error


def type_mismatch(error):
    """What yacs's error about a value of another type than its default's says, as a sentence; None of other errors."""
    found = _MISMATCH.match(str(error))
    if not found:
        return None
    default_type, default, value, key = found.groups()
    such_as = f", such as {default}" if default else ""
    return f"{key} is {value}; expected {_TYPES.get(default_type, default_type)}{such_as}."


def _read_yaml(path):
    if not path.is_file():
        raise ConfigError(f"no config file at {path}. Name a YAML file, such as those in toolbox_configs/.")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not readable as YAML: {error}. Name a text file.") from error
    values = yaml_text.parse(text, path)
    if not isinstance(values, dict):
        holds = "nothing" if values is None else type(values).__name__
        raise ConfigError(f"{path} holds {holds}; expected the nested keys of a toolbox config.")
    return values


def _bases(values, path):
    bases = values.get("BASE", [])
    if not isinstance(bases, list) or not all(isinstance(base, str) for base in bases):
        raise ConfigError(f"{path} sets BASE to {bases!r}; expected a list of files, such as [RFACENET_BASE.yaml].")
    return [base for base in bases if base]


def _check_keys(values, tree, path):
    for dotted, value in _flat_items(values):
        node, keys = tree, dotted.split(".")
        for depth, key in enumerate(keys, start=1):
            if not isinstance(node, CfgNode):
                raise ConfigError(f"{path} sets {dotted}, but {'.'.join(keys[: depth - 1])} is a value with no keys.")
            if key not in node:
                raise unknown_key_error(".".join(keys[:depth]), tree, path)
            node = node[key]
        if isinstance(node, CfgNode) and value != {}:
            raise ConfigError(f"{path} sets {dotted} to {value!r}; expected the keys {', '.join(node)} below it.")
        _check_elements(dotted, value, path)
        if value is None:
            raise ConfigError(f"{path} sets {dotted} to nothing. Give it a value such as {node!r}, or leave it out.")


def _check_elements(key, value, path):
    """No setting is a list of lists, of blocks or of nothing."""
    for one in value if isinstance(value, list) else ():
        if one is None or isinstance(one, (list, dict)):
            raise ConfigError(f"{path} sets {key} to {value!r}; expected a list of plain values.")


def _names(tree, prefix=""):
    """Dotted names of everything in the tree, nodes and values."""
    for key, value in tree.items():
        yield f"{prefix}{key}"
        if isinstance(value, CfgNode):
            yield from _names(value, f"{prefix}{key}.")


def _flat_items(values, prefix=""):
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from _flat_items(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _derive_paths(config):
    if config.TOOLBOX_MODE not in MODES:
        raise ConfigError(f"TOOLBOX_MODE is {config.TOOLBOX_MODE!r}; expected one of {', '.join(MODES)}.")
    from ..datasets.clip_cache import experiment_name, file_list_name

    for split in ("TRAIN", "VALID", "TEST", "UNSUPERVISED"):
        if split == "VALID" and config.TEST.USE_LAST_EPOCH:
            continue
        data = config[split].DATA
        if data.FILE_LIST_PATH == _LISTS_DEFAULT:
            data.FILE_LIST_PATH = os.path.join(data.CACHED_PATH, "DataFileLists")
        if not data.EXP_DATA_NAME:
            data.EXP_DATA_NAME = experiment_name(data, split)
        data.CACHED_PATH = os.path.join(data.CACHED_PATH, data.EXP_DATA_NAME)
        data.FILE_LIST_PATH = _file_list(data, split, file_list_name(data))
    log = config.LOG.PATH
    config.MODEL.MODEL_DIR = os.path.join(log, config.TRAIN.DATA.EXP_DATA_NAME, config.MODEL.MODEL_DIR)
    if config.TOOLBOX_MODE == "unsupervised_method":
        name = config.UNSUPERVISED.DATA.EXP_DATA_NAME
        config.UNSUPERVISED.OUTPUT_SAVE_DIR = os.path.join(log, name, "saved_outputs")
    else:
        config.TEST.OUTPUT_SAVE_DIR = os.path.join(log, config.TEST.DATA.EXP_DATA_NAME, "saved_test_outputs")


def name_resampled(config):
    """Give the caches and file lists of a run that resamples recordings names of their own; in either host.

    Args:
        config: the whole tree, thawed, with the paths that the host derives.
    """
    from ..datasets import clip_cache, resample
    from ..datasets.settings import frame_rate_hz

    if not config.MODEL.RFACENET.RESAMPLE:
        return
    for split in splits_used(config):
        data = config[split].DATA
        own_list, folder = clip_cache.is_own_list(data), os.path.dirname(data.CACHED_PATH)
        data.EXP_DATA_NAME = resample.cache_name(data, frame_rate_hz(data))
        data.CACHED_PATH = os.path.join(folder, data.EXP_DATA_NAME)
        if not own_list:
            lists = os.path.dirname(data.FILE_LIST_PATH)
            data.FILE_LIST_PATH = os.path.join(lists, clip_cache.file_list_name(data))


def _file_list(data, split, default_name):
    extension = os.path.splitext(data.FILE_LIST_PATH)[1]
    if not extension:
        return os.path.join(data.FILE_LIST_PATH, default_name)
    if extension != ".csv":
        raise ConfigError(f"{split}.DATA.FILE_LIST_PATH is {data.FILE_LIST_PATH}; expected a folder or a .csv file.")
    if data.DO_PREPROCESS:
        raise ConfigError(
            f"{split}.DATA.FILE_LIST_PATH names the file {data.FILE_LIST_PATH}, and preprocessing would write another. "
            f"Set {split}.DATA.DO_PREPROCESS to False, or name a folder."
        )
    return data.FILE_LIST_PATH
