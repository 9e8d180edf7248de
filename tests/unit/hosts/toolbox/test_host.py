"""The host that is a checkout."""

import subprocess

import pytest

from rfacenet_toolbox.hosts.toolbox.host import ToolboxHost, revision


def test_revision_is_the_commit_of_the_checkout(tmp_path):
    assert revision(str(tmp_path)) == "unknown"
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    try:
        subprocess.check_call([*git, "init", "-q"])
        subprocess.check_call([*git, "commit", "-q", "--allow-empty", "-m", "first"])
        commit = subprocess.check_output([*git, "rev-parse", "HEAD"], universal_newlines=True)
    except OSError:
        pytest.skip("no git on this machine")
    assert len(revision(str(tmp_path))) >= 7 and commit.startswith(revision(str(tmp_path)))
    host = ToolboxHost(str(tmp_path))
    assert (host.name, host.revision) == ("toolbox", revision(str(tmp_path)))
