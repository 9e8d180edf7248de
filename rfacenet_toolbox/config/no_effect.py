"""Keys of the toolbox that do nothing for our models and data sets.

A value that was meant to change a result is refused. One that the toolbox's own configs of these models have, or that
changes no result, is mentioned before the run.
"""

from ..datasets.readers import DATASETS
from ..datasets.settings import DEFAULT_FS_HZ
from ..errors import ConfigError
from ..methods import registry
from .tree import toolbox_tree

#: key or node -> why no run reads it
_REFUSED = {
    "TRAIN.OPTIMIZER": "no trainer reads it, the toolbox's own included. MODEL.RFACENET.OPTIMIZER has the weight decay",
    "MODEL.RESUME": "no trainer reads it; MODEL.RFACENET.RESUME says which state to go on from",
}
#: the same below a ``DATA`` node whose data set is one that we read ourselves
_REFUSED_OF_DATA = {
    "INFO": "it selects recordings of MMPD",
    "FILTERING": "it selects recordings of UBFC-PHYS",
    "FOLD.FOLD_PATH": "it selects recordings of BP4D+",
    "PREPROCESS.IBVP": "it is about the data set iBVP",
    "PREPROCESS.BIGSMALL": "it is about the model BigSmall",
}


def check_no_effect(config, splits):
    """Refuse a setting that was meant to change a result and would do nothing.

    Args:
        config: the whole tree, of either host.
        splits: those that are used, such as ``["TRAIN", "TEST"]``.

    Raises:
        ConfigError: with the key, what it holds, and why it would do nothing.
    """
    defaults = toolbox_tree()
    reasons = dict(_REFUSED) if "TRAIN" in splits else {}
    for split in splits:
        dataset = config[split].DATA.DATASET
        if dataset in DATASETS:
            _check_own_rates(f"{split}.DATA.FS", config[split].DATA.FS, DATASETS[dataset])
            reasons.update({f"{split}.DATA.{key}": f"{why}, not of {dataset}" for key, why in _REFUSED_OF_DATA.items()})
        for other in DATASETS.values():
            if other.node is not None and other.name != dataset:
                reasons[f"{split}.DATA.{other.node}"] = f"it selects recordings of {other.name}, not of {dataset}"
    own_rates = [name for name in (config[split].DATA.DATASET for split in splits) if _has_own_rates(name)]
    if len(own_rates) == len(splits):
        reasons["MODEL.RFACENET.RESAMPLE"] = f"each recording of {own_rates[0]} has a frame rate of its own"
    for key, why in reasons.items():
        for name, value in _changed(key, _at(config, key), _at(defaults, key)):
            raise ConfigError(f"{name} is {value!r} and would do nothing: {why}. Leave it out.")


def _has_own_rates(dataset):
    return dataset in DATASETS and DATASETS[dataset].has_own_rates


def _check_own_rates(key, fs_hz, dataset):
    if dataset.has_own_rates and fs_hz != DEFAULT_FS_HZ:
        raise ConfigError(
            f"{key} is {fs_hz} and would do nothing: each recording of {dataset.name} has a frame rate of its own. Set "
            f"it to {DEFAULT_FS_HZ:g}."
        )


def no_effect_remarks(config):
    """A sentence for each setting that does nothing here, and changes no result that was meant to change."""
    if config.TOOLBOX_MODE == "unsupervised_method":
        return []
    model = config.MODEL.NAME
    learner = registry.learner_class(model)
    sentences = []
    if config.MODEL.DROP_RATE and "DROP_RATE" not in registry.model_keys(model):
        sentences.append(f"MODEL.DROP_RATE is {config.MODEL.DROP_RATE} and has no effect on {model}, in either host.")
    if config.NUM_OF_GPU_TRAIN != 1 and not learner.needs.depth_setting:
        sentences.append(
            f"NUM_OF_GPU_TRAIN is {config.NUM_OF_GPU_TRAIN} and has no effect on {model}. To train in several "
            f"processes, start main.py with torchrun."
        )
    node, reasons = registry.settings_node(model), {}
    if node is not None:
        reasons.update((f"MODEL.{node}.{key}", why) for key, why in learner.without_effect(config.MODEL[node]).items())
    clips = config.MODEL.RFACENET.TEST.CLIPS
    if clips != "segments":
        reasons["MODEL.RFACENET.TEST.SEGMENT_S"] = f"TEST.CLIPS is {clips}"
    defaults = toolbox_tree()
    for key, why in reasons.items():
        for name, value in _changed(key, _at(config, key), _at(defaults, key)):
            sentences.append(f"{name} is {value} and has no effect: {why}.")
    return sentences


def _changed(key, value, default):
    """``(dotted key, value)`` of everything at or below ``key`` that differs from its default."""
    if isinstance(value, dict):
        for name in value:
            if name in default:  # a revision of the toolbox may have more
                yield from _changed(f"{key}.{name}", value[name], default[name])
    elif value != default:
        yield key, value


def _at(config, key):
    """The value or node of a dotted key; an empty node where an earlier revision of the toolbox does not have it."""
    for part in key.split("."):
        config = config.get(part, {})
    return config
