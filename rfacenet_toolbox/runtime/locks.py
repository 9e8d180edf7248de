"""Locks between processes, which only POSIX systems have."""

from ..errors import ConfigError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


def check_available():
    """Refuse a system without such locks.

    Raises:
        ConfigError: it has none.
    """
    if fcntl is None:
        raise ConfigError(
            "Tables and sweeps need file locks, which Windows does not have. Run this command on Linux or macOS, or in "
            "the Windows Subsystem for Linux."
        )


def lock(path):
    """Take the lock of a file: the open file, which holds it, or None where another process has it.

    A child process that inherits the open file keeps the lock. It ends with the last process that has the file open, so
    a child whose parent was killed is not taken for dead.
    """
    check_available()
    file = open(path, "w")  # noqa: SIM115
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
