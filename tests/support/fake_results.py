"""Leaves results as the main job does, of numbers that are given. Imports nothing of the package, to start quickly."""

import csv
import json
import sys
from pathlib import Path

PROTOCOLS = ("neurips2023", "toolbox2025")
SPLITS = ("TEST", "UNSUPERVISED")
METRICS = ("MAE", "RMSE", "MAPE", "Pearson", "SNR", "MACC")


def leave_results(config_file):
    """What a run of a config leaves: the seed decides the errors, or the position in the list of methods."""
    import yaml

    config = yaml.safe_load(Path(config_file).read_text())
    folder = Path(config["LOG"]["PATH"])
    methods = config.get("UNSUPERVISED", {}).get("METHOD", [])
    fold = next(filter(None, (config.get(split, {}).get("DATA", {}).get("VIPL_HR") for split in SPLITS)), None)
    if fold is not None:
        seed = config["MODEL"]["RFACENET"]["RUNTIME"]["SEED"] if not methods else None
        for where in [folder / method for method in methods] or [folder]:
            leave_fold(where, int(fold["FOLD"].split()[1]), seed, config)
        return
    for number, method in enumerate(methods):
        write_result(folder / method, [number, number + 2.0], config, seed=None)
    if not methods:
        seed = config["MODEL"]["RFACENET"]["RUNTIME"]["SEED"]
        write_result(folder, [seed - 100.0, seed - 98.0, seed - 99.0], config, seed=seed)


def leave_fold(folder, fold, seed=None, config=None):
    """Results of two people of a fold of VIPL-HR: without v2 and v9 all errors are the fold's number, there 10 more."""
    errors = {}
    for person, sign in ((fold, 1), (fold + 10, -1)):
        for scene in (1, 2, 8, 9):
            errors[f"p{person}_v{scene}_source2"] = sign * (fold + 10.0 * (scene in (2, 9)) + (seed or 100) - 100)
    path = write_result(folder, list(errors.values()), config, seed=100 if seed is None else seed)
    content = json.loads(path.read_text())
    summary = dict(content["protocols"]["neurips2023"], SD=[1.0, 0.1], SD_abs=[2.0, 0.2])
    content["protocols"]["vipl"] = summary
    if seed is None:
        content["weights"] = None
    path.write_text(json.dumps(content))
    with open(folder / "per_video.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["protocol", "video", "heart_rate_bpm", "label_heart_rate_bpm", "error_bpm"])
        for number, (video, error) in enumerate(errors.items()):
            writer.writerow(["vipl", video, 70 + number + error, 70 + number, error])


def write_result(folder, errors, config=None, pearson=0.9, seed=100):
    """``results.json`` and ``per_video.csv`` of videos with these errors in bpm; MAE is their mean of magnitudes.

    Without a seed they are those of a signal method, which is not trained.
    """
    mean = sum(map(abs, errors)) / len(errors)
    summary = {metric: [mean, 0.5] for metric in METRICS}
    summary.update(n=len(errors), Pearson=[pearson, None if pearson is None else 0.1])
    content = {
        **dict.fromkeys(("model", "host", "host_revision", "mode", "train_set", "test_set"), "made up"),
        "schema": 1,
        "weights": None if seed is None else "made up",
        "seed": 100 if seed is None else seed,
        "evaluation_method": "FFT",
        "versions": {},
        "protocols": dict.fromkeys(PROTOCOLS, summary),
        "videos": {"expected": len(errors), "scored": len(errors), "missing": []},
        "config": config or {},
    }
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "per_video.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["protocol", "video", "error_bpm", "snr_db"])
        writer.writerows(("neurips2023", f"subject{number}", error, number) for number, error in enumerate(errors))
    (folder / "results.json").write_text(json.dumps(content))
    return folder / "results.json"


if __name__ == "__main__":
    leave_results(sys.argv[-1])
