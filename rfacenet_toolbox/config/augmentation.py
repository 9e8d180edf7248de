"""Whether ``MODEL.RFACENET.AUGMENT`` can be done to the training clips."""

from ..datasets.stmaps import MAP_TYPES
from ..errors import ConfigError
from .node import rfacenet_node
from .tree import plain

_KEY = "MODEL.RFACENET.AUGMENT"
#: the largest value of each setting that is one number; the smallest is 0, nothing
_LARGEST = {
    "HALVE_OR_DOUBLE": 1.0,
    "FLIP": 1.0,
    "ZOOM": 0.5,
    "SHIFT": 0.5,
    "BRIGHTNESS": 3.0,
    "CONTRAST": 3.0,
    "NOISE": 3.0,
    "ERASE": 1.0,
}
#: how much slower and how much faster a clip may become
_SPEEDS = (0.25, 4.0)
#: frames of which the heart rate is read
_SHORTEST = 16


def check(config):
    """Refuse settings that are out of range, or that do nothing to these clips.

    Args:
        config: the whole tree, of a run that trains.

    Raises:
        ConfigError: with the key, what it holds, what it may hold.
    """
    settings, preprocess = config.MODEL.RFACENET.AUGMENT, config.TRAIN.DATA.PREPROCESS
    for key, largest in _LARGEST.items():
        if not 0 <= settings[key] <= largest:
            raise ConfigError(f"{_KEY}.{key} is {settings[key]}; expected 0, for none, to {largest:g}.")
    _check_map(settings, preprocess)
    _check_speed(settings, preprocess.CHUNK_LENGTH)
    lit = [key for key in ("BRIGHTNESS", "CONTRAST") if settings[key]]
    if lit and set(preprocess.DATA_TYPE) == {"DiffNormalized"}:
        raise ConfigError(
            f"{_KEY}.{lit[0]} is {settings[lit[0]]}, and TRAIN.DATA.PREPROCESS.DATA_TYPE is "
            f"{list(preprocess.DATA_TYPE)}: differences of frames over their sums have no brightness left. Set it to "
            f"0, or train on Standardized, Scaled or Raw frames."
        )


def _check_map(settings, preprocess):
    """Methods of maps of skin colour bring their own augmentation; what is done to frames makes no sense for a map."""
    if preprocess.DATA_TYPE[0] not in MAP_TYPES:
        return
    asked = [key for key, default in rfacenet_node().AUGMENT.items() if plain(settings[key]) != plain(default)]
    if asked:
        raise ConfigError(
            f"{_KEY}.{asked[0]} is {settings[asked[0]]}, and TRAIN.DATA.PREPROCESS.DATA_TYPE is "
            f"{list(preprocess.DATA_TYPE)}, a map of skin colour; the setting is for frames. Leave it out: the method "
            f"has settings of its own for its augmentation."
        )


def _check_speed(settings, frames):
    speed, (slowest, fastest) = list(settings.SPEED), _SPEEDS
    numbers = len(speed) == 2 and all(isinstance(one, (int, float)) for one in speed)
    if not numbers or not slowest <= speed[0] <= 1 <= speed[1] <= fastest:
        raise ConfigError(
            f"{_KEY}.SPEED is {speed}; expected the smallest and the largest factor, {slowest} to 1 and 1 to "
            f"{fastest}, such as [0.7, 1.4]."
        )
    changes = speed != [1, 1]
    if changes and settings.HALVE_OR_DOUBLE:
        raise ConfigError(
            f"{_KEY}.SPEED is {speed} and HALVE_OR_DOUBLE {settings.HALVE_OR_DOUBLE}: both change a clip's heart rate. "
            f"Set SPEED to [1.0, 1.0] or HALVE_OR_DOUBLE to 0."
        )
    if (changes or settings.HALVE_OR_DOUBLE) and frames < _SHORTEST:
        raise ConfigError(
            f"{_KEY}.{'SPEED' if changes else 'HALVE_OR_DOUBLE'} depends on the heart rate of a clip, and TRAIN.DATA."
            f"PREPROCESS.CHUNK_LENGTH is {frames}; expected {_SHORTEST} frames or more."
        )
