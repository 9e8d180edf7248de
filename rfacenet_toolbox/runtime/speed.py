"""The speed options of ``MODEL.RFACENET.RUNTIME``: they trade rounding, memory or start-up time for speed.

One of them is applied elsewhere: precision, in :mod:`rfacenet_toolbox.runtime.machine`.
"""

import importlib.util
import os
import shutil
import sys

import torch

from ..errors import ConfigError
from . import machine, processes
from .portable import available_cpus, cpu_has_bf16, cpu_name, keep_freed_memory

#: the keys below ``RUNTIME``
OPTIONS = ("PRECISION", "CHANNELS_LAST", "FUSED_OPTIMIZER", "COMPILE", "KEEP_MEMORY")


def check(settings, device):
    """Refuse options that this build of torch does not have on ``device``, or that need what is not installed, before
    a run starts.

    Raises:
        ConfigError: with the key, and why.
    """
    if settings.FUSED_OPTIMIZER:
        adam([torch.zeros(1, device=device, requires_grad=True)], 1e-3, settings)
    if settings.COMPILE:
        _check_compile(device)
    if settings.TENSORBOARD and importlib.util.find_spec("tensorboard") is None:
        raise ConfigError(
            "MODEL.RFACENET.RUNTIME.TENSORBOARD is True, and TensorBoard is not installed. Run pip install "
            "'rfacenet-toolbox[tensorboard]', or set it to False."
        )


def adam(parameters, learning_rate, settings, weight_decay=0.0):
    """``torch.optim.Adam`` of ``parameters``, as one kernel for all of them where ``FUSED_OPTIMIZER`` asks for it.

    Raises:
        ConfigError: the torch build has no fused Adam for the parameters' device.
    """
    if not settings.FUSED_OPTIMIZER:
        return torch.optim.Adam(parameters, lr=learning_rate, weight_decay=weight_decay)
    try:
        return torch.optim.Adam(parameters, lr=learning_rate, weight_decay=weight_decay, fused=True)
    except (RuntimeError, TypeError) as error:  # an older build knows no `fused`, or has it for CUDA alone
        raise ConfigError(
            f"MODEL.RFACENET.RUNTIME.FUSED_OPTIMIZER is True, and torch {torch.__version__} has no fused Adam on "
            f"{next(iter(parameters)).device.type} ({_first_line(error)}). Set it to False; torch 2.4 and newer have "
            f"it on the CPU too."
        ) from error


def prepare(model, settings):
    """Apply the options that act on the process and on the whole model; parameters keep their names."""
    if settings.CHANNELS_LAST:
        use_channels_last(model)
    if settings.KEEP_MEMORY:
        keep_freed_memory()
    if settings.COMPILE:
        # The attribute, and not a wrapper around the model: checkpoints of a compiled model are those of a plain one.
        model.forward = torch.compile(model.forward)


def use_channels_last(model):
    """Lay the weights of all 2D and 3D convolutions out channels-last, which also makes their results so."""
    layouts = {4: torch.channels_last, 5: torch.channels_last_3d}
    for parameter in model.parameters():
        if parameter.dim() in layouts:
            parameter.data = parameter.data.to(memory_format=layouts[parameter.dim()])


def has_bf16_units(device):
    """Whether ``device`` multiplies in bf16 itself; elsewhere bf16 is emulated, and slower than fp32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    return cpu_has_bf16()


#: what holds for a model of the toolbox's own in a checkout
_UPSTREAM = {"PRECISION": "fp32", "CHANNELS_LAST": False, "FUSED_OPTIMIZER": False, "COMPILE": False}


def describe(config, built_in=False):
    """The machine of a run and its speed options, for ``results.json``, which calls them levers.

    Args:
        config: the whole tree.
        built_in: a checkout ran a model or signal method of its own.
    """
    settings = dict(config.MODEL.RFACENET.RUNTIME)
    if built_in:
        settings.update(_UPSTREAM)
        if not settings["BUILT_IN_MODELS"]:
            settings.update(KEEP_MEMORY=False, WORKERS=machine.TOOLBOX_WORKERS)
    device = machine.available_device(config.DEVICE)
    return {
        "device": str(device),
        "device_name": torch.cuda.get_device_name(device) if device.type == "cuda" else cpu_name(),
        "cores": available_cpus(),
        "threads": torch.get_num_threads(),
        "processes": processes.size(),
        "workers": machine.worker_count(settings["WORKERS"]),
        "batch_size": config.TRAIN.BATCH_SIZE,
        "levers": {key.lower(): settings[key] for key in OPTIONS},
    }


def _check_compile(device):
    key = f"MODEL.RFACENET.RUNTIME.COMPILE is True, and torch {torch.__version__}"
    if not hasattr(torch, "compile"):
        raise ConfigError(f"{key} has no torch.compile. Set it to False, or use torch 2.0 or newer.")
    try:
        torch.compile(lambda tensor: tensor)  # raises at once on a Python or a system that it does not know
    except RuntimeError as error:
        version = ".".join(map(str, sys.version_info[:2]))
        raise ConfigError(
            f"{key} cannot compile on Python {version} and {sys.platform} ({_first_line(error)}). Set it to False."
        ) from error
    compilers = [os.environ.get("CXX", "g++"), "clang++"] if device.type == "cpu" else [os.environ.get("CC", "gcc")]
    if not any(map(shutil.which, compilers)):
        raise ConfigError(f"{key} finds no compiler ({' or '.join(compilers)}). Install one, or set it to False.")
    if device.type == "cuda" and not importlib.util.find_spec("triton"):
        raise ConfigError(f"{key} needs Triton on a GPU, which is not installed. Install triton, or set it to False.")


def _first_line(error):
    return str(error).partition("\n")[0]
