"""Files written whole: what a failure leaves, and what it says."""

import os
import signal
import stat
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from support.systems import needs_modes

from rfacenet_toolbox.errors import OutputError
from rfacenet_toolbox.runtime.files import ABANDONED_S, remove_abandoned, write_atomically, write_text

#: with files of at most 20 kB, as on a full disk
FULL_DISK = """
import resource, signal, sys
import numpy as np, torch
from rfacenet_toolbox.errors import OutputError
from rfacenet_toolbox.runtime.files import write_atomically

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
write = {"torch": torch.save, "numpy": lambda content, file: np.save(file, content.numpy())}[sys.argv[2]]
try:
    write_atomically(sys.argv[1], lambda file: write(torch.zeros(10000), file))
except OutputError as error:
    print(error)
"""


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    write_text(tmp_path / "state", "old")

    def fails(file):
        file.write(b"half")
        (temporary,) = tmp_path.glob(".state.*.tmp")
        assert str(os.getpid()) in temporary.name
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "state", fails)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"state": "old"}


def test_errors_that_are_not_the_files_pass_as_they_are(tmp_path):
    with pytest.raises(ZeroDivisionError):
        write_atomically(tmp_path / "state", lambda file: 1 / 0)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="this system has no limit on the size of files")
@pytest.mark.parametrize("writer", ["torch", "numpy"])
def test_a_full_disk_is_said_whoever_writes(tmp_path, writer):
    path = tmp_path / "state.pth"
    path.write_text("old")
    said = subprocess.check_output([sys.executable, "-c", FULL_DISK, str(path), writer], text=True)
    assert said.startswith(f"{path} cannot be written (") and "run the same command again" in said
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"state.pth": "old"}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
def test_devices_are_written_to_as_they_are():
    with pytest.raises(OutputError, match="^/dev/full cannot be written .the disk is full"):
        write_text("/dev/full", "text")
    write_text("/dev/null", "text")
    assert all(stat.S_ISCHR(os.stat(f"/dev/{name}").st_mode) for name in ("full", "null"))
    read, write = os.pipe()
    write_text(f"/dev/fd/{write}", "text")
    assert os.read(read, 10) == b"text"


def test_a_file_in_the_way_of_a_folder_is_said(tmp_path):
    (tmp_path / "a_file").write_text("")
    with pytest.raises(OutputError, match=r"x.csv cannot be written .*a_file is not a folder\). Name another place"):
        write_text(tmp_path / "a_file" / "x.csv", "text")


def test_a_folder_in_the_place_of_a_file_is_said(tmp_path):
    for path in (tmp_path, "/"):
        with pytest.raises(OutputError, match="cannot be written, because it is a folder. Name a file"):
            write_atomically(path, lambda file: None)


def test_missing_folders_are_made_and_every_kind_of_content_is_written(tmp_path):
    write_atomically(tmp_path / "a" / "b" / "zeros.npy", lambda file: np.save(file, np.zeros(3)), durable=False)
    write_atomically(tmp_path / "a" / "zeros.pth", lambda file: torch.save(torch.zeros(3), file))
    assert np.load(tmp_path / "a" / "b" / "zeros.npy").shape == torch.load(tmp_path / "a" / "zeros.pth").shape == (3,)
    write_text(tmp_path / "text", "ä\n")
    assert (tmp_path / "text").read_bytes() == "ä\n".encode()


KILLED = """
import os, signal, sys
from rfacenet_toolbox.runtime.files import write_atomically
write_atomically(sys.argv[1], lambda file: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.mark.skipif(os.name != "posix", reason="whether a process is gone is asked on POSIX systems only")
def test_what_a_killed_process_left_is_removed_and_what_another_one_writes_is_not(tmp_path):
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "clip.npy")])
    (abandoned,) = tmp_path.glob(".clip.npy.*.tmp")

    def write(file):
        remove_abandoned(tmp_path)
        file.write(b"whole")

    write_atomically(tmp_path / "other.npy", write)
    assert [path.name for path in tmp_path.iterdir()] == ["other.npy"] and abandoned.name.startswith(".clip")


def test_temporary_files_of_other_machines_are_removed_when_they_are_old(tmp_path):
    for name, age_s in (("old", ABANDONED_S + 60), ("young", 60)):
        path = tmp_path / f".102_input0.npy.{name}-1.tmp"
        path.write_bytes(b"half")
        os.utime(path, (time.time() - age_s,) * 2)
    (tmp_path / "102_input0.npy").write_bytes(b"whole")
    remove_abandoned(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".102_input0.npy.young-1.tmp", "102_input0.npy"]


@needs_modes
def test_permissions_and_links_stay(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "file").chmod(0o640)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "file").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
