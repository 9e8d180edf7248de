"""What systems do differently, as far as this one can show it."""

import io
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.runtime import portable

posix = pytest.mark.skipif(portable.fcntl is None, reason="Windows has no such locks")
HOLDS = """
import sys, time
from rfacenet_toolbox.runtime import portable
held = portable.lock(sys.argv[1])
print(held is not None, flush=True)
time.sleep(60)
"""


@posix
def test_a_lock_is_had_once_and_ends_with_its_file_or_its_process(tmp_path):
    path = str(tmp_path / ".lock")
    process = subprocess.Popen([sys.executable, "-c", HOLDS, path], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "True\n"
        assert portable.lock(path) is None
    finally:
        process.kill()
        process.communicate()
    held = portable.lock(path)
    assert held is not None
    held.close()
    portable.lock(path).close()


def test_a_system_without_locks_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(portable, "fcntl", None)
    for call in (portable.check_locks, lambda: portable.lock(tmp_path / ".lock")):
        with pytest.raises(ConfigError, match="file locks .* which Windows does not have"):
            call()
    assert not list(tmp_path.iterdir())


@posix
def test_a_child_that_inherits_a_lock_keeps_it(tmp_path):
    held = portable.lock(tmp_path / ".lock")
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[held.fileno()])
    held.close()
    assert portable.lock(tmp_path / ".lock") is None
    child.communicate(b"\n")
    portable.lock(tmp_path / ".lock").close()


@pytest.mark.parametrize("denied, done", [(3, True), (1000, False)])
def test_a_file_that_is_open_elsewhere_is_waited_for_on_windows(tmp_path, monkeypatch, denied, done):
    (tmp_path / "new").write_text("new")
    calls, replace = [], os.replace

    def busy(source, target):
        calls.append(target)
        if len(calls) <= denied:
            raise PermissionError(13, "in use", str(target))
        replace(source, target)

    monkeypatch.setattr(portable.os, "replace", busy)
    monkeypatch.setattr(portable.time, "sleep", lambda seconds: None)
    with pytest.raises(PermissionError):
        portable.replace(tmp_path / "new", tmp_path / "old")
    assert len(calls) == 1  # elsewhere it is an error of another kind
    calls.clear()
    monkeypatch.setattr(portable, "_TRIES", 20)
    if done:
        portable.replace(tmp_path / "new", tmp_path / "old")
        assert (tmp_path / "old").read_text() == "new"
    else:
        with pytest.raises(PermissionError):
            portable.replace(tmp_path / "new", tmp_path / "old")
        assert len(calls) == 20


@pytest.mark.parametrize("status, said", [(0, None), (3, None), (None, None), (-9, "signal 9"), (-250, "signal 250")])
def test_an_exit_status_names_the_signal(status, said):
    found = portable.signal_of(status)
    assert found == said or found.startswith(said + " (")


KEPT_PAGES = """
import resource, torch
from rfacenet_toolbox.runtime import portable

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(16 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults()
given_back = faults()
kept = portable.keep_freed_memory()
print(kept, given_back, min(faults() for _ in range(10)))  # the heap takes some turns to find its shape
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is Linux's")
def test_kept_memory_is_not_mapped_anew():
    done = subprocess.run([sys.executable, "-c", KEPT_PAGES], stdout=subprocess.PIPE, check=True, text=True)
    kept, before, after = done.stdout.split()
    if kept == "False":
        pytest.skip("this C library has no mallopt")
    assert int(after) < 100 < int(before)


def test_a_c_library_without_mallopt_is_left_alone(monkeypatch):
    monkeypatch.setattr(portable.ctypes, "CDLL", lambda name: SimpleNamespace())
    assert portable.keep_freed_memory() is False


@pytest.mark.parametrize("flags, has", [("fpu avx512f amx_bf16", True), ("fpu avx512f", False), ("", False)])
def test_bf16_units_are_read_off_the_processors_flags(monkeypatch, flags, has):
    monkeypatch.setattr(portable.os.path, "exists", lambda path: True)
    text = f"processor : 0\nflags : {flags}\n"
    monkeypatch.setattr(portable, "open", lambda path: io.StringIO(text), raising=False)
    assert portable.cpu_has_bf16() is has


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="zombies are told from others by /proc")
def test_a_process_that_has_ended_does_not_run_even_before_it_is_waited_for():
    child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    child.stdout.read()  # it ends after its output does
    stop_s = time.monotonic() + 30
    while portable.is_running(child.pid) and time.monotonic() < stop_s:
        time.sleep(0.01)
    try:
        assert not portable.is_running(child.pid)
    finally:
        child.wait()
