"""What the method of ``MODEL.NAME`` gets of a configuration: its own settings and its clips; both are checked here."""

from yacs.config import CfgNode

from ..errors import ConfigError, ShapeError
from ..methods import registry


def settings_of(config):
    """The method's settings: its node below ``MODEL``, and what it reads of ``MODEL`` itself; None where it has none.

    Raises:
        ConfigError: no such method.
    """
    node, keys = registry.settings_node(config.MODEL.NAME), registry.model_keys(config.MODEL.NAME)
    if not keys:
        return None if node is None else config.MODEL[node]
    return CfgNode({**(config.MODEL[node] if node else {}), **{key: config.MODEL[key] for key in keys}})


def clips_of(config, split):
    """The :class:`~rfacenet_toolbox.methods.learner.ClipSpec` of a split such as ``"TRAIN"``."""
    from ..datasets.readers import DATASETS
    from ..methods.learner import ClipSpec

    data = config[split].DATA
    preprocess = data.PREPROCESS
    return ClipSpec(
        frames=preprocess.CHUNK_LENGTH,
        height=preprocess.RESIZE.H,
        width=preprocess.RESIZE.W,
        fs_hz=data.FS,
        is_derivative=preprocess.LABEL_TYPE == "DiffNormalized",
        num_gpus=config.NUM_OF_GPU_TRAIN,
        has_own_rates=data.DATASET in DATASETS and DATASETS[data.DATASET].has_own_rates,
    )


def check(config, splits):
    """Refuse clips that the method does not take, and settings that it cannot have.

    Args:
        config: the whole tree.
        splits: those that are used, such as ``["TRAIN", "TEST"]``; the first is the one that the model is made for.

    Raises:
        ConfigError: no such method, or a setting that does not fit; with its key, what it holds, what it may hold.
    """
    import torch

    learner = registry.learner_class(config.MODEL.NAME)
    for split in splits:
        _check_clips(config, split, learner.needs)
    _check_length(config, splits, learner.needs)
    if learner.needs.square:
        _check_square(config, splits)
    try:
        with torch.random.fork_rng(devices=[]):  # in a checkout the generator is seeded before this
            learner.check(settings_of(config), clips_of(config, splits[0]), training="TRAIN" in splits)
    except ShapeError as error:
        raise ConfigError(f"{_settings_key(config)}: {error}") from error


def _check_clips(config, split, needs):
    method, key = config.MODEL.NAME, f"{split}.DATA"
    found, preprocess = config[split].DATA.DATA_FORMAT, config[split].DATA.PREPROCESS
    if not preprocess.DO_CHUNK:
        raise ConfigError(
            f"{key}.PREPROCESS.DO_CHUNK is False, and {method} takes clips of CHUNK_LENGTH frames. Set DO_CHUNK to "
            f"True."
        )
    if found != needs.data_format:
        raise ConfigError(f"{key}.DATA_FORMAT is {found!r}; {method} takes {needs.data_format}.")
    if len(preprocess.DATA_TYPE) != needs.data_types:
        raise ConfigError(
            f"{key}.PREPROCESS.DATA_TYPE is {preprocess.DATA_TYPE}; {method} takes "
            f"{ {1: 'one', 2: 'two'}.get(needs.data_types, needs.data_types) }."
        )
    if min(preprocess.RESIZE.W, preprocess.RESIZE.H) < needs.smallest_side:
        side = needs.smallest_side
        raise ConfigError(f"{key}.PREPROCESS.RESIZE is below {side}x{side}, the smallest that {method} takes.")
    if preprocess.RESIZE.W % needs.side_multiple_of or preprocess.RESIZE.H % needs.side_multiple_of:
        raise ConfigError(
            f"{key}.PREPROCESS.RESIZE is W {preprocess.RESIZE.W}, H {preprocess.RESIZE.H}; {method} takes multiples of "
            f"{needs.side_multiple_of} for both."
        )


def _check_length(config, splits, needs):
    """CHUNK_LENGTH: a multiple of so many frames, as many as a setting says, or at least as many."""
    lengths = {f"{split}.DATA.PREPROCESS.CHUNK_LENGTH": clips_of(config, split).frames for split in splits}
    frames_key, frames = _setting(config, needs.frames_setting)
    for key, length in {frames_key: frames}.items() if frames_key else lengths.items():
        factor = needs.frames_multiple_of
        if length < 1 or length % factor:
            nearest = max(1, length // factor) * factor
            raise ConfigError(f"{key} is {length}; expected a multiple of {factor}, such as {nearest}.")
    for key, length in lengths.items():
        if frames_key and length != frames:
            raise ConfigError(
                f"{key} is {length}, and {frames_key} is {frames}. {config.MODEL.NAME} takes clips of exactly that "
                f"many frames: make the two numbers equal."
            )
    if needs.depth_setting:
        _check_depth(config, lengths, *_setting(config, needs.depth_setting))


def _check_depth(config, lengths, key, depth):
    gpus = config.NUM_OF_GPU_TRAIN
    if depth < 1 or gpus < 1:
        raise ConfigError(f"{key} is {depth} and NUM_OF_GPU_TRAIN {gpus}; expected 1 or more for both.")
    for length_key, length in lengths.items():
        if length < depth * gpus:
            raise ConfigError(
                f"{length_key} is {length}, and {key} times NUM_OF_GPU_TRAIN is {depth * gpus}. A batch is cut to a "
                f"multiple of that, which would take whole clips away: use longer clips."
            )


def _check_square(config, splits):
    sizes = {split: config[split].DATA.PREPROCESS.RESIZE for split in splits}
    side = sizes[splits[0]].H
    for split, size in sizes.items():
        if {size.W, size.H} != {side}:
            raise ConfigError(
                f"{split}.DATA.PREPROCESS.RESIZE is W {size.W}, H {size.H}; {config.MODEL.NAME} takes square frames, "
                f"of one size in all splits. Its dense layer is made for {splits[0]}'s H, {side}."
            )


def _setting(config, name):
    """``(key, value)`` of a setting of the method's; ``(None, None)`` of none."""
    return (f"{_settings_key(config)}.{name}", settings_of(config)[name]) if name else (None, None)


def _settings_key(config):
    node = registry.settings_node(config.MODEL.NAME)
    return f"MODEL.{node}" if node else f"MODEL.NAME {config.MODEL.NAME}"
