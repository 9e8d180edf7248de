"""How a run uses the machine: device, precision, loader workers, seeds."""

import contextlib
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, default_collate

from ..errors import ConfigError
from .portable import available_cpus

#: the seed of the toolbox's main.py, and the loader processes it starts
TOOLBOX_SEED = 100
TOOLBOX_WORKERS = 16


def check_device(key, name, may_fall_back=True):
    """Refuse a device that cannot be, or that this machine does not have.

    Args:
        key: what the user calls it, for the message.
        name: such as "cpu" or "cuda:0".
        may_fall_back: accept any CUDA device on a machine without one, where :func:`pick_device` gives the CPU. The
            toolbox's default is ``cuda:0``, and a cluster's login node has none.

    Raises:
        ConfigError: with the key.
    """
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise _no_device(key, name) from error
    if device.type not in ("cpu", "cuda", "mps") or (device.type == "cpu" and device.index):
        raise _no_device(key, name)
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise ConfigError(f"{key} is {name!r}, the GPU of a Mac, and there is none here. Use cpu, or cuda:0.")
    count, index = torch.cuda.device_count(), device.index or 0
    if device.type != "cuda" or index < count or (may_fall_back and not count):
        return
    there = f"{count} CUDA device(s), from cuda:0 on" if count else "no CUDA device"
    raise ConfigError(f"{key} is {name!r}, and this machine has {there}. Use {'one of them, or ' if count else ''}cpu.")


def _no_device(key, name):
    return ConfigError(f"{key} is {name!r}; expected cpu, or a GPU such as cuda:0.")


def pick_device(name):
    """The torch device of ``config.DEVICE``; where there is no such GPU the CPU, and a line is printed that says so."""
    device = available_device(name)
    if device != torch.device(name):
        print(f"DEVICE is {name} and this machine has no CUDA device; running on the CPU.")
    return device


def available_device(name):
    """:func:`pick_device` without the line."""
    wanted = torch.device(name)
    return torch.device("cpu") if wanted.type == "cuda" and not torch.cuda.is_available() else wanted


def autocast(device, precision):
    """A context in which the network's forward runs in ``precision``, ``fp32`` or ``bf16``."""
    if precision == "fp32":
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


class KeptLoader(DataLoader):
    """A DataLoader whose workers live on from pass to pass, and whose clips come in the order they would have had.

    A loader that starts its workers anew draws their seed from its generator at each pass, before it shuffles; one
    that keeps them does not. So the draw is made here, and the shuffle that follows is the same.
    """

    def __init__(self, *args, **kwargs):
        if kwargs.get("num_workers"):
            kwargs["persistent_workers"] = True
        super().__init__(*args, **kwargs)

    def __iter__(self):
        if self.persistent_workers and self._iterator is not None:
            torch.empty((), dtype=torch.int64).random_(generator=self.generator)
        return super().__iter__()


def loader_class(settings):
    """The DataLoader that ``MODEL.RFACENET.RUNTIME`` asks for."""
    return KeptLoader if settings.KEEP_WORKERS else DataLoader


def contiguous_batch(clips):
    """The batch that a worker process would have handed over.

    A loader without workers keeps the order in which the toolbox's clips lie in memory, channels last, and the
    toolbox's DeepPhys, TS-CAN and EfficientPhys then fail on a view.
    """
    return [part.contiguous() if torch.is_tensor(part) else part for part in default_collate(clips)]


def worker_count(setting, asked=TOOLBOX_WORKERS):
    """Loader processes for a ``RUNTIME.WORKERS`` setting; -1 is the number ``asked`` for, at most one per CPU."""
    return min(asked, available_cpus()) if setting < 0 else setting


def seed_everything(seed, generators=()):
    """Seed Python, NumPy, torch on every device, and the loaders' generators."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    for generator in generators:
        generator.manual_seed(seed)


def random_state(generators):
    """Everything random as tensors, lists and numbers: Python, NumPy, torch, CUDA, and named ``generators``."""
    version, internal, gauss = random.getstate()
    name, keys, position, has_gauss, cached = np.random.get_state()
    return {
        "python": [version, list(internal), gauss],
        "numpy": [name, keys.tolist(), int(position), int(has_gauss), float(cached)],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "generators": {key: generator.get_state() for key, generator in generators.items()},
    }


def restore_random_state(state, generators):
    """The inverse of :func:`random_state`."""
    version, internal, gauss = state["python"]
    random.setstate((version, tuple(internal), gauss))
    name, keys, position, has_gauss, cached = state["numpy"]
    np.random.set_state((name, np.array(keys, dtype=np.uint32), position, has_gauss, cached))
    torch.set_rng_state(state["torch"])
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])
    for key, generator in generators.items():
        if key in state["generators"]:
            generator.set_state(state["generators"][key])
