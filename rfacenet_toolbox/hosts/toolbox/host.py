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
    why_missing = (
        "The toolbox drops a recording without a word where the process that preprocesses it fails, with a traceback "
        "above (the disk may be full), or is killed, mostly for lack of memory, and where it is shorter than a clip "
        "(CHUNK_LENGTH). Look at these recordings, use a machine with more memory, or let the standalone host fill the "
        "same cache: it needs little memory and names what is wrong."
    )

    def __init__(self, root):
        self.revision = revision(root)

    def in_order(self, recordings, data_path):
        """In the order of the file system: the toolbox takes UBFC-rPPG as glob lists it."""
        listed = os.listdir(data_path)
        return sorted(recordings, key=lambda recording: listed.index(os.path.basename(recording.path)))

    def check_loaded(self, config, loaders):
        """The same, and that every clip is what the config describes: the toolbox opens none before it is needed."""
        from ...datasets.clips import check_files

        super().check_loaded(config, loaders)
        for split, loader in loaders.items():
            if loader is not None:
                check_files(loader.dataset.inputs, config[split.upper()].DATA)


def revision(root):
    """Short commit hash of the checkout, or ``"unknown"`` where it is no git checkout."""
    if not os.path.exists(os.path.join(root, ".git")):
        return "unknown"
    command = ["git", "-C", root, "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.check_output(command, stderr=subprocess.DEVNULL, universal_newlines=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
