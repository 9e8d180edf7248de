"""The estimator of each method, by name."""

import functools
from typing import Callable, Optional

from ..errors import ConfigError, unknown
from ..evaluation import HEART_RATE
from ..training.weights_metadata import DEFAULTS, learner_methods, method_name
from .base import Estimator
from .clip_estimator import ClipEstimator
from .frames import AnyPath
from .signal_estimator import SignalEstimator


def maker(method: str, weights: Optional[AnyPath] = None, step_s: float = 1.0) -> Callable[[], Estimator]:
    """What gives fresh estimators of a method, one for each face of one recording. A network is loaded once.

    Args:
        method: a network or a signal method, in any case, with or without the hyphens of its name.
        weights: file of a network's weights; None is the shipped one.
        step_s: from one window's start to the next's, of methods that give the heart rate of a window.

    Raises:
        ConfigError: no such method, weights for a method that has none, or what finds a map's landmarks is missing.
        CheckpointError: weights that are missing or another network's.
    """
    from ..methods.signal import GRIDS, METHODS

    check(method, weights)
    name = method_name(method)
    if name in DEFAULTS:
        from . import clip_model

        return functools.partial(ClipEstimator, name, clip_model.load(name, weights))
    if name in learner_methods():
        return _of_learner(name, weights, step_s)
    return functools.partial(SignalEstimator, name, METHODS[name.upper()], GRIDS.get(name.upper()))


def check(method: str, weights: Optional[AnyPath] = None) -> None:
    """Refuse a method that there is not, and weights for one that has none; loads nothing.

    Raises:
        ConfigError: with the name.
    """
    from ..methods.signal import METHODS

    name = method_name(method)
    networks = [*DEFAULTS, *learner_methods()]
    if name not in networks and name.upper() not in METHODS:
        raise ConfigError(unknown("The method", method, [*networks, *map(str.lower, METHODS)]))
    if weights is not None and name not in networks:
        raise ConfigError(f"The method {name} has no weights to load. Leave {weights} out, or name a network.")


def _of_learner(name, weights, step_s):
    from . import learner_model, map_estimators, rate_estimators

    model = learner_model.load(name, weights)
    if model.gives == HEART_RATE:
        made = rate_estimators.ClipRateEstimator if model.map_type is None else rate_estimators.MapRateEstimator
        return functools.partial(made, name, model, step_s)
    made = ClipEstimator if model.map_type is None else map_estimators.MapWaveformEstimator
    return functools.partial(made, name, model)


def estimator(method: str, weights: Optional[AnyPath] = None) -> Estimator:
    """A fresh estimator for one face; arguments and errors as of :func:`maker`."""
    return maker(method, weights)()
