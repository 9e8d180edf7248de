"""Our models inside a real rPPG-Toolbox checkout.

:func:`activate` is what the one line in the checkout's ``main.py`` calls, before anything else of the checkout is
imported. What it relies on stands in :mod:`.contract`. The toolbox's own models and signal methods run as they are:
their loaders, their memory and what they print are not touched unless ``MODEL.RFACENET.RUNTIME`` asks for it.
"""

import functools
import importlib
import importlib.util
import os
import sys

from ...config.node import add_settings, rfacenet_node
from ...config.read import name_resampled
from ...config.splits_used import splits_used
from ...errors import ConfigError, DataError, InstallError, closest, print_uncaught_errors_alone, printable
from ...methods import registry
from ...runtime import failures, plugins
from . import contract, loaders
from .config_errors import explained
from .host import ToolboxHost
from .missing_modules import allow_missing
from .rebinding import constants, knows_data_set, rebind
from .signal_waveforms import keep_waveforms


def activate():
    """Plug in. Cheap (no torch), and safe to repeat, in the worker processes that import main again too.

    Raises:
        InstallError: the module ``config`` that Python finds here is not the toolbox's.
    """
    print_uncaught_errors_alone()
    settings = importlib.import_module(contract.SETTINGS)
    wanted = contract.TREE, contract.GET_CONFIG
    if not all(hasattr(settings, name) for name in wanted):
        raise InstallError(
            f"the module {contract.SETTINGS!r} is {settings.__file__}, which has no {' and '.join(wanted)} as the "
            f"rPPG-Toolbox's has. Run main.py from the root of the checkout, and take other folders with a "
            f"{contract.SETTINGS_FILE} off PYTHONPATH."
        )
    root = os.path.dirname(os.path.abspath(settings.__file__))
    allow_missing(root, contract.OPTIONAL_MODULES)
    tree, get_config = (getattr(settings, name) for name in wanted)
    add_settings(tree)
    if not hasattr(get_config, "toolbox_get_config"):
        setattr(settings, contract.GET_CONFIG, _with_our_models(get_config, tree, root))


def _with_our_models(get_config, tree, root):
    @functools.wraps(get_config)
    def wrapper(args):
        plugins.import_all()
        add_settings(tree)  # of methods that were registered after the plug-in was activated
        config = explained(get_config, args, tree)
        if config.MODEL.RFACENET.RESAMPLE:
            _read_resampled(config)
        _set_up_run(config, sys.modules["__main__"], root)
        return config

    wrapper.toolbox_get_config = get_config
    return wrapper


def _read_resampled(config):
    """Resampled clips are read from the cache that the standalone host fills; the toolbox would not resample."""
    for split in splits_used(config):
        if config[split].DATA.DO_PREPROCESS:
            raise ConfigError(
                f"MODEL.RFACENET.RESAMPLE is True and {split}.DATA.DO_PREPROCESS is True, and the toolbox preprocesses "
                f"recordings at their own frame rate. Run the config in the standalone host, which resamples, or let "
                f"it fill the same CACHED_PATH, and set DO_PREPROCESS to False here."
            )
    config.defrost()
    name_resampled(config)
    config.freeze()


def _set_up_run(config, main, root):
    runtime = config.MODEL.RFACENET.RUNTIME
    loaders.reseed(main, runtime.SEED)
    if config.TOOLBOX_MODE == "unsupervised_method":
        from ...config import check_method_names

        check_method_names(config.UNSUPERVISED.METHOD)
        _look_at_recordings(config, refuse_missing=True)
        loaders.set_up_built_in(main, runtime)
        keep_waveforms(main, root)
    elif registry.adds_to_toolbox(config.MODEL.NAME):
        _set_up_ours(config, main, root)
    else:
        _refuse_misspelt(config.MODEL.NAME, main)
        _refuse_ours(config)
        _look_at_recordings(config, refuse_missing=False)
        loaders.set_up_built_in(main, runtime)


def _look_at_recordings(config, refuse_missing):
    """The toolbox's own models go on whatever the recordings' times say, unless BUILT_IN_MODELS asks for more. Where
    there are none, it ends with a traceback, which a warning explains if it is not to be refused."""
    from ...datasets.splits import check_times_if_there, check_toolbox_source, told_times

    for split in splits_used(config):
        try:
            check_toolbox_source(split, config[split].DATA)
        except DataError as error:
            if refuse_missing:
                raise
            print(f"Warning: {error}")
        if config.MODEL.RFACENET.RUNTIME.BUILT_IN_MODELS:
            check_times_if_there(config[split].DATA, config.MODEL.RFACENET.RESAMPLE)
            continue
        sentence = None if config.MODEL.RFACENET.RESAMPLE else told_times(config[split].DATA)
        if sentence:
            print(printable(f"Warning: {split}: {sentence}"))


def _set_up_ours(config, main, root):
    from ...config import check
    from ...config.no_effect import no_effect_remarks
    from ..job import check_files

    check(config, host=ToolboxHost.name)
    _check_backends(config, root)
    _check_data_sets(config, root)
    _check_sources(config)
    host = ToolboxHost(root)
    _name_validation_set(config)
    check_files(config)
    host.check_apart(config)
    host.print_warnings(config)
    for sentence in no_effect_remarks(config):
        print(sentence)
    loaders.set_loader(main, config.MODEL.RFACENET.RUNTIME)
    for function in contract.MODEL_FUNCTIONS:
        rebind(main, function, lambda original: _dispatcher(original, root))


