"""What the system and torch raise becomes a message; a mistake in the code keeps its traceback."""

import errno
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from support.systems import needs_signals
from torch.utils.data import DataLoader, Dataset

from rfacenet_toolbox.errors import ConfigError, DataError, OutputError
from rfacenet_toolbox.runtime import failures


class Failing(Dataset):
    """Raises at the third item."""

    def __init__(self, what):
        self.what = what

    def __len__(self):
        return 4

    def __getitem__(self, index):
        if index == 2:
            raise self.what
        return index


def explained(error):
    with pytest.raises(Exception) as caught, failures.explained():
        raise error
    return caught.value


@pytest.mark.parametrize(
    "raised, kind, message",
    [
        (DataError("clip 7: its frames\nare not right"), DataError, "^clip 7: its frames\nare not right$"),
        (FileNotFoundError(2, "No such file", "/a/b.npy"), DataError, "^A loader process could not read a clip: "),
    ],
)
def test_an_error_of_a_loader_process_is_told_as_if_it_had_been_raised_here(raised, kind, message):
    with pytest.raises(kind, match=message) as error, failures.explained():
        list(DataLoader(Failing(raised), num_workers=1))
    assert "Traceback" not in str(error.value) and "Caught" not in str(error.value)


#: in a process of its own: from the kill on, PyTorch raises in the main thread at whatever it does just then
KILLED = """
import os, signal
from torch.utils.data import DataLoader
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.runtime import failures

class Killed(list):
    def __getitem__(self, index):
        os.kill(os.getpid(), signal.SIGKILL)

try:
    with failures.explained():
        list(DataLoader(Killed([0]), num_workers=1))
except DataError as error:
    print(error, flush=True)
    os._exit(0)
"""


@needs_signals
def test_a_killed_loader_process_is_told_in_a_sentence():
    done = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True)
    assert re.search("^A loader process ended before.*RUNTIME.WORKERS", done.stdout), done.stderr


@pytest.mark.parametrize(
    "error, kind, message",
    [
        (OSError(errno.ENOSPC, "No space left on device", "/x/y"), OutputError, "disk is full.*/x/y"),
        (PermissionError(errno.EACCES, "Permission denied", "/x/y"), OutputError, "/x/y: Permission denied"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "n" * 300), OutputError, "too long for the file system"),
        (OSError(errno.ELOOP, "Too many levels of symbolic links", "/x"), DataError, "/x: Too many levels"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/x"), DataError, "/x: No such file"),
        (MemoryError(), ConfigError, "memory is not enough"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GB\nmore"), ConfigError, "Lower TRAIN.BATCH_SIZE"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: 1"), ConfigError, "Lower TRAIN.BATCH_SIZE"),
    ],
)
def test_what_a_user_can_mend_is_an_error_of_ours(error, kind, message):
    ours = explained(error)
    assert type(ours) is kind
    assert re.search(message, str(ours)) and "\n" not in str(ours)


@pytest.mark.parametrize(
    "error", [ValueError("x"), RuntimeError("size mismatch"), KeyError("x"), BrokenPipeError(32, "x")]
)
def test_mistakes_in_the_code_are_left_alone(error):
    assert explained(error) is error


def test_arrays_that_memory_cannot_hold():
    with pytest.raises(ConfigError), failures.explained():
        np.empty(2**62, dtype=np.uint8)
    with pytest.raises(ConfigError), failures.explained():
        torch.empty(2**52)
