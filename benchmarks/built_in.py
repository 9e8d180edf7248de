"""Does the plug-in change how long the toolbox's own PhysNet takes?

``RPPG_TOOLBOX=/path/to/checkout python benchmarks/built_in.py`` copies the checkout twice, installs the plug-in into
one copy, and has both train PhysNet for two epochs and test it, on the same few cached clips. ``--built-in-models``
sets ``MODEL.RFACENET.RUNTIME.BUILT_IN_MODELS``, which lets the plug-in keep loader processes and freed memory. Whole
runs are timed. On few cores they take minutes, mostly to start the toolbox's 16 loader processes. The checkout stays as
it is.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from measuring import ROOT, checkout, compare, machine

from rfacenet_toolbox.hosts.toolbox.install import install
from rfacenet_toolbox.synthetic import write_dataset

FRAMES, SIZE = 32, 24
#: for the copy without the plug-in: imports of what this machine lacks fail at first use, as they do with it
SITECUSTOMIZE = """
from rfacenet_toolbox.hosts.toolbox import contract, missing_modules

missing_modules.allow_missing({root!r}, contract.OPTIONAL_MODULES)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=1, help="pairs of whole runs")
    parser.add_argument("--built-in-models", action="store_true", help="let the plug-in act on PhysNet's runs")
    args = parser.parse_args()
    print(machine())
    toolbox = checkout()
    if toolbox is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for copy in (folder / "with", folder / "without"):
            shutil.copytree(toolbox, str(copy), ignore=shutil.ignore_patterns("__pycache__", ".git"))
        install(folder / "with")
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(SITECUSTOMIZE.format(root=str(folder / "without")))
        small = {"subjects": 3, "scenarios": (1,), "seconds": 4.5, "size": (320, 240), "workers": 2}
        write_dataset(folder / "PURE", "pure", **small)
        write_dataset(folder / "UBFC-rPPG", "ubfc-rppg", first_subject=11, **small)
        run(folder, ROOT, ROOT, preprocess=True)  # standalone: fills the cache

        asked = {"RFACENET": {"RUNTIME": {"BUILT_IN_MODELS": True}}} if args.built_in_models else {}

        def with_plug_in():
            run(folder, folder / "with", ROOT, **asked)

        def without():
            run(folder, folder / "without", f"{folder / 'site'}{os.pathsep}{ROOT}")

        name = "built-in PhysNet with the plug-in"
        compare(name, with_plug_in, without, "without it", args.repeats, warm_up=False)


def run(folder, root, pythonpath, preprocess=False, **model):
    """``python main.py`` in ``root``; its errors are shown if it fails."""
    log = tempfile.mkdtemp(dir=str(folder))
    config = Path(log) / "config.yaml"
    config.write_text(yaml.safe_dump(settings(folder, log, preprocess, model)))
    command = [sys.executable, "main.py", "--config_file", str(config)]
    environment = {**os.environ, "PYTHONPATH": str(pythonpath)}
    done = subprocess.run(command, cwd=str(root), env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed in {root}:\n{done.stderr}")


def settings(folder, log, preprocess, model):
    """PhysNet of Table 2, PURE -> UBFC-rPPG, on small clips; keys that any checkout knows, but for ``model``."""

    def data(dataset):
        clips = {"CHUNK_LENGTH": FRAMES, "RESIZE": {"H": SIZE, "W": SIZE}}
        paths = {"DATA_PATH": str(folder / dataset), "CACHED_PATH": str(folder / "clips")}
        return {"DATA": {**paths, "DO_PREPROCESS": preprocess, "PREPROCESS": clips}}

    return {
        "BASE": [str(ROOT / "toolbox_configs" / "table2" / "PURE_UBFC_PHYSNET.yaml")],
        "TRAIN": {"EPOCHS": 2, "BATCH_SIZE": 2, **data("PURE")},
        "VALID": data("PURE"),
        "TEST": {"USE_LAST_EPOCH": True, **data("UBFC-rPPG")},
        "MODEL": {"PHYSNET": {"FRAME_NUM": FRAMES}, **model},
        "DEVICE": "cpu",
        "LOG": {"PATH": log},
    }


if __name__ == "__main__":
    main()
