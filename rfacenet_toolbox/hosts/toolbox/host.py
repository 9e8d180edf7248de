"""The host that is a checkout: its name in the results, its revision, the order in which it lists recordings."""

import os
import subprocess

from ..base import Host


class ToolboxHost(Host):
    """A real rPPG-Toolbox checkout.

    Args:
        root: folder of the checkout.
    """

    name = "toolbox"

    def __init__(self, root):
        self.revision = revision(root)

    def in_order(self, recordings, data_path):
        """In the order of the file system: the toolbox takes UBFC-rPPG as glob lists it."""
        listed = os.listdir(data_path)
        return sorted(recordings, key=lambda recording: listed.index(os.path.basename(recording.path)))


def revision(root):
    """Short commit hash of the checkout, or ``"unknown"`` where it is no git checkout."""
    if not os.path.exists(os.path.join(root, ".git")):
        return "unknown"
    command = ["git", "-C", root, "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.check_output(command, stderr=subprocess.DEVNULL, universal_newlines=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
