"""The training runs of a study: their recordings, their configs, what is read from them, and the curves."""

import csv
import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path
from statistics import mean
from typing import Dict, NamedTuple, Optional

import numpy as np
import yaml
from measuring import ROOT

from rfacenet_toolbox.evaluation.files import outputs
from rfacenet_toolbox.synthetic import write_dataset
from rfacenet_toolbox.training import state_dicts

FRAMES = 128


class Recordings(NamedTuple):
    """Synthetic recordings, and how a study trains on them.

    ``train`` and ``test`` are folder, kind, subjects and other arguments of :func:`write_dataset`.
    """

    train: Dict
    test: Dict
    learning_rate: Optional[float]  #: the highest; None for all as in the main config: rate, share, balance of the loss
    without_map: bool = False  #: whether to test with the map of the contour branch set to zero, too

    def write(self, out):
        """Write those that are not below ``out`` yet."""
        for arguments in (self.train, self.test):
            arguments = dict(arguments)
            write_dataset(out / arguments.pop("folder"), size=(320, 240), **arguments)

    @property
    def formats(self):
        """The DATASET of training and of test recordings."""
        kinds = {"ubfc-rppg": "UBFC-rPPG", "pure": "PURE", "varied-pure": "PURE"}
        return kinds[self.train["dataset"]], kinds[self.test["dataset"]]


#: 48 training clips of 8 subjects, and 12 test videos of 12 others
EASY = Recordings(
    {"folder": "PURE", "dataset": "pure", "subjects": 8, "seed": 1, "scenarios": [1, 3], "seconds": 12.85},
    {"folder": "UBFC-rPPG", "dataset": "ubfc-rppg", "subjects": 12, "seed": 2, "first_subject": 21, "seconds": 17.1},
    learning_rate=3e-3,
)
_EIGHT = {"scenarios": list(range(1, 9))}
#: 10 people with 24 clips each, three in each of eight conditions, and 96 test videos of 12 others
HARD = Recordings(
    {"folder": "hard/train", "dataset": "varied-pure", "subjects": 10, "seed": 31, "seconds": 12.9, **_EIGHT},
    {
        "folder": "hard/test",
        "dataset": "varied-pure",
        "subjects": 12,
        "seed": 32,
        "first_subject": 51,
        "seconds": 8.7,
        **_EIGHT,
    },
    learning_rate=2e-3,
    without_map=True,
)
#: of PURE's size: 10 people, six scenarios, a minute each; tested on 20 others for half a minute each
REAL_SIZE = Recordings(
    {"folder": "real_size/PURE", "dataset": "pure", "subjects": 10, "seed": 1, "seconds": 60},
    {"folder": "real_size/UBFC", "dataset": "ubfc-rppg", "subjects": 20, "seed": 2, "first_subject": 21, "seconds": 30},
    learning_rate=None,
    without_map=True,
)


def run(out, recordings, size, epochs, name, settings, seed):
    """Train and test once; what is there already is not made again.

    Returns:
        {"epochs": rows of epochs.csv, "results": of results.json, "without_map": the same without the map, or None}.
    """
    content = _config(out, recordings, size, epochs, settings, seed)
    folder = out.resolve() / "runs" / hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]
    _main_job(folder, content, f"{name}, seed {seed}")
    with open(folder / "epochs.csv") as file:
        result = {"epochs": list(csv.DictReader(file)), **_tested(folder)}
    weights = Path(result["results"]["weights"])
    if recordings.without_map and settings.get("FUSION") != "none":
        beside = folder.with_name(f"{folder.name}_without_map")
        result["without_map"] = _tested(_without_map(beside, content, weights, f"{name}, seed {seed}"))
    return result


def _main_job(folder, content, name):
    if not (folder / "results.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.yaml").write_text(yaml.safe_dump({**content, "LOG": {"PATH": str(folder)}}))
        print(f"== {name}", flush=True)
        command = [sys.executable, "main.py", "--config_file", folder / "config.yaml"]
        with open(folder / "log.txt", "w") as log:
            subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=True)
    return folder


def _without_map(folder, content, weights, name):
    """Test the same weights with an identity map of zeros: what its convolution adds is its bias alone."""
    changed = folder / "without_map.pth"
    if not (folder / "results.json").is_file():
        state = state_dicts.load_weights(str(weights))
        state["ctfc.identity_conv.weight"].zero_()
        folder.mkdir(parents=True, exist_ok=True)
        state_dicts.save(str(changed), state)
    test = {**content, "TOOLBOX_MODE": "only_test", "INFERENCE": {"MODEL_PATH": str(changed)}}
    return _main_job(folder, test, f"{name}, without the map")


def _config(out, recordings, size, epochs, settings, seed):
    pixels = {"PREPROCESS": {"RESIZE": {"W": size, "H": size}}}
    clips = {"CACHED_PATH": str(out.resolve() / "clips"), **pixels}
    train, test = recordings.formats
    data = {
        split: {"DATA": {"DATASET": kind, "DATA_PATH": str(out.resolve() / source["folder"]), **clips}}
        for split, kind, source in (
            ("TRAIN", train, recordings.train),
            ("VALID", train, recordings.train),
            ("TEST", test, recordings.test),
        )
    }
    if train == test:  # one format for two folders: a cache each
        data["TEST"]["DATA"]["CACHED_PATH"] += "_test"
    data["TRAIN"]["EPOCHS"] = epochs
    settings = dict(settings)
    if recordings.learning_rate is not None:
        data["TRAIN"]["LR"] = recordings.learning_rate
        data["TRAIN"]["DATA"]["END"] = 1.0
        settings["LOSS"] = {"HEART_RATE_GRADIENT_CAP": 0.0, **settings.get("LOSS", {})}
    runtime = {"SEED": seed, "CHANNELS_LAST": True, "WORKERS": 0, **settings.pop("RUNTIME", {})}
    return {
        "BASE": [str(ROOT / "toolbox_configs" / "PURE_UBFC_RFACENET.yaml")],
        **data,
        "MODEL": {"RFACENET": {"IDENTITY_HOLDOUT": True, "RUNTIME": runtime, **settings}},
    }


