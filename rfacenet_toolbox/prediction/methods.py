"""Names of methods -> their estimators."""

from typing import Optional, Union

from ..errors import ConfigError, unknown
from .estimators import ClipEstimator, SignalEstimator
from .frames import AnyPath

#: networks, which need weights
NETWORKS = ("rfacenet", "physnet")


def estimator(method: str, weights: Optional[AnyPath] = None) -> Union[SignalEstimator, ClipEstimator]:
    """A fresh estimator for one recording.

    Args:
        method: a network or a signal method, in any case.
        weights: file of a network's weights; None is the shipped one.

    Raises:
        ConfigError: no such method, or weights for a method that has none.
        CheckpointError: weights that are missing or another network's.
    """
    from ..methods.signal import METHODS

    name = str(method).lower()
    if name in NETWORKS:
        from . import clip_model

        return ClipEstimator(name, clip_model.load(name, weights))
    if name.upper() not in METHODS:
        raise ConfigError(unknown("The method", method, [*NETWORKS, *map(str.lower, METHODS)]))
    if weights is not None:
        raise ConfigError(f"The method {name} has no weights to load. Leave {weights} out, or name a network.")
    return SignalEstimator(name, METHODS[name.upper()])
