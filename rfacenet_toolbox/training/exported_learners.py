"""A learner of the registry from the file that ``rfacenet export`` wrote, for inference.

The networks of :mod:`.inference` show most of their settings in their parameters. Those of all other methods are built
as the trainer builds them, from the method's own settings, which the file's metadata hold as JSON.
"""

import copy
import json

from yacs.config import CfgNode

from ..config.tree import plain, toolbox_tree
from ..datasets.stmaps import MAP_TYPES
from ..errors import CheckpointError, ConfigError, ShapeError
from ..methods import registry
from ..methods.learner import ClipSpec
from ..runtime import limits
from . import state_dicts, weights_files, weights_metadata
from .weights_metadata import EXPORT_AGAIN


def settings_text(settings):
    """A method's settings, a node or None, as the metadata hold them."""
    return json.dumps(plain(settings) if settings is not None else {}, sort_keys=True)


def read(method, path):
    """``(learner, clip settings, path)`` of a file: the learner in evaluation mode, on the CPU.

    Args:
        method: of :func:`~.weights_metadata.learner_methods`.
        path: a ``.safetensors`` of ``rfacenet export``, or the ``.pth`` of a method that the toolbox trains, too.

    Raises:
        CheckpointError: there is no such file; it does not say how its clips are made; it holds another network, or
            settings that no network has.
    """
    file = weights_files.read(path)
    metadata = file.metadata
    if not metadata:
        metadata = {"method": method, **weights_metadata.LEARNER_DEFAULTS.get(method, {})}
    if "frames" not in metadata:
        raise CheckpointError(
            f"{file.path} does not say how its clips are made. Give --weights (weights=) the .safetensors that "
            f"rfacenet export wrote for a run of {weights_metadata.learner_methods()[method]}."
        )
    weights_metadata.check_method(file.path, metadata, method)
    metadata = {**weights_metadata.LEARNER_DEFAULTS.get(method, {"size": "128", "fs_hz": "30"}), **metadata}
    clips = weights_metadata.clip_settings(file.path, metadata)
    name = weights_metadata.learner_methods()[method]
    _check_clips(file.path, name, clips)
    settings = _settings(file.path, name, metadata.get("settings", "{}"))
    clips = _whole_depths(file.path, clips, name, settings)
    learner = _built(file, name, settings, _spec(clips))
    learner.model.eval()
    return learner, clips, file.path


def _whole_depths(path, clips, name, settings):
    """Clips of as many frames as are a multiple of those that the network takes at once."""
    setting = registry.learner_class(name).needs.depth_setting
    depth = max(1, settings[setting]) if setting else 1
    if depth > clips.frames:
        raise CheckpointError(
            f"{path} says that frames is {clips.frames} and {setting} {depth}; expected clips of at least as many "
            f"frames. {EXPORT_AGAIN}"
        )
    return clips._replace(frames=clips.frames // depth * depth)


def _spec(clips):
    height, width = clips.size, clips.size
    if clips.data_types[0] in MAP_TYPES:
        height, width = MAP_TYPES[clips.data_types[0]].rows, 1
    return ClipSpec(clips.frames, height, width, clips.fs_hz, clips.is_derivative)


def _check_clips(path, name, clips):
    """Refuse clips that the method does not take."""
    needs = registry.learner_class(name).needs
    wanted = needs.map_types or f"{needs.data_types} of {', '.join(weights_metadata.FRAME_TYPES)}"
    is_map = clips.data_types[0] in MAP_TYPES
    fits = clips.data_types[0] in needs.map_types if needs.map_types else not is_map
    if not fits or len(clips.data_types) != needs.data_types or clips.frames % needs.frames_multiple_of:
        raise CheckpointError(
            f"{path} says that data_type is {','.join(clips.data_types)!r} and frames {clips.frames}; {name} takes "
            f"{wanted}, and a multiple of {needs.frames_multiple_of} frames. {EXPORT_AGAIN}"
        )
    if not needs.map_types and clips.size < needs.smallest_side:
        raise CheckpointError(
            f"{path} says that size is {clips.size}; {name} takes {needs.smallest_side} or more. {EXPORT_AGAIN}"
        )


def _settings(path, name, text):
    """The method's settings: those that the file states, and the defaults of those that are newer than the file."""
    known = _defaults(name)
    try:
        if len(text) > limits.SETTINGS_BYTES:
            raise ValueError(f"{len(text)} characters, more than {limits.SETTINGS_BYTES}")
        stated = json.loads(text)
        for key, value in stated.items():
            _check_setting(key, value, known)
    except (ValueError, AttributeError, RecursionError) as error:  # no JSON, or none of an object
        raise CheckpointError(f"{path}: the settings of {name} are not {name}'s ({error}). {EXPORT_AGAIN}") from error
    return CfgNode({**known, **stated})


def _defaults(name):
    model = toolbox_tree().MODEL
    node, keys = registry.settings_node(name), registry.model_keys(name)
    return {**(copy.deepcopy(plain(model[node])) if node else {}), **{key: model[key] for key in keys}}


def _check_setting(key, value, known):
    if key not in known:
        raise ValueError(f"there is no {key[:80]}")
    default = known[key]
    is_same = isinstance(value, type(default)) or (isinstance(default, float) and isinstance(value, int))
    fits = all(_is_plain(one) for one in (value if isinstance(value, list) else [value]))
    if isinstance(default, list) and isinstance(value, list):
        fits = fits and {isinstance(one, str) for one in value} <= {isinstance(one, str) for one in default}
    if not is_same or isinstance(value, bool) != isinstance(default, bool) or not fits:
        raise ValueError(f"{key} is {repr(value)[:80]}, where the default is {default!r}")


def _is_plain(value):
    """Whether a value is text, or a number that a setting can be; ``math`` takes no whole number of 400 digits."""
    low, high = limits.SETTING
    return isinstance(value, str) or (isinstance(value, (int, float)) and low <= value <= high)


def _built(file, name, settings, spec):
    """The learner with the file's weights. Its size is known before any memory is taken for it."""
    try:
        with state_dicts.outline_for(file.weights, file.path):
            outline = registry.build(name, settings, spec)
        needed = {
            key: value
            for key, value in outline.model.state_dict().items()
            if not key.startswith(tuple(outline.optional_weights))
        }
        if sum(value.numel() for value in needed.values()) > sum(value.numel() for value in file.weights.values()):
            raise CheckpointError(
                f"{file.path} has fewer numbers than a {name} of its settings: {settings}. {EXPORT_AGAIN}"
            )
        learner = registry.build(name, settings, spec)
    except (ShapeError, ConfigError) as error:
        raise CheckpointError(f"{file.path} is no {name}'s: {error} {EXPORT_AGAIN}") from error
    state_dicts.fit(learner.model, file.weights, file.path, learner.optional_weights)
    return learner
