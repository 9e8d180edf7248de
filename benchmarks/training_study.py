"""How do the balance of the loss, the steps of the TCU and the speed options change training?

``python benchmarks/training_study.py loss`` (or ``start``, ``tcu``, ``speed``) makes synthetic recordings, trains each
variant on the same clips and seeds, and writes ``<out>/<study>.json`` and ``<out>/<study>.png``. Runs that are there
already are not made again. docs/paper-notes.md shows the figures and says what was chosen.
"""

import argparse
import csv
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import yaml
from measuring import ROOT
from step import variants

from rfacenet_toolbox.synthetic import write_dataset

TUNED = {"LOSS": {"HEART_RATE_UNIT": "hz", "SIGMA_INIT": [0.5, 4.0, 1.0]}}
STUDIES = {
    "loss": {
        "BVP term alone": {"LOSS": {"TASKS": ["bvp"]}},
        "Eq. 4, bpm, sigmas 1": {"LOSS": {"HEART_RATE_UNIT": "bpm"}},
        "Eq. 4, Hz, sigmas 1": {"LOSS": {"HEART_RATE_UNIT": "hz"}},
        "Eq. 4, Hz, tuned sigmas": TUNED,
    },
    "start": {
        "BVP term alone": {"LOSS": {"TASKS": ["bvp"]}},
        "BVP term alone, alpha from 0": {"FUSION_INIT": [0.0, 1.0], "LOSS": {"TASKS": ["bvp"]}},
        "Eq. 4, alpha from 0": {
            "FUSION_INIT": [0.0, 1.0],
            "LOSS": {"HEART_RATE_UNIT": "hz", "SIGMA_INIT": [0.25, 4.0, 1.0]},
        },
    },
    "tcu": {"1 pooled step": TUNED, **{f"{n} pooled steps": {**TUNED, "TCU_STEPS": n} for n in (4, 8, 16)}},
    "speed": {name: {**TUNED, "RUNTIME": options} for name, options in variants().items()},
}


def main():
    args = _arguments()
    _synthesise(args.out)
    runs = {}
    for name, settings in STUDIES[args.study].items():
        runs[name] = [_run(args, name, settings, seed) for seed in args.seeds]
    summary = {name: _summary(seeds) for name, seeds in runs.items()}
    content = {"size": args.size, "epochs": args.epochs, "seeds": args.seeds, "variants": summary}
    (args.out / f"{args.study}.json").write_text(json.dumps(content, indent=1) + "\n")
    _draw(runs, args.out / f"{args.study}.png")
    for name, figures in summary.items():
        print(f"{name:26}", "  ".join(f"{key} {value:.3f}" for key, value in figures.items()))


def _synthesise(out):
    """48 training clips of 8 subjects, and 12 test videos of 12 others."""
    size = (320, 240)
    write_dataset(out / "PURE", "pure", 8, seed=1, scenarios=[1, 3], seconds=12.85, size=size)
    write_dataset(out / "UBFC-rPPG", "ubfc-rppg", 12, seed=2, first_subject=21, seconds=17.1, size=size)


def _run(args, name, settings, seed):
    """Epochs and results of one training run; one that is there already is not run again."""
    content = _config(args, settings, seed)
    folder = args.out.resolve() / "runs" / hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]
    if not (folder / "results.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.yaml").write_text(yaml.safe_dump({**content, "LOG": {"PATH": str(folder)}}))
        print(f"== {name}, seed {seed}", flush=True)
        subprocess.run([sys.executable, "main.py", "--config_file", folder / "config.yaml"], cwd=ROOT, check=True)
    with open(folder / "epochs.csv") as file:
        epochs = list(csv.DictReader(file))
    return epochs, json.loads((folder / "results.json").read_text())


def _config(args, settings, seed):
    size = {"PREPROCESS": {"RESIZE": {"W": args.size, "H": args.size}}}
    clips = {"CACHED_PATH": str(args.out.resolve() / "clips"), **size}
    recordings = {"TRAIN": "PURE", "VALID": "PURE", "TEST": "UBFC-rPPG"}
    data = {
        split: {"DATA": {"DATA_PATH": str(args.out.resolve() / dataset), **clips}}
        for split, dataset in recordings.items()
    }
    data["TRAIN"].update(EPOCHS=args.epochs, LR=3e-3)
    data["TRAIN"]["DATA"]["END"] = 1.0
    settings = dict(settings)
    runtime = {"SEED": seed, "CHANNELS_LAST": True, "WORKERS": 0, **settings.pop("RUNTIME", {})}
    return {
        "BASE": [str(ROOT / "toolbox_configs" / "PURE_UBFC_RFACENET.yaml")],
        **data,
        "MODEL": {"RFACENET": {"IDENTITY_HOLDOUT": True, "RUNTIME": runtime, **settings}},
    }


def _summary(seeds):
    """Means over the seeds: how fast the BVP was learned, how well, what it scores on the test subjects, and time."""

    def mean(values):
        values = list(values)
        return sum(values) / len(values)

    figures = {
        "bvp_epoch_2": mean(float(epochs[1]["bvp"]) for epochs, _ in seeds),
        "bvp_last": mean(float(epochs[-1]["bvp"]) for epochs, _ in seeds),
        "holdout_bvp": mean(float(epochs[-1]["holdout_bvp"]) for epochs, _ in seeds),
        # without the identity term there is no classifier
        "holdout_identity": mean(float(epochs[-1]["holdout_identity_accuracy"] or "nan") for epochs, _ in seeds),
    }
    for metric in ("MAE", "MACC", "SNR"):
        figures[f"test_{metric}"] = mean(results["protocols"]["neurips2023"][metric][0] for _, results in seeds)
    figures["first_epoch_s"] = mean(float(epochs[0]["seconds"]) for epochs, _ in seeds)
    figures["later_epochs_s"] = mean(min(float(epoch["seconds"]) for epoch in epochs[1:]) for epochs, _ in seeds)
    return figures


def _draw(runs, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), constrained_layout=True)
    panels = (
        ("holdout_bvp", "BVP error on unseen clips (0 to 4)"),
        ("holdout_identity_accuracy", "identity accuracy on unseen clips"),
    )
    # Okabe and Ito: told apart by colour-blind readers
    colours = ("#000000", "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442")
    for axis, (column, label) in zip(axes, panels):
        for colour, (name, seeds) in zip(colours, runs.items()):
            curves = [[float(epoch[column] or "nan") for epoch in epochs] for epochs, _ in seeds]
            numbers = range(1, len(curves[0]) + 1)
            for curve in curves:
                axis.plot(numbers, curve, color=colour, alpha=0.25, linewidth=1)
            means = [sum(values) / len(values) for values in zip(*curves)]
            axis.plot(numbers, means, color=colour, label=name, linewidth=2)
        axis.set_xlabel("epoch")
        axis.set_ylabel(label)
    axes[0].set_yscale("log")
    axes[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=150)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=sorted(STUDIES))
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "study")
    parser.add_argument("--size", type=int, default=36, help="width and height of the clips, pixels")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seeds", type=int, nargs="+", default=[100, 101, 102])
    return parser.parse_args()


if __name__ == "__main__":
    main()
