"""Our models inside a real rPPG-Toolbox checkout: the only file that knows the toolbox's module names.

:func:`activate` is what the one line in the checkout's ``main.py`` calls, before anything else of the checkout is
imported. The contract with the toolbox, the same from 2023-11 (7e33a44) to 2025-09 (d807b01):

- module ``config``: ``_C``, a yacs node whose unknown keys are errors, and ``get_config(args)``;
- module ``__main__``: functions ``train_and_test``, ``test`` and ``unsupervised_method_inference``, called with
  ``(config, loaders)``; the names ``DataLoader``, ``train_generator`` and ``general_generator``;
- ``get_config`` is called by main after these are defined and before any is used;
- module ``unsupervised_methods.unsupervised_predictor``: takes clips from ``loaders["unsupervised"]``, and calls one
  of the :data:`SIGNAL_FUNCTIONS` in its namespace for each.
"""

import contextlib
import functools
import importlib
import importlib.util
import os
import sys
from types import SimpleNamespace

from ...config.node import add_settings
from ...config.splits_used import splits_used
from ...errors import ConfigError, InstallError, closest
from ...methods import registry
from ..base import Host, print_errors_plainly, revision
from . import loaders
from .config_errors import explained
from .missing_modules import defer_imports
from .signal_waveforms import run_and_keep

#: module -> what pip calls it, for the modules that the toolbox imports
DISTRIBUTIONS = {
    "mamba_ssm": "mamba-ssm",
    "retinaface": "retina-face",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
}
#: face backend -> (the class by which BaseLoader's source betrays that this revision has it, the module it runs on)
BACKENDS = {"RF": ("RetinaFace", "retinaface"), "Y5F": ("YOLO5Face", "torchvision")}
SPLITS = ("train", "valid", "test")
#: where the toolbox runs its signal methods, and what it calls the function of each
SIGNAL_PREDICTOR = "unsupervised_methods.unsupervised_predictor"
SIGNAL_FUNCTIONS = {
    "GREEN": "GREEN",
    "ICA_POH": "ICA",
    "CHROME_DEHAAN": "CHROM",
    "LGI": "LGI",
    "PBV": "PBV",
    "POS_WANG": "POS",
    "OMIT": "OMIT",
}
CHROM_MODULE = "unsupervised_methods.methods.CHROME_DEHAAN"


def activate():
    """Plug in. Cheap (no torch), and safe to repeat, in the worker processes that import main again too.

    Raises:
        InstallError: the module ``config`` that Python finds here is not the toolbox's.
    """
    print_errors_plainly()
    settings = importlib.import_module("config")
    if not hasattr(settings, "_C") or not hasattr(settings, "get_config"):
        raise InstallError(
            f"the module 'config' is {settings.__file__}, which has no _C and get_config as the rPPG-Toolbox's has. "
            f"Run main.py from the root of the checkout, and take other folders with a config.py off PYTHONPATH."
        )
    root = os.path.dirname(os.path.abspath(settings.__file__))
    defer_imports(root, DISTRIBUTIONS)
    add_settings(settings._C)
    if not hasattr(settings.get_config, "toolbox_get_config"):
        settings.get_config = _with_our_models(settings.get_config, settings._C, root)


def _with_our_models(get_config, tree, root):
    @functools.wraps(get_config)
    def wrapper(args):
        add_settings(tree)  # of methods that were registered after the plug-in was activated
        config = explained(get_config, args, tree)
        _set_up_run(config, sys.modules["__main__"], root)
        return config

    wrapper.toolbox_get_config = get_config
    return wrapper


def _set_up_run(config, main, root):
    from ...runtime import speed

    runtime = config.MODEL.RFACENET.RUNTIME
    loaders.set_loader(main, runtime)
    loaders.reseed(main, runtime.SEED)
    if runtime.KEEP_MEMORY:
        speed.keep_freed_memory()
    if config.TOOLBOX_MODE == "unsupervised_method":
        from ...config import check_method_names

        check_method_names(config.UNSUPERVISED.METHOD)
        _keep_waveforms(main, root)
        return
    name = config.MODEL.NAME
    if registry.adds_to_toolbox(name):
        from ...config import check

        check(config, host="toolbox")
        _check_backends(config, root)
        _serve(main, root)
    else:
        _refuse_misspelt(name, main)


def _serve(main, root):
    """Rebind main's two functions, so that the names we add are ours and every other name stays main's."""
    for function in ("train_and_test", "test"):
        _rebind(main, function, root, _dispatcher)


