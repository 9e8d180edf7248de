"""What does each speed option of ``MODEL.RFACENET.RUNTIME`` save in the demo, and what accuracy does it cost?

``python benchmarks/speed_study.py`` runs the demo's job without any option, with each alone, and with those together
that pay on this machine; ``--options "no option" compiled`` runs some. All runs share the demo's recordings and cached
clips (``make demo`` makes them), seed and batches. Tables go to the screen and to ``<out>/speed.json``. A run that is
there already is not done again. ``python benchmarks/step.py`` times single steps.
"""

import argparse
import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import yaml
from measuring import ROOT, machine
from step import variants

COLUMNS = ("option", "first epoch, s", "later epochs, s", "peak, MB", "BVP error", "MAE, bpm", "MACC")


def main():
    args = _arguments()
    print(machine())
    table = []
    for name in args.options:
        settings = variants()[name]
        table.append({"option": name, "settings": settings, **figures(_run(args, name, settings))})
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "speed.json").write_text(json.dumps(table, indent=1) + "\n")
    print("  ".join(f"{column:>15}" for column in COLUMNS))
    for row in table:
        print("  ".join(f"{_text(row[column]):>15}" for column in COLUMNS))


def figures(folder):
    """What a run took and what it reached: seconds of its epochs, peak memory, training and test errors."""
    with open(folder / "epochs.csv") as file:
        epochs = list(csv.DictReader(file))
    seconds = [float(row["seconds"]) for row in epochs]
    metrics = json.loads((folder / "results.json").read_text())["protocols"]["neurips2023"]
    return {
        "first epoch, s": seconds[0],
        "later epochs, s": min(seconds[1:], default=None),
        "peak, MB": float((folder / "peak_mb.txt").read_text()),
        "BVP error": float(epochs[-1]["bvp"]),
        "MAE, bpm": metrics["MAE"][0],
        "MACC": metrics["MACC"][0],
    }


def _run(args, name, settings):
    content = _config(args, settings)
    folder = args.out.resolve() / hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]
    if (folder / "peak_mb.txt").is_file():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump({**content, "LOG": {"PATH": str(folder)}}))
    print(f"== {name}", flush=True)
    command = [sys.executable, "main.py", "--config_file", str(folder / "config.yaml")]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"The run with {name} failed; its config is {folder / 'config.yaml'}.")
    (folder / "peak_mb.txt").write_text(f"{usage.ru_maxrss / (2**20 if sys.platform == 'darwin' else 2**10):.0f}\n")
    return folder


def _config(args, settings):
    clips = {"CACHED_PATH": str(args.data.resolve() / "clips")}
    recordings = {"TRAIN": "PURE", "VALID": "PURE", "TEST": "UBFC-rPPG"}
    missing = [name for name in set(recordings.values()) if not (args.data / name).is_dir()]
    if missing:
        raise SystemExit(f"{args.data} has no folder {' and no folder '.join(sorted(missing))}; run `make demo` first.")
    splits = {
        split: {"DATA": {"DATA_PATH": str((args.data / name).resolve()), **clips}} for split, name in recordings.items()
    }
    if args.epochs:
        splits["TRAIN"]["EPOCHS"] = args.epochs
    return {
        "BASE": [str(ROOT / "toolbox_configs" / "DEMO_RFACENET.yaml")],
        **splits,
        "MODEL": {"RFACENET": {"RESUME": "never", "RUNTIME": dict(settings)}},
    }


def _text(value):
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.4g}"


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    every = list(variants())
    parser.add_argument("--options", nargs="+", choices=every, default=every, metavar="OPTION", help="all by default")
    parser.add_argument("--data", type=Path, default=ROOT / "demo_data", help="the demo's recordings and clips")
    parser.add_argument("--epochs", type=int, help="other than the demo's own")
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "speed_study")
    return parser.parse_args()


if __name__ == "__main__":
    main()
