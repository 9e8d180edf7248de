"""What is checked before a run starts: settings that do not fit each other, hosts that lack what a setting asks for."""

import os

from ..errors import CheckpointError, ConfigError, EvaluationError, check_distinct, unknown
from ..methods import registry
from ..runtime import limits, weights_path
from ..runtime.files import check_writable
from . import augmentation, between_splits, method, optimizer
from .splits_used import splits_used

#: bytes of MODEL_FILE_NAME: the endings of the files, and of those that are being written, need the rest of 255
_LONGEST_NAME = 190
#: the toolbox's face detectors, by the start of their name, over all revisions
TOOLBOX_BACKENDS = ("HC", "Y5F", "RF")


def check(config, host):
    """Refuse a configuration that would fail later, before anything is read or trained.

    Args:
        config: the whole tree, after the paths were derived.
        host: ``"standalone"`` or ``"toolbox"``.

    Raises:
        ConfigError: with the key, what it holds, what it may hold.
    """
    from ..runtime import machine, speed
    from .no_effect import check_no_effect

    _check_texts(config)
    if config.TOOLBOX_MODE == "unsupervised_method":
        _check_signal_methods(config, host)
        check_no_effect(config, ["UNSUPERVISED"])
        return
    name = config.MODEL.NAME
    if not registry.is_registered(name):
        raise registry.unknown_name(name)
    splits = splits_used(config)
    for split in splits:
        _check_data(config[split].DATA, split, host)
    check_no_effect(config, splits)
    check_writable("LOG.PATH", config.LOG.PATH)
    if config.TOOLBOX_MODE == "train_and_test":
        _check_training(config)
    _check_evaluation(config.INFERENCE, config.TEST.DATA.FS)
    _check_machine(config)
    speed.check(config.MODEL.RFACENET.RUNTIME, machine.available_device(config.DEVICE))
    if config.TOOLBOX_MODE == "only_test" and not os.path.isfile(config.INFERENCE.MODEL_PATH):
        raise ConfigError(
            f"INFERENCE.MODEL_PATH is {config.INFERENCE.MODEL_PATH!r}, and there is no such file. "
            f"only_test needs the .pth of a trained model."
        )
    method.check(config, splits)
    between_splits.check(config, splits)


def _check_texts(node, key=""):
    """Refuse ``~``, which only a shell takes for the home folder: either host would make a folder of that name; and a
    NUL, which no file's name has."""
    for name in sorted(node, key=lambda name: name != "LOG"):  # from which other paths are derived
        value, full = node[name], f"{key}{name}"
        if isinstance(value, dict):
            _check_texts(value, f"{full}.")
        elif isinstance(value, str) and "\0" in value:
            raise ConfigError(f"{full} is {value!r}, with a NUL character in it. Take it out.")
        elif isinstance(value, str) and value.startswith("~") and name.endswith(("PATH", "DIR", "INIT", "RESUME")):
            raise ConfigError(
                f"{full} begins with '~', which means the home folder only in a shell. Write the whole path, which "
                f"begins with {os.path.expanduser('~')}."
            )


def check_method_names(names):
    """Refuse an unknown ``UNSUPERVISED.METHOD``.

    Raises:
        ConfigError: no names, one that is there twice, or one that is no signal method; the message says which.
    """
    from ..methods.signal import METHODS

    if not names:
        raise ConfigError(f"UNSUPERVISED.METHOD is empty; expected names of signal methods: {', '.join(METHODS)}.")
    for name in names:
        if name not in METHODS:
            raise ConfigError(unknown("A method of UNSUPERVISED.METHOD", name, METHODS))
    check_distinct("UNSUPERVISED.METHOD", names)


def _check_signal_methods(config, host):
    data, key = config.UNSUPERVISED.DATA, "UNSUPERVISED.DATA"
    check_method_names(config.UNSUPERVISED.METHOD)
    _check_data(data, "UNSUPERVISED", host)
    if data.DATA_FORMAT != "NDHWC":
        raise ConfigError(f"{key}.DATA_FORMAT is {data.DATA_FORMAT!r}; the signal methods take NDHWC.")
    types = data.PREPROCESS.DATA_TYPE
    if types[0] != "Raw":
        raise ConfigError(
            f"{key}.PREPROCESS.DATA_TYPE is {types}; the signal methods take the colours as they are: [Raw]."
        )
    if data.PREPROCESS.LABEL_TYPE == "DiffNormalized":
        raise ConfigError(
            f"{key}.PREPROCESS.LABEL_TYPE is 'DiffNormalized', a derivative, and the signal methods give the pulse "
            f"itself. Use Raw."
        )
    check_writable("LOG.PATH", config.LOG.PATH)
    _check_evaluation(config.INFERENCE, data.FS)
    _check_machine(config)


def _check_data(data, split, host):
    if host == "standalone":
        from ..datasets.splits import check_split

        check_split(split, data)
    else:
        check_toolbox_data(data, f"{split}.DATA")
    if not limits.within(data.FS, limits.FS_HZ):
        low, high = limits.FS_HZ
        raise ConfigError(
            f"{split}.DATA.FS is {data.FS}; expected the frame rate in Hz, {low} to {high}; PURE and UBFC-rPPG have 30."
        )
    if data.DO_PREPROCESS:
        check_writable(f"{split}.DATA.CACHED_PATH", data.CACHED_PATH)