def _rebind(main, function, root, make):
    original = getattr(main, function, None)
    if original is None:
        raise InstallError(
            f"{getattr(main, '__file__', 'the main module')} has no function {function}, which the rPPG-Toolbox's "
            f"main.py has at 7e33a44 (2023-11) and d807b01 (2025-09). Use one of these revisions, or the "
            f"standalone host."
        )
    if not hasattr(original, "toolbox_function"):
        replacement = make(original, root)
        replacement.toolbox_function = original
        setattr(main, function, replacement)


def _dispatcher(original, root):
    @functools.wraps(original)
    def dispatch(config, data_loader_dict):
        if not registry.adds_to_toolbox(config.MODEL.NAME):
            return original(config, data_loader_dict)
        from ..job import run

        host = Host("toolbox", revision(root))
        loaders = {split: data_loader_dict.get(split) for split in SPLITS}
        host.check_complete(config, loaders)
        host.print_split(loaders)
        return run(config, loaders, host)

    return dispatch


def _keep_waveforms(main, root):
    """Rebind main's function for the signal methods: it runs as it is, and its waveforms are scored and written.

    Methods that this revision lacks run with our functions, on its loader.
    """
    _rebind(main, "unsupervised_method_inference", root, _waveform_keeper)


def _waveform_keeper(original, root):
    @functools.wraps(original)
    def infer(config, data_loader):
        from ...datasets.clips import MeanColours
        from ..job import run_signal_methods

        theirs = [method for method in config.UNSUPERVISED.METHOD if method in _constants(original)]
        ours = [method for method in config.UNSUPERVISED.METHOD if method not in theirs]
        host, loader = Host("toolbox", revision(root)), data_loader["unsupervised"]
        if theirs:
            predictor = importlib.import_module(SIGNAL_PREDICTOR)
            known = _with_methods(config, theirs) if ours else config
            with _lost_names_supplied():
                run_and_keep(original, known, data_loader, host, predictor, SIGNAL_FUNCTIONS)
        if ours:
            print(f"This revision of the toolbox has no {', '.join(ours)}; the plug-in's own takes its place.")
            colours = type(loader)(MeanColours(loader.dataset), batch_size=None, num_workers=loader.num_workers)
            run_signal_methods(_with_methods(config, ours), colours, host)

    return infer


def _with_methods(config, methods):
    config = config.clone()
    config.defrost()
    config.UNSUPERVISED.METHOD = methods
    config.freeze()
    return config


@contextlib.contextmanager
def _lost_names_supplied():
    """7e33a44's CHROM asks SciPy for a window under a name that it has no more."""
    from scipy.signal import windows

    module = importlib.import_module(CHROM_MODULE)
    library = module.signal
    if not hasattr(library, "hanning"):
        module.signal = SimpleNamespace(**vars(library), hanning=windows.hann)
    try:
        yield
    finally:
        module.signal = library


def _refuse_misspelt(name, main):
    """main.py finds an unknown name only after preprocessing. Names that it compares with are its own business."""
    served = _constants(getattr(main, "train_and_test", None)) | _constants(getattr(main, "test", None))
    ours = [known for known in registry.names() if registry.adds_to_toolbox(known)]
    if name not in served and closest(name, ours, 0.8):
        raise registry.unknown_name(name)


def _constants(function):
    """The texts in a function's code: the names that it compares with are among them."""
    code = getattr(function, "__code__", None)
    return {constant for constant in getattr(code, "co_consts", ()) if isinstance(constant, str)}


def _check_backends(config, root):
    """A detector that this revision or machine lacks would fail in every preprocessing process."""
    with open(os.path.join(root, "dataset", "data_loader", "BaseLoader.py"), encoding="utf-8") as file:
        source = file.read()
    for split in splits_used(config):
        data = config[split].DATA
        crop = data.PREPROCESS.CROP_FACE
        for prefix, (detector, module) in BACKENDS.items():
            if not (data.DO_PREPROCESS and crop.DO_CROP_FACE and crop.BACKEND.startswith(prefix)):
                continue
            key = f"{split}.DATA.PREPROCESS.CROP_FACE.BACKEND is {crop.BACKEND!r}"
            if detector not in source:
                raise ConfigError(f"{key}, and this revision of the toolbox has no {detector}. HC is there in all.")
            if importlib.util.find_spec(module) is None:
                pip_name = DISTRIBUTIONS.get(module, module)
                raise ConfigError(
                    f"{key}, which needs the module {module}, and this Python has none. Run 'pip install {pip_name}', "
                    f"or use HC."
                )
