"""What ``MODEL.RFACENET.OPTIMIZER`` may hold."""

import math

from ..errors import ConfigError

_KEY = "MODEL.RFACENET.OPTIMIZER"
_SCHEDULERS = ("OneCycleLR", "constant")


def check(settings):
    """Refuse a node ``OPTIMIZER`` that a training cannot have.

    Raises:
        ConfigError: with the key, what it holds, what it may hold.
    """
    if settings.SCHEDULER not in _SCHEDULERS:
        raise ConfigError(f"{_KEY}.SCHEDULER is {settings.SCHEDULER!r}; expected one of {', '.join(_SCHEDULERS)}.")
    if settings.WEIGHT_DECAY < 0:
        raise ConfigError(f"{_KEY}.WEIGHT_DECAY is {settings.WEIGHT_DECAY}; expected 0 or more.")
    epochs = list(settings.HALVE_AFTER)
    if not all(type(one) is int and one > 0 for one in epochs):
        raise ConfigError(f"{_KEY}.HALVE_AFTER is {epochs}; expected whole numbers of epochs, such as [30, 80].")
    if epochs and settings.SCHEDULER != "constant":
        raise ConfigError(
            f"{_KEY}.HALVE_AFTER is {epochs} and SCHEDULER {settings.SCHEDULER}; only a constant rate can be halved."
        )
    if not 0 <= settings.LARGEST_GRADIENT < math.inf:
        raise ConfigError(
            f"{_KEY}.LARGEST_GRADIENT is {settings.LARGEST_GRADIENT}; expected 0, for no limit, or a length."
        )
