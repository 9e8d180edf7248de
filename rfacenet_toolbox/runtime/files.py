"""Files that are there whole or not at all."""

import contextlib
import errno
import io
import os
import shutil
import socket
import time
from pathlib import Path

from ..errors import ConfigError, OutputError
from .portable import is_running, replace

#: age at which a temporary file of another machine is taken to be abandoned; writing one takes seconds
ABANDONED_S = 3600
#: a disk with less free space counts as full
FULL_BYTES = 2**20
#: what the system says of a full disk, of a user's full share, and of a file that may grow no more
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_atomically(path, write, *, durable=True):
    """Call ``write(file)`` on a binary file that takes the place of ``path`` only once it is whole.

    Missing folders are made. An existing file keeps its permissions, and a link goes on pointing to its file. While
    it is written, the file is ``.NAME.HOST-PID.tmp`` beside its place; it is removed if anything fails. A device, such
    as ``/dev/stdout``, is written to as it is.

    Args:
        path: of the file.
        write: called with the open file.
        durable: wait until the content is on the disk, so that a power failure cannot leave an empty file.

    Raises:
        OutputError: the disk is full, or the folder is not writable. What was there before is kept.
    """
    if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
        _write_to_device(path, write)
        return
    if os.path.isdir(path):
        raise OutputError(f"{path} cannot be written, because it is a folder. Name a file.")
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name}.{_host()}-{os.getpid()}.tmp")
    raw = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = _RememberingFile(temporary, "wb")
        with io.BufferedWriter(raw) as file:
            write(file)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        replace(temporary, path)
    except Exception as error:
        failure = error if isinstance(error, OSError) else raw and raw.failure
        if not failure:
            raise
        raise _not_written(path, failure) from error
    finally:
        if temporary.exists():
            temporary.unlink()


def _write_to_device(path, write):
    try:
        with open(path, "wb") as file:
            write(file)
    except BrokenPipeError:  # who reads it has gone
        raise
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path, failure):
    reason = _reason(failure, os.path.dirname(path))
    if isinstance(failure, (FileExistsError, NotADirectoryError)):
        return OutputError(f"{path} cannot be written ({reason}). Name another place.")
    return OutputError(
        f"{path} cannot be written ({reason}). Free some space or make the folder writable, and run the same command "
        f"again."
    )


def _reason(failure, folder):
    """Why a write failed. NumPy says "497664 requested and 0 written" where the disk is full."""
    if failure.errno in DISK_FULL or (not failure.strerror and is_full(folder)):
        return "the disk is full"
    if isinstance(failure, FileExistsError):
        return f"{failure.filename} is not a folder"
    return failure.strerror or failure


def is_full(folder):
    """Whether the disk that a folder is on has no room left."""
    return shutil.disk_usage(folder).free < FULL_BYTES


def write_text(path, text):
    """Write a UTF-8 text file as :func:`write_atomically` does, with the line ends that ``text`` has."""
    write_atomically(path, lambda file: file.write(text.encode("utf-8")))


def check_writable(key, path):
    """Refuse a folder, there or not, that nothing can be written to.

    Args:
        key: what the user calls it, for the message.
        path: of the folder.

    Raises:
        ConfigError: with the key.
    """
    folder = os.path.abspath(path)
    longest = max(folder.split(os.sep), key=lambda name: len(os.fsencode(name)))
    if len(os.fsencode(longest)) > 255:
        raise ConfigError(
            f"{key} has a folder name of {len(os.fsencode(longest))} bytes; file systems take 255. Shorten it."
        )
    while not os.path.exists(folder):
        folder = os.path.dirname(folder)
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(
            f"{key} is {path}, and nothing can be written there: {folder} is "
            f"{'not writable' if os.path.isdir(folder) else 'not a folder'}. Name another folder."
        )


def remove_abandoned(folder):
    """Remove what killed processes left in a folder: temporary files of :func:`write_atomically`.

    A file of this machine is removed if its process is gone, one of another machine if it is old.
    """
    for path in Path(folder).glob(".*.tmp"):
        host, _, process = path.stem.rpartition(".")[2].rpartition("-")
        with contextlib.suppress(FileNotFoundError):  # it has just taken its place
            running = is_running(int(process)) if host == _host() and process.isdigit() else None
            if running is None:
                running = time.time() - path.stat().st_mtime <= ABANDONED_S
            if not running:
                path.unlink()


def _host():
    return socket.gethostname().partition(".")[0][:32]


class _RememberingFile(io.FileIO):
    """Remembers why a write failed: ``torch.save`` replaces the error of a full disk by a RuntimeError of its own."""

    failure = None

    def write(self, data):
        try:
            return super().write(data)
        except OSError as error:
            self.failure = error
            raise


def move_files(source, target, last):
    """Move all files below a folder to the same places below another, and remove the folder.

    Args:
        source, target: ``Path`` s on one disk.
        last: path below both of the file that is moved last, whose presence says that the others are there.
    """
    found = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    for path in sorted(found, key=lambda path: path == Path(last)):
        (target / path).parent.mkdir(exist_ok=True)
        replace(str(source / path), str(target / path))
    shutil.rmtree(str(source))
