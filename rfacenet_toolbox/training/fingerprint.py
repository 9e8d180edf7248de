"""What two runs must have in common for one to resume from the other's state."""

import json

from ..config.tree import completed, plain, toolbox_tree
from ..methods import registry
from ..runtime import processes
from ..runtime.json_files import parse_json

#: settings that change no number of a training, or that say whether it is resumed
_TRAIN_OTHERS = ("DATA", "PLOT_LOSSES_AND_LR")
_MODEL_OTHERS = ("RESUME", "EXPORT_IDENTITY_HEAD", "RUNTIME", "OPTIMIZER", "TEST", "AUGMENT")
#: what came later and has no default: compared where both know it
_WHERE_KNOWN = ("labels", "preprocess")
_RUNTIME_OTHERS = ("WORKERS", "KEEP_WORKERS", "KEEP_MEMORY", "BUILT_IN_MODELS", "TENSORBOARD")


def of_run(config, clips, labels=None):
    """The fingerprint of a run, as JSON: its settings, its clips and the number of its processes.

    Args:
        config: the whole tree.
        clips: the recording of each training clip.
        labels: checksum of the training labels, by which other recordings of the same names are told; None if unknown.
    """
    content = {"name": config.MODEL.NAME, **_settings(config, config.MODEL.NAME)}
    content["clips"] = sorted(clips)
    content["processes"] = processes.size()
    if labels is not None:
        content.update(labels=labels, preprocess=_without(config.TRAIN.DATA.PREPROCESS, ("BIGSMALL", "IBVP")))
    return json.dumps(content, sort_keys=True, default=dict)


def agree(one, other):
    """Whether two fingerprints are of the same run.

    A setting that one of them does not know counts as its default, so a state of an earlier version can be resumed
    after settings have been added.
    """
    try:
        first, second = parse_json(one), parse_json(other)
    except ValueError:
        return False
    if not isinstance(first, dict) or not isinstance(second, dict) or first.get("name") != second.get("name"):
        return False
    for key in _WHERE_KNOWN:
        if key not in first or key not in second:
            first.pop(key, None), second.pop(key, None)
    defaults = plain(_settings(toolbox_tree(), first["name"]))
    return completed(first, defaults) == completed(second, defaults)


def _settings(config, name):
    node = registry.settings_node(name)
    model = _without(config.MODEL[node] if node else {}, _MODEL_OTHERS)
    model.update({key: config.MODEL[key] for key in registry.model_keys(name)})
    return {
        "train": _without(config.TRAIN, _TRAIN_OTHERS),
        "model": model,
        "optimizer": dict(config.MODEL.RFACENET.OPTIMIZER),
        "augment": plain(config.MODEL.RFACENET.AUGMENT),
        "runtime": _without(config.MODEL.RFACENET.RUNTIME, _RUNTIME_OTHERS),
    }


def _without(node, keys):
    return {key: value for key, value in node.items() if key not in keys}
