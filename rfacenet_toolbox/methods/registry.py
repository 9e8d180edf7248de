"""MODEL.NAME -> the trainer that serves it.

Names are stored here and built here; nothing else in the package compares model names. A name that is taken cannot
be taken again, and an unknown name is answered with the names there are.
"""

import importlib
from typing import NamedTuple, Optional

from ..errors import ConfigError, unknown


class _Entry(NamedTuple):
    target: str
    check: Optional[str]
    built_in: bool


#: name -> what serves it, imported only when it is used
_ENTRIES = {}


def register(name, target, *, check=None, built_in=False):
    """Let ``MODEL.NAME: name`` be served by ``target``.

    Args:
        name: the model's name in configs, compared exactly.
        target: ``"package.module:attribute"``; the attribute is called with ``(config, loaders, host)`` and returns
            an object with ``train(loaders)`` and ``test(loaders)``.
        check: ``"package.module:function"``, called with ``(config, splits)`` before a run starts; it raises
            ConfigError for settings that the model cannot have. ``splits`` are those that are used: ``"TRAIN"``, ...
        built_in: the toolbox has a model of this name. In a checkout the toolbox's own serves it.

    Raises:
        ConfigError: the name is taken by something else.
    """
    entry = _Entry(target, check, built_in)
    taken = _ENTRIES.get(name, entry)
    if taken != entry:
        raise ConfigError(
            f"MODEL.NAME {name!r} is already served by {taken.target}, so {target} cannot take it too. "
            f"Register the new model under another name."
        )
    _ENTRIES[name] = entry


def names():
    """The registered names, sorted."""
    return sorted(_ENTRIES)


def is_registered(name):
    """Whether :func:`build` can serve ``name``."""
    return name in _ENTRIES


def adds_to_toolbox(name):
    """Whether ``name`` is a registered model that the toolbox does not have itself."""
    return is_registered(name) and not _ENTRIES[name].built_in


def unknown_name(name):
    """The error for a name that nobody serves, with the closest spelling."""
    return ConfigError(unknown("MODEL.NAME", name, names()))


def check(name, config, splits):
    """Refuse settings that the model of this name cannot have.

    Raises:
        ConfigError: no such name, or a setting that does not fit; the message names its key.
    """
    if not is_registered(name):
        raise unknown_name(name)
    if _ENTRIES[name].check is not None:
        _imported(_ENTRIES[name].check)(config, splits)


def build(name, config, loaders, host):
    """The trainer for ``MODEL.NAME`` ``name``.

    Raises:
        ConfigError: no such name; the message lists what there is.
    """
    if not is_registered(name):
        raise unknown_name(name)
    return _imported(_ENTRIES[name].target)(config, loaders, host)


def _imported(target):
    module, attribute = target.split(":")
    return getattr(importlib.import_module(module), attribute)


def _register_baseline(name, model):
    """A network of Table 2 that a checkout has itself; ours serves the standalone host."""
    neural = "rfacenet_toolbox.methods.neural"
    register(name, f"{neural}_recipes:{model}_trainer", check=f"{neural}_checks:check_{model}", built_in=True)


register(
    "rFaceNet",
    "rfacenet_toolbox.training.trainer:rfacenet_trainer",
    check="rfacenet_toolbox.config.node:check_rfacenet",
)
_register_baseline("DeepPhys", "deepphys")
_register_baseline("EfficientPhys", "efficientphys")
_register_baseline("Physnet", "physnet")
_register_baseline("Tscan", "tscan")
