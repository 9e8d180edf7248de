"""What the method of ``MODEL.NAME`` gets of a configuration: its own settings and its clips; both are checked here."""

from yacs.config import CfgNode

from ..datasets.stmaps import MAP_TYPES, clip_size
from ..errors import ConfigError, ShapeError
from ..methods import registry

#: how test clips pass through the network: as in training, in segments that it takes whole, in windows that are joined
TEST_CLIPS = ("as_trained", "segments", "joined")


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
    height, width, _ = clip_size(preprocess)
    return ClipSpec(
        frames=preprocess.CHUNK_LENGTH,
        height=height,
        width=width,
        fs_hz=data.FS,
        is_derivative=preprocess.LABEL_TYPE == "DiffNormalized",
        num_gpus=config.NUM_OF_GPU_TRAIN,
        has_own_rates=data.DATASET in DATASETS and DATASETS[data.DATASET].has_own_rates,
    )


def trained_frames(config):
    """Frames of the clips that the network was trained on: its own setting, or else TRAIN's CHUNK_LENGTH.

    Where test clips are as trained, theirs, for a config that only tests need not have TRAIN's.
    """
    frames = _setting(config, registry.learner_class(config.MODEL.NAME).needs.frames_setting)[1]
    if frames is not None:
        return frames
    split = "TEST" if config.MODEL.RFACENET.TEST.CLIPS == "as_trained" else "TRAIN"
    return config[split].DATA.PREPROCESS.CHUNK_LENGTH


def check(config, splits):
    """Refuse clips that the method does not take, and settings that it cannot have.

    Args:
        config: the whole tree.
        splits: those that are used, such as ``["TRAIN", "TEST"]``; the first is the one that the model is made for.

    Raises:
        ConfigError: no such method, or a setting that does not fit; with its key, what it holds, what it may hold.
    """
    import torch

    from ..evaluation import HEART_RATE

    learner = registry.learner_class(config.MODEL.NAME)
    _check_test_clips(config, learner.needs)
    if learner.gives == HEART_RATE:
        _check_heart_rates(config)
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


def _check_heart_rates(config):
    """Refuse what needs a waveform: windows of the evaluation, and outputs that are joined from several windows."""
    gives = f"{config.MODEL.NAME} gives one heart rate per clip, and no waveform"
    clips = config.MODEL.RFACENET.TEST.CLIPS
    if clips != "as_trained":
        raise ConfigError(f"MODEL.RFACENET.TEST.CLIPS is {clips!r}; expected as_trained: {gives}.")
    if config.MODEL.RFACENET.TEST.CONTEXT:
        raise ConfigError(f"MODEL.RFACENET.TEST.CONTEXT is {config.MODEL.RFACENET.TEST.CONTEXT}; expected 0: {gives}.")
    if config.INFERENCE.EVALUATION_WINDOW.USE_SMALLER_WINDOW:
        raise ConfigError(f"INFERENCE.EVALUATION_WINDOW.USE_SMALLER_WINDOW is True; expected False: {gives}.")


def _check_test_clips(config, needs):
    settings, key = config.MODEL.RFACENET.TEST, "MODEL.RFACENET.TEST"
    if settings.CLIPS not in TEST_CLIPS:
        raise ConfigError(f"{key}.CLIPS is {settings.CLIPS!r}; expected one of {', '.join(TEST_CLIPS)}.")
    if settings.CONTEXT:
        _check_context(config, needs)
    if settings.CLIPS == "as_trained":
        return
    if needs.data_format != "NCDHW":
        raise ConfigError(
            f"{key}.CLIPS is {settings.CLIPS!r}, and {config.MODEL.NAME} works frame by frame: CHUNK_LENGTH of TEST "
            f"may differ from TRAIN's anyway. Leave the setting at as_trained."
        )
    frames, shortest_s = trained_frames(config), trained_frames(config) / config.TEST.DATA.FS
    if settings.CLIPS == "segments" and shortest_s > settings.SEGMENT_S:
        raise ConfigError(
            f"{key}.SEGMENT_S is {settings.SEGMENT_S:g}; expected {shortest_s:.2f} s or more, as {config.MODEL.NAME} "
            f"is trained on {frames} frames."
        )
    if not config.TEST.DATA.PREPROCESS.DO_CHUNK and config.INFERENCE.BATCH_SIZE != 1:
        raise ConfigError(
            f"INFERENCE.BATCH_SIZE is {config.INFERENCE.BATCH_SIZE} and TEST.DATA.PREPROCESS.DO_CHUNK is False: whole "
            f"recordings differ in length, so a batch can hold only one. Set BATCH_SIZE to 1."
        )


