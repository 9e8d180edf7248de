"""Rows of the toolbox as a host: its own models with the plug-in and without it."""

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

from rows import Row

ROOT = Path(__file__).resolve().parent.parent


def builtin(checkout, args):
    """The toolbox's own PhysNet, trained for two epochs and tested, on cached clips, in a checkout with the plug-in."""
    if checkout is None:
        print("built-in PhysNet with and without the plug-in: not measured, RPPG_TOOLBOX names no checkout")
        return
    sys.path.append(str(ROOT / "tests"))
    from support.contract_hosts import CONFIGS, FRAMES, execute, settings, write_recordings, write_stubs, write_yaml

    from rfacenet_toolbox.hosts.toolbox.install import install

    @contextlib.contextmanager
    def opened():
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            recordings = write_recordings(folder / "recordings")
            with_plug_in, without = folder / "with", folder / "without"
            for copy in (with_plug_in, without):
                shutil.copytree(checkout, str(copy), ignore=shutil.ignore_patterns("__pycache__", ".git"))
            install(with_plug_in)

            def run(root, pythonpath, preprocess=False):
                base = CONFIGS / "table2" / "PURE_UBFC_PHYSNET.yaml"
                log = Path(tempfile.mkdtemp(dir=str(folder)))
                tree = settings(log, recordings, folder / "clips", preprocess, base, TEST__USE_LAST_EPOCH=True)
                tree["MODEL"] = {"PHYSNET": {"FRAME_NUM": FRAMES}}
                process = execute(["main.py", "--config_file", write_yaml(log, tree)], root, pythonpath)
                assert process.returncode == 0, process.stderr

            run(ROOT, ROOT, preprocess=True)  # standalone: fills the cache
            yield lambda: run(with_plug_in, ROOT), lambda: run(without, write_stubs(folder / "stubs"))

    yield Row(
        "builtin:physnet",
        "built-in PhysNet with the plug-in",
        opened,
        "without it",
        note="whole runs, two epochs on a few clips: mostly the start of loader processes",
        once=True,
    )