def check_toolbox_data(data, key):
    """What the toolbox would notice in its preprocessing processes alone, which drop the recordings without a word."""
    from ..datasets.clip_cache import check_cached_path
    from ..datasets.normalise import FRAME_TYPES, LABEL_TYPES, TOOLBOX_FRAME_TYPES
    from ..datasets.readers import own_settings
    from ..datasets.stmaps import MAP_TYPES

    if own_settings(data) is not None:
        raise ConfigError(
            f"{key}.DATASET is {data.DATASET!r}, which only the standalone host reads. Run the config outside the "
            f"checkout, with 'rfacenet run --config_file'."
        )
    crop = data.PREPROCESS.CROP_FACE
    if data.DO_PREPROCESS and crop.DO_CROP_FACE and not crop.BACKEND.startswith(TOOLBOX_BACKENDS):
        raise ConfigError(
            f"{key}.PREPROCESS.CROP_FACE.BACKEND is {crop.BACKEND!r}; the toolbox has {', '.join(TOOLBOX_BACKENDS)}. "
            f"HC, OpenCV's Haar cascade, is there in both hosts. Clips that the standalone host made with the same "
            f"config are taken as they are with DO_PREPROCESS: False."
        )
    try:
        check_cached_path(data.CACHED_PATH)
    except ConfigError as error:
        raise ConfigError(f"{key}: {error}") from error
    known = TOOLBOX_FRAME_TYPES if data.DO_PREPROCESS else (*FRAME_TYPES, *MAP_TYPES)
    for data_type in data.PREPROCESS.DATA_TYPE:
        _one_of(f"In a checkout {key}.PREPROCESS.DATA_TYPE", data_type, known)
    _one_of(f"{key}.PREPROCESS.LABEL_TYPE", data.PREPROCESS.LABEL_TYPE, LABEL_TYPES)


def _check_training(config):
    for key, value in (("EPOCHS", config.TRAIN.EPOCHS), ("BATCH_SIZE", config.TRAIN.BATCH_SIZE)):
        if value < 1:
            raise ConfigError(f"TRAIN.{key} is {value}; expected 1 or more.")
    if config.TRAIN.LR <= 0:
        raise ConfigError(f"TRAIN.LR is {config.TRAIN.LR}; expected more than 0, such as 9e-3.")
    _check_file_name(config.TRAIN.MODEL_FILE_NAME)
    optimizer.check(config.MODEL.RFACENET.OPTIMIZER, config.MODEL.RFACENET.RUNTIME)
    augmentation.check(config)
    if config.MODEL.RFACENET.INIT:
        _check_init(config.MODEL.RFACENET.INIT)


def _check_file_name(name):
    if not name:
        raise ConfigError("TRAIN.MODEL_FILE_NAME is empty; weights are saved as <MODEL_FILE_NAME>_Epoch<k>.pth.")
    if os.path.isabs(name) or ".." in name.replace("\\", "/").split("/") or not name.isprintable():
        raise ConfigError(
            f"TRAIN.MODEL_FILE_NAME is {name!r}; expected the beginning of a file name within MODEL_DIR. LOG.PATH says "
            f"where a run's files go."
        )
    longest = max(len(os.fsencode(part)) for part in name.split("/"))
    if longest > _LONGEST_NAME:
        raise ConfigError(
            f"TRAIN.MODEL_FILE_NAME has {longest} bytes; expected at most {_LONGEST_NAME}, as file systems take names "
            f"of 255 and the endings need the rest."
        )


def _check_init(init):
    try:
        weights_path.resolve(init)
    except CheckpointError as error:
        raise ConfigError(
            f"MODEL.RFACENET.INIT is {init!r}. {error} Expected a .safetensors or .pth file, {weights_path.PACKAGE} "
            f"for the weights that the package ships, or '' to start without any."
        ) from error


def _check_evaluation(inference, fs_hz):
    from ..evaluation import METHODS, window_bounds

    _one_of("INFERENCE.EVALUATION_METHOD", inference.EVALUATION_METHOD, METHODS)
    if inference.BATCH_SIZE < 1:
        raise ConfigError(f"INFERENCE.BATCH_SIZE is {inference.BATCH_SIZE}; expected 1 or more.")
    window = inference.EVALUATION_WINDOW
    if window.USE_SMALLER_WINDOW:
        try:
            window_bounds(0, fs_hz, window.WINDOW_SIZE)
        except EvaluationError as error:
            raise ConfigError(f"INFERENCE.EVALUATION_WINDOW.WINDOW_SIZE: {error}") from error


def _check_machine(config):
    from ..runtime import machine

    machine.check_device("DEVICE", config.DEVICE)
    runtime = config.MODEL.RFACENET.RUNTIME
    _one_of("MODEL.RFACENET.RUNTIME.PRECISION", runtime.PRECISION, ("fp32", "bf16"))
    if not -1 <= runtime.WORKERS <= limits.WORKERS:
        raise ConfigError(
            f"MODEL.RFACENET.RUNTIME.WORKERS is {runtime.WORKERS}; expected 0 to {limits.WORKERS} processes, or -1 for "
            f"the toolbox's number."
        )
    seed = runtime.SEED
    if not 0 <= seed < 2**32:
        raise ConfigError(f"MODEL.RFACENET.RUNTIME.SEED is {seed}; expected 0 to {2**32 - 1}, which NumPy takes.")


def _one_of(key, value, allowed):
    if value not in allowed:
        raise ConfigError(f"{key} is {value!r}; expected one of {', '.join(allowed)}.")