def _name_validation_set(config):
    """main.py looks VALID's data set up even where USE_LAST_EPOCH leaves it alone, and ends if it has no name."""
    if config.TOOLBOX_MODE == "train_and_test" and config.TEST.USE_LAST_EPOCH and not config.VALID.DATA.DATASET:
        config.defrost()
        config.VALID.DATA.DATASET = config.TRAIN.DATA.DATASET
        config.freeze()


def _check_data_sets(config, root):
    """main.py finds a data set that it does not know only once those before it are preprocessed."""
    with open(os.path.join(root, contract.MAIN_FILE), encoding="utf-8") as file:
        source = file.read()
    for split in splits_used(config):
        name = config[split].DATA.DATASET
        if not knows_data_set(source, name):
            raise ConfigError(
                f"{split}.DATA.DATASET is {name!r}, which the main.py of this checkout does not know. Name one that it "
                f"knows, or run the config in the standalone host."
            )


def _check_sources(config):
    """What a split is read from is checked for the data sets that the standalone host reads, too."""
    from ...datasets.readers import DATASETS
    from ...datasets.splits import check_source

    for split in splits_used(config):
        data = config[split].DATA
        if data.DATASET and not data.DATA_PATH:
            raise ConfigError(
                f"{split}.DATA.DATA_PATH is empty, and the toolbox's main.py then leaves {split} out, also where all "
                f"its clips are cached. Set it to the folder of {data.DATASET}."
            )
        if data.DATASET in DATASETS:
            check_source(split, data, config.MODEL.RFACENET.RESAMPLE)


def _dispatcher(original, root):
    """main's function, in which the names that we add are ours and every other name stays main's."""

    @functools.wraps(original)
    def dispatch(config, data_loader_dict):
        if not registry.adds_to_toolbox(config.MODEL.NAME):
            return original(config, data_loader_dict)
        from ..job import run

        host = ToolboxHost(root)
        loaders_of = {split: data_loader_dict.get(split) for split in contract.SPLITS}
        with failures.explained():
            host.check_complete(config, loaders_of)
            host.check_loaded(config, loaders_of)
            host.print_split(loaders_of)
            return run(config, loaders_of, host)

    return dispatch


def _refuse_misspelt(name, main):
    """main.py finds an unknown name only after preprocessing. Names that it compares with are its own business."""
    served = set().union(*(constants(getattr(main, function, None)) for function in contract.MODEL_FUNCTIONS))
    ours = [known for known in registry.names() if registry.adds_to_toolbox(known)]
    if name not in served and not registry.is_registered(name) and closest(name, ours, 0.8):
        raise registry.unknown_name(name)


def _refuse_ours(config):
    """The toolbox's trainers have optimizers, clips and tests of their own, which these settings would not reach."""
    if config.MODEL.RFACENET.RUNTIME.TENSORBOARD and config.TOOLBOX_MODE == "train_and_test":
        raise ConfigError(
            f"MODEL.RFACENET.RUNTIME.TENSORBOARD is True, and in a checkout {config.MODEL.NAME} is the toolbox's own "
            f"model, whose trainer does not write scalars. Leave it out, or run the config outside the checkout."
        )
    nodes = {"OPTIMIZER": registry.toolbox_optimizer(config.MODEL.NAME), "AUGMENT": {}, "TEST": {}}
    if config.TOOLBOX_MODE != "train_and_test":
        del nodes["OPTIMIZER"], nodes["AUGMENT"]
    defaults = rfacenet_node()
    for node, theirs in nodes.items():
        for key, default in defaults[node].items():
            value = config.MODEL.RFACENET[node][key]
            if value not in (default, theirs.get(key, default)):
                raise ConfigError(
                    f"MODEL.RFACENET.{node}.{key} is {value!r}, and in a checkout {config.MODEL.NAME} is the toolbox's "
                    f"own model, whose trainer does not read it. Leave it out, or run the config outside the checkout."
                )


def _check_backends(config, root):
    """A detector that this revision or machine lacks would fail in every preprocessing process."""
    with open(os.path.join(root, contract.BASE_LOADER_FILE), encoding="utf-8") as file:
        source = file.read()
    for split in splits_used(config):
        data = config[split].DATA
        crop = data.PREPROCESS.CROP_FACE
        for prefix, (detector, module) in contract.BACKENDS.items():
            if not (data.DO_PREPROCESS and crop.DO_CROP_FACE and crop.BACKEND.startswith(prefix)):
                continue
            key = f"{split}.DATA.PREPROCESS.CROP_FACE.BACKEND is {crop.BACKEND!r}"
            if detector not in source:
                raise ConfigError(f"{key}, and this revision of the toolbox has no {detector}. HC is there in all.")
            if importlib.util.find_spec(module) is None:
                pip_name = contract.OPTIONAL_MODULES.get(module, module)
                raise ConfigError(
                    f"{key}, which needs the module {module}, and this Python has none. Run 'pip install {pip_name}', "
                    f"or use HC."
                )