def _check_context(config, needs):
    """Frames at either side of clips that are cut from recordings, for networks that take any length."""
    settings, key, frames = config.MODEL.RFACENET.TEST, "MODEL.RFACENET.TEST.CONTEXT", trained_frames(config)
    if settings.CLIPS != "as_trained" or not config.TEST.DATA.PREPROCESS.DO_CHUNK:
        raise ConfigError(
            f"{key} is {settings.CONTEXT}, which is for clips like those of the training. Set it to 0, or set "
            f"TEST.CLIPS to as_trained and TEST.DATA.PREPROCESS.DO_CHUNK to True."
        )
    if needs.data_format != "NCDHW":
        raise ConfigError(f"{key} is {settings.CONTEXT}, and {config.MODEL.NAME} works frame by frame. Set it to 0.")
    factor = needs.frames_multiple_of
    if settings.CONTEXT < 0 or 2 * settings.CONTEXT % factor:
        raise ConfigError(
            f"{key} is {settings.CONTEXT}; expected 0 or more, where {frames} + 2 x CONTEXT frames are a multiple of "
            f"{factor}."
        )


def _check_clips(config, split, needs):
    method, key = config.MODEL.NAME, f"{split}.DATA"
    found, preprocess = config[split].DATA.DATA_FORMAT, config[split].DATA.PREPROCESS
    if not preprocess.DO_CHUNK and not _may_be_longer(config, split):
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
    types = list(preprocess.DATA_TYPE)
    if needs.map_types and types[0] not in needs.map_types:
        raise ConfigError(
            f"{key}.PREPROCESS.DATA_TYPE is {types}; {method} takes maps of skin colour: "
            f"{' or '.join(f'[{one}]' for one in needs.map_types)}."
        )
    if not needs.map_types and types[0] in MAP_TYPES:
        raise ConfigError(f"{key}.PREPROCESS.DATA_TYPE is {types}, a map of skin colour; {method} takes frames.")
    if min(preprocess.RESIZE.W, preprocess.RESIZE.H) < needs.smallest_side:
        raise ConfigError(
            f"{key}.PREPROCESS.RESIZE is W {preprocess.RESIZE.W}, H {preprocess.RESIZE.H}; {method} takes "
            f"{needs.smallest_side} or more for both."
        )
    if preprocess.RESIZE.W % needs.side_multiple_of or preprocess.RESIZE.H % needs.side_multiple_of:
        raise ConfigError(
            f"{key}.PREPROCESS.RESIZE is W {preprocess.RESIZE.W}, H {preprocess.RESIZE.H}; {method} takes multiples of "
            f"{needs.side_multiple_of} for both."
        )


def _may_be_longer(config, split):
    return split == "TEST" and config.MODEL.RFACENET.TEST.CLIPS != "as_trained"


def _check_length(config, splits, needs):
    """CHUNK_LENGTH: a multiple of so many frames, as many as a setting says, or at least as many."""
    key = "{}.DATA.PREPROCESS.CHUNK_LENGTH"
    lengths = {key.format(split): clips_of(config, split).frames for split in splits}
    frames_key, frames = _setting(config, needs.frames_setting)
    if _may_be_longer(config, "TEST"):
        longer = lengths.pop(key.format("TEST"))
        if config.TEST.DATA.PREPROCESS.DO_CHUNK and longer < trained_frames(config):
            raise ConfigError(
                f"{key.format('TEST')} is {longer}, and {config.MODEL.NAME} is trained on {trained_frames(config)} "
                f"frames; expected as many or more."
            )
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
