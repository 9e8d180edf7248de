"""MODEL.NAME -> the trainer that serves it.

Names are stored here and built here; nothing else in the package compares model names. A name that is taken cannot
be taken again, and an unknown name is answered with the names there are.
"""
import difflib
import importlib

from .errors import ConfigError

#: name -> "module:attribute" of a callable ``(config, loaders, host) -> trainer``, imported only when it is built.
_TRAINERS = {}


def register(name, target):
    """Let ``MODEL.NAME: name`` be served by ``target``.

    Args:
        name: the model's name in configs, compared exactly.
        target: ``"package.module:attribute"``; the attribute is called with ``(config, loaders, host)`` and returns
            an object with ``train(loaders)`` and ``test(loaders)``.

    Raises:
        ConfigError: the name is taken by another target.
    """
    taken = _TRAINERS.get(name)
    if taken is not None and taken != target:
        raise ConfigError(
            f"MODEL.NAME {name!r} is already served by {taken}, so {target} cannot take it too. "
            f"Register the new model under another name."
        )
    _TRAINERS[name] = target


def names():
    """The registered names, sorted."""
    return sorted(_TRAINERS)


def is_registered(name):
    """Whether :func:`build` can serve ``name``."""
    return name in _TRAINERS


def unknown_name(name):
    """The error for a name that nobody serves, with the closest spelling."""
    close = difflib.get_close_matches(str(name).lower(), [known.lower() for known in _TRAINERS], n=1, cutoff=0.6)
    spelling = [known for known in _TRAINERS if close and known.lower() == close[0]]
    hint = f" Did you mean {spelling[0]!r}?" if spelling else ""
    return ConfigError(f"MODEL.NAME is {name!r}, which no model here has.{hint} There are: {', '.join(names())}.")


def build(name, config, loaders, host):
    """The trainer for ``MODEL.NAME`` ``name``.

    Raises:
        ConfigError: no such name; the message lists what there is.
    """
    if not is_registered(name):
        raise unknown_name(name)
    module, attribute = _TRAINERS[name].split(":")
    return getattr(importlib.import_module(module), attribute)(config, loaders, host)


register("rFaceNet", "rfacenet_toolbox.trainer:rfacenet_trainer")
