"""Locks between processes."""

import subprocess
import sys

import pytest

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.runtime import locks

pytest.importorskip("fcntl", reason="Windows has no such locks")


def test_a_lock_is_held_once(tmp_path):
    path = tmp_path / "lock"
    first = locks.lock(path)
    assert locks.lock(path) is None
    first.close()
    second = locks.lock(path)
    assert second is not None
    second.close()


def test_a_child_that_inherits_a_lock_keeps_it(tmp_path):
    path = tmp_path / "lock"
    file = locks.lock(path)
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, pass_fds=[file.fileno()]
    )
    file.close()
    assert locks.lock(path) is None
    child.communicate()
    again = locks.lock(path)
    assert again is not None
    again.close()


def test_a_system_without_locks_is_refused(monkeypatch):
    monkeypatch.setattr(locks, "fcntl", None)
    with pytest.raises(ConfigError, match="need file locks, which Windows does not have. Run this command on Linux"):
        locks.check_available()