def _tested(folder):
    results = json.loads((folder / "results.json").read_text())
    return {"results": results, "bvp_error": _bvp_error(outputs.read(str(folder)))}


def _bvp_error(saved):
    """The BVP term of test clips, both signals z-scored over the clip: 2 (1 - Pearson), their mean."""
    errors = []
    for video, predicted in saved.predictions.items():
        for start in range(0, len(predicted) - FRAMES + 1, FRAMES):
            both = [signals[video][start : start + FRAMES] for signals in (saved.predictions, saved.labels)]
            errors.append(2 * (1 - np.corrcoef(*both)[0, 1]))
    return float(np.mean(errors))


def summary(seeds):
    """Means over the seeds: how fast the BVP was learned, how well, what it scores on the test subjects, and time."""

    def last(column):
        # without the identity term there is no classifier
        return mean(float(run["epochs"][-1][column] or "nan") for run in seeds)

    figures = {
        "bvp_epoch_2": mean(float(run["epochs"][1]["bvp"]) for run in seeds),
        "bvp_last": last("bvp"),
        "bvp_last_spread": _spread(float(run["epochs"][-1]["bvp"]) for run in seeds),
        "holdout_bvp": last("holdout_bvp"),
        "identity": last("identity_accuracy"),
        "holdout_identity": last("holdout_identity_accuracy"),
        "test_bvp": mean(run["bvp_error"] for run in seeds),
        "test_bvp_spread": _spread(run["bvp_error"] for run in seeds),
    }
    for metric in ("MAE", "MACC", "SNR"):
        figures[f"test_{metric}"] = mean(_metric(run, metric) for run in seeds)
    figures["test_MAE_spread"] = _spread(_metric(run, "MAE") for run in seeds)
    if all("without_map" in run for run in seeds):
        figures["without_map_test_bvp"] = mean(run["without_map"]["bvp_error"] for run in seeds)
        figures["without_map_test_MAE"] = mean(_metric(run["without_map"], "MAE") for run in seeds)
    for column in ("alpha", "beta", "sigma_bvp", "sigma_heart_rate", "sigma_identity"):
        if seeds[0]["epochs"][-1].get(column):
            figures[column] = last(column)
    figures["first_epoch_s"] = mean(float(run["epochs"][0]["seconds"]) for run in seeds)
    figures["later_epochs_s"] = mean(min(float(epoch["seconds"]) for epoch in run["epochs"][1:]) for run in seeds)
    return figures


def markdown(figures):
    """A table of :func:`summary` by variant; in brackets, how far apart the seeds are."""
    spread = "_spread"
    columns = list(dict.fromkeys(key for values in figures.values() for key in values if not key.endswith(spread)))
    rows = [["", *columns], ["---"] * (len(columns) + 1)]
    for name, values in figures.items():
        cells = ["" if math.isnan(values.get(key, math.nan)) else f"{values[key]:.3f}" for key in columns]
        apart = [f" ({values[key + spread]:.3f})" if key + spread in values else "" for key in columns]
        rows.append([name, *(cell + more for cell, more in zip(cells, apart))])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _metric(tested, metric):
    return tested["results"]["protocols"]["neurips2023"][metric][0]


def _spread(values):
    """Largest minus smallest."""
    values = list(values)
    return max(values) - min(values)


def draw(runs, path):
    """The curves of each variant, the mean of its seeds thick: on held-back clips, BVP error and identity accuracy."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    many = len(runs) > 8
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4 if not many else 4.6), constrained_layout=True)
    panels = (
        ("holdout_bvp", "BVP error on unseen clips (0 to 4)"),
        ("holdout_identity_accuracy", "identity accuracy on unseen clips"),
    )
    # Okabe and Ito: told apart by colour-blind readers
    colours = ("#000000", "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442")
    styles = ("-", "--", ":")
    for axis, (column, label) in zip(axes, panels):
        for number, (name, seeds) in enumerate(runs.items()):
            look = {"color": colours[number % len(colours)], "linestyle": styles[number // len(colours)]}
            curves = [[float(epoch[column] or "nan") for epoch in run["epochs"]] for run in seeds]
            numbers = range(1, len(curves[0]) + 1)
            for curve in () if many else curves:
                axis.plot(numbers, curve, alpha=0.25, linewidth=1, **look)
            means = [sum(values) / len(values) for values in zip(*curves)]
            axis.plot(numbers, means, label=name, linewidth=2, **look)
        axis.set_xlabel("epoch")
        axis.set_ylabel(label)
    axes[0].set_yscale("log")
    axes[0].yaxis.set_major_formatter("{x:g}")
    axes[0].yaxis.set_minor_formatter("{x:g}")
    if many:
        figure.legend(*axes[0].get_legend_handles_labels(), loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    else:
        axes[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=150, bbox_inches="tight")
