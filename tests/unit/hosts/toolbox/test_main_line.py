"""The line in main.py: where it goes, what it leaves as it is, and the patch that adds it."""

import os
import shutil
import stat
import subprocess

import pytest
from support.checkouts import assert_refused
from support.paths import ROOT

from rfacenet_toolbox.hosts.toolbox import install as plugin
from rfacenet_toolbox.hosts.toolbox import main_line

LINE = main_line.LINE.encode()
PATCH = ROOT / "patches" / "main.py.patch"
pytestmark = pytest.mark.usefixtures("shipped")


@pytest.mark.parametrize(
    "head, above",
    [
        (b"#!/usr/bin/env python\n", b"#!/usr/bin/env python\n"),
        (b"#!python\n# -*- coding: latin-1 -*-\n# \xe9\n", b"#!python\n# -*- coding: latin-1 -*-\n"),
        (b"# a licence\n# -*- coding: latin-1 -*-\n# \xe9\n", b"# a licence\n# -*- coding: latin-1 -*-\n"),
        (b"\xef\xbb\xbf# first\n", b"\xef\xbb\xbf"),
        (b"from __future__ import annotations\n", b"from __future__ import annotations\n"),
    ],
    ids=["shebang", "shebang and coding", "coding", "byte order mark", "future"],
)
def test_the_line_comes_after_what_must_stay_first(checkout, head, above):
    main = checkout / "main.py"
    original = head + main.read_bytes().split(b"\n", 1)[1]
    main.write_bytes(original)
    plugin.install(checkout)
    assert main.read_bytes() == above + LINE + b"\n" + original[len(above) :]
    plugin.uninstall(checkout)
    assert main.read_bytes() == original


def test_line_ends_and_permissions_are_kept(checkout):
    main = checkout / "main.py"
    original = main.read_bytes().replace(b"\n", b"\r\n")
    main.write_bytes(original)
    main.chmod(0o755)
    plugin.install(checkout)
    assert main.read_bytes() == LINE + b"\r\n" + original
    assert stat.S_IMODE(main.stat().st_mode) == 0o755
    plugin.uninstall(checkout)
    assert main.read_bytes() == original
    assert stat.S_IMODE(main.stat().st_mode) == 0o755


def test_a_linked_main_stays_a_link(checkout, tmp_path):
    real = tmp_path / "elsewhere.py"
    shutil.move(str(checkout / "main.py"), str(real))
    (checkout / "main.py").symlink_to(real)
    plugin.install(checkout)
    assert (checkout / "main.py").is_symlink() and real.read_bytes().startswith(LINE)


def test_a_line_that_an_update_of_the_checkout_took_out_is_put_back(checkout):
    before = (checkout / "main.py").read_bytes()
    plugin.install(checkout)
    (checkout / "main.py").write_bytes(before + b"# newer revision\n")
    plugin.install(checkout)
    plugin.uninstall(checkout)
    assert (checkout / "main.py").read_bytes() == before + b"# newer revision\n"


@pytest.mark.parametrize(
    "alter", [lambda line: line + line, lambda line: b"if 1: " + line, lambda line: line.replace(b"; activate()", b"")]
)
def test_an_altered_or_doubled_line_is_an_error(checkout, alter):
    plugin.install(checkout)
    main = checkout / "main.py"
    main.write_bytes(main.read_bytes().replace(LINE + b"\n", alter(LINE + b"\n")))
    for call in (plugin.install, plugin.uninstall):
        assert_refused(checkout, lambda call=call: call(checkout), "not exactly once the line")


@pytest.mark.parametrize("command", [["patch", "-p1", "-i"], ["git", "apply", "--unidiff-zero"]])
def test_the_patch_is_the_same_line(checkout, command):
    assert PATCH.read_text().splitlines()[-1] == "+" + main_line.LINE
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} on this machine")
    original = (checkout / "main.py").read_bytes()
    environment = dict(os.environ, GIT_CEILING_DIRECTORIES=str(checkout.parent))
    subprocess.run([*command, str(PATCH)], cwd=str(checkout), check=True, env=environment, stdout=subprocess.DEVNULL)
    assert (checkout / "main.py").read_bytes() == LINE + b"\n" + original
    plugin.uninstall(checkout)
    assert (checkout / "main.py").read_bytes() == original


@pytest.mark.parametrize("command", [["patch", "-p1", "-i"], ["git", "apply", "--unidiff-zero"]])
def test_the_patch_applies_to_real_checkouts(real_checkout, command):
    test_the_patch_is_the_same_line(real_checkout, command)
