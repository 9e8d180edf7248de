"""What ``MODEL.RFACENET.OPTIMIZER`` may hold."""

import math

from ..errors import ConfigError

_KEY = "MODEL.RFACENET.OPTIMIZER"
_NAMES = ("Adam", "Adadelta")
_SCHEDULERS = ("OneCycleLR", "constant")


def check(settings, runtime):
    """Refuse a node ``OPTIMIZER`` that a training cannot have.

    Args:
        runtime: the node ``MODEL.RFACENET.RUNTIME``.

    Raises:
        ConfigError: with the key, what it holds, what it may hold.
    """
    if settings.NAME not in _NAMES:
        raise ConfigError(f"{_KEY}.NAME is {settings.NAME!r}; expected one of {', '.join(_NAMES)}.")
    if settings.SCHEDULER not in _SCHEDULERS:
        raise ConfigError(f"{_KEY}.SCHEDULER is {settings.SCHEDULER!r}; expected one of {', '.join(_SCHEDULERS)}.")
    if settings.NAME == "Adadelta" and settings.SCHEDULER == "OneCycleLR":
        raise ConfigError(
            f"{_KEY}.NAME is Adadelta and SCHEDULER OneCycleLR, which changes Adam's momentum with the rate; Adadelta "
            f"has no momentum. Set SCHEDULER to constant."
        )
    if settings.NAME == "Adadelta" and runtime.FUSED_OPTIMIZER:
        raise ConfigError(
            f"{_KEY}.NAME is Adadelta and MODEL.RFACENET.RUNTIME.FUSED_OPTIMIZER is True; only Adam has a fused "
            f"kernel. Set FUSED_OPTIMIZER to False."
        )
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
