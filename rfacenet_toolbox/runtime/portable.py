"""What Linux, macOS and Windows do differently; no other file asks which system it runs on."""

import contextlib
import ctypes
import os
import platform
import signal
import sys
import threading
import time

from ..errors import ConfigError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

#: parameters of glibc's mallopt, from malloc.h
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_CPU_INFO = "/proc/cpuinfo"
#: at replacing a file, which Windows refuses while another process has it open
_TRIES = 20 if os.name == "nt" else 1


def replace(source, target):
    """``os.replace``. Windows refuses it for as long as another process, such as a virus scanner, has ``target`` open:
    there it is tried again for a second."""
    for tries_left in reversed(range(_TRIES)):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if not tries_left:
                raise
            time.sleep(0.05)


def check_locks():
    """Refuse a system on which :func:`lock` cannot work.

    Raises:
        ConfigError: it is Windows.
    """
    if fcntl is None:
        raise ConfigError(
            "Tables and sweeps need file locks that a child process inherits, which Windows does not have. Run this "
            "command on Linux or macOS, or in the Windows Subsystem for Linux."
        )


def lock(path):
    """Lock a file, which is made if it is not there: the open file, or None where another process has the lock.

    A child process that inherits the open file keeps the lock. It ends with the last process that has the file open, so
    a child whose parent was killed is not taken for dead.

    Raises:
        ConfigError: as :func:`check_locks`.
    """
    check_locks()
    file = open(path, "w")  # noqa: SIM115
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


@contextlib.contextmanager
def stopped_by_sigterm():
    """Within this context SIGTERM unwinds the stack, so that what was started is stopped with us."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def signal_of(exit_status):
    """``"signal 9 (SIGKILL)"`` where a child process was killed, by its exit status; None where it was not."""
    if exit_status is None or exit_status >= 0:
        return None
    with contextlib.suppress(ValueError):
        return f"signal {-exit_status} ({signal.Signals(-exit_status).name})"
    return f"signal {-exit_status}"


def is_running(process):
    """Whether there is a process of this number; None where that cannot be told without ending it, on Windows."""
    if os.name != "posix":
        return None
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return not _is_zombie(process)


def _is_zombie(process):
    """Whether a process has ended and nobody has asked for its status yet. Linux tells."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def available_cpus():
    """How many CPUs this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def keep_freed_memory():
    """Keep memory that tensors on the CPU gave back, for the tensors of the next step. True where that can be had.

    glibc returns every block over 32 MB to the system at once, and a training step frees some dozens of them: their
    pages are then cleared and mapped anew, which takes a good part of the step. Results are the same to the last bit;
    the process holds more memory, since freed blocks of unlike sizes do not fill each other exactly. A step at
    72x72 peaked at 2.6 GB instead of 1.9.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # not glibc
        return False
    return all([mallopt(_M_MMAP_MAX, 0), mallopt(_M_TRIM_THRESHOLD, -1)])


def cpu_name():
    """The processor's name, as far as the system tells it."""
    names = _cpu_info("model name")
    return names[0] if names else platform.processor() or platform.machine()


def cpu_has_bf16():
    """Whether the processor says that it multiplies in bf16."""
    flags = {flag for line in _cpu_info("flags", "Features")[:1] for flag in line.split()}
    return bool({"avx512_bf16", "amx_bf16", "bf16"} & flags)


def _cpu_info(*keys):
    """What Linux says of its processors under one of the keys."""
    if not os.path.exists(_CPU_INFO):
        return []
    with open(_CPU_INFO) as file:
        pairs = [line.partition(":") for line in file]
    return [value.strip() for key, _, value in pairs if key.strip() in keys]
