"""What the system, torch and its loader processes raise, as errors of ours.

:func:`explained` is wrapped around a whole command. What a user can mend (a full disk, a folder that may not be written
to, a killed loader process) becomes a message; what is a mistake in the code keeps its traceback.
"""

import contextlib
import errno
import re

from ..errors import ConfigError, DataError, OutputError, RFaceNetError
from .files import DISK_FULL

_NOT_WRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM)
#: how torch hands on what was raised in a loader process: a traceback as text, in an error of the same type
_FROM_A_LOADER = re.compile(r"Caught (\w+) in DataLoader worker process \d+\.\n")
_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory", "unable to allocate")
#: modules that the extra "train" brings
_OF_TRAINING = ("torch", "pandas", "matplotlib", "yacs", "yaml", "tqdm", "safetensors")
_LESS_MEMORY = "Lower TRAIN.BATCH_SIZE, INFERENCE.BATCH_SIZE or MODEL.RFACENET.RUNTIME.WORKERS, or free some memory."


@contextlib.contextmanager
def explained():
    """Raise what :func:`as_ours` makes of an error, in its place.

    Raises:
        RFaceNetError: an error that the user can mend. Any other is raised as it is.
    """
    try:
        yield
    except Exception as error:
        ours = as_ours(error)
        if ours is None or ours is error:
            raise
        raise ours from error


def as_ours(error):
    """The error of ours that says what ``error`` means: itself if it is one already, None if it is a mistake in the
    code."""
    text = str(error.args[0]) if error.args and isinstance(error, RFaceNetError) else str(error)
    wrapped = _FROM_A_LOADER.match(text)
    if wrapped:
        return _from_a_loader(error, wrapped.group(1), text)
    if isinstance(error, RFaceNetError):
        return error
    if isinstance(error, BrokenPipeError):  # who reads what is printed has gone
        return None
    if isinstance(error, ConnectionError) or (isinstance(error, RuntimeError) and "DataLoader worker" in text):
        return DataError(
            f"A loader process ended before its clips were read ({_first_line(text)}), most often because the machine "
            f"ran out of memory. {_LESS_MEMORY}"
        )
    if isinstance(error, OSError):
        return _of_the_system(error)
    if isinstance(error, ModuleNotFoundError) and error.name in _OF_TRAINING:
        return ConfigError(
            f"This needs the module {error.name}, which is not installed. Run pip install 'rfacenet-toolbox[train]'."
        )
    is_runtime_error = isinstance(error, RuntimeError)
    if isinstance(error, MemoryError) or (is_runtime_error and any(words in text.lower() for words in _NO_MEMORY)):
        return ConfigError(f"The memory is not enough ({_first_line(text) or type(error).__name__}). {_LESS_MEMORY}")
    return None


def is_full_disk(error):
    """Whether the system raised the error because a disk is full."""
    return isinstance(error, OSError) and error.errno in DISK_FULL


def _from_a_loader(error, name, text):
    """The message that stands at the end of the traceback."""
    marks = list(re.finditer(rf"^[\w.]*{name}: ", text, re.MULTILINE))
    message = text[marks[-1].end() :].strip() if marks else text.strip().rpartition("\n")[2]
    if isinstance(error, RFaceNetError):
        return type(error)(message)
    if isinstance(error, (OSError, MemoryError)):
        return DataError(f"A loader process could not read a clip: {message}. Look at the file, and run again.")
    return None


def _of_the_system(error):
    path = error.filename if isinstance(error.filename, (str, bytes)) else ""
    what = f"{path}: {error.strerror}" if path and error.strerror else _first_line(str(error))
    if is_full_disk(error):
        return OutputError(f"The disk is full ({what}). Free some space, and run the same command again.")
    if error.errno in _NOT_WRITABLE:
        return OutputError(f"{what}. Make it readable and writable, or name another place.")
    if error.errno == errno.ENAMETOOLONG:
        return OutputError(f"A name is too long for the file system ({what[:200]}). Choose a shorter one.")
    return DataError(f"The system refused a file: {what}. Look at the path, and run the same command again.")


def _first_line(text):
    return text.strip().partition("\n")[0][:300]
