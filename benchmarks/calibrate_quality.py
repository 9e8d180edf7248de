"""How far off is a heart rate of `rfacenet predict` likely to be, by the evidence for it?

``python benchmarks/calibrate_quality.py FOLDER`` draws two sets of varied synthetic recordings, ``FOLDER/calibration``
(seeds 13 and 15) and ``FOLDER/check`` (seed 14), of people who are neither in the weights' training set nor in their
held-out set. It reads them with rFaceNet, POS, CHROM and GREEN, fits the models of
``rfacenet_toolbox/prediction/confidence.py`` to the first set, and writes them to ``confidence.json`` beside it. For
the second set it prints the tables of docs/model-card.md, and what choosing among the methods by expected error would
bring, and draws the reliability plot ``docs/images/quality-reliability.png``. Run it again with new weights or a new
generator, in a new folder. Interrupted, it goes on where it was.

A third of the recordings last 20 seconds, a third 14, and a third 10, in which a window has no neighbours.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from measuring import ROOT
from reliability import PARTS, TITLES, draw, tables
from scipy.optimize import minimize

from rfacenet_toolbox import __version__
from rfacenet_toolbox.errors import RFaceNetError
from rfacenet_toolbox.methods.signal import METHODS
from rfacenet_toolbox.prediction import confidence, evidence, faces, waveform
from rfacenet_toolbox.prediction.estimators import estimator
from rfacenet_toolbox.prediction.evidence import Evidence
from rfacenet_toolbox.prediction.signal_estimator import SignalEstimator
from rfacenet_toolbox.prediction.sources import open_source
from rfacenet_toolbox.prediction.tracking import FaceTracker
from rfacenet_toolbox.runtime import pool, weights_path
from rfacenet_toolbox.synthetic import write_dataset

#: set -> draws of it: seed, first subject, recordings of each length
SETS = {"calibration": [(13, 13001, 32), (15, 15001, 48)], "check": [(14, 14001, 22)]}
LENGTHS_S = 20.1, 14.1, 10.1
SIGNAL_METHODS = ("pos", "chrom", "green")
WINDOW_S, STEP_S = 10.0, 1.0
#: what is known of a weight before the fit: each feature, from 0 to 1, changes the odds by a factor of e^2; so none is
#: left out which synthetic recordings happen not to need
USUAL_WEIGHT, PRECISION = 2.0, 0.25
PICTURE = ROOT / "docs" / "images" / "quality-reliability.png"


def main():
    args = _arguments()
    read = {name: _read(args.folder, name, args.workers, args.share) for name in SETS}
    rows = {name: by_kind(read[name]) for name in SETS}
    table = {
        "note": "Written by benchmarks/calibrate_quality.py; fitted to synthetic recordings alone.",
        "made_with": {
            "rfacenet_toolbox": __version__,
            "weights_sha256": _weights_sha256(),
            "recordings": {name: f"{_seeds(name)}, {_count(rows[name])} with a heart rate" for name in SETS},
        },
    }
    for kind in TITLES:
        table[kind] = {part: fitted(rows["calibration"][kind][part]) for part in PARTS}
    if not args.dry:
        confidence.TABLE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    models = {kind: {part: confidence.Model(table[kind][part]) for part in PARTS} for kind in TITLES}
    print(tables(rows["check"], models))
    print("\n" + least_expected(read["check"], models))
    draw(rows["check"], models, args.picture)


def fitted(rows):
    """The numbers of a :class:`~rfacenet_toolbox.prediction.confidence.Model`.

    Args:
        rows: ``(evidence, error in bpm, weight)`` of each value; the weights of a recording add up to 1.
    """
    found, errors, shares = zip(*rows)
    found = np.array([confidence.features(each) for each in found])
    errors, shares = np.array(errors), np.array(shares)
    wrong = errors > confidence.RIGHT_WITHIN_BPM
    if wrong.all() or not wrong.any():
        raise SystemExit(f"Of {len(rows)} values {wrong.sum()} are wrong; draw other or more recordings.")

    def loss(numbers):
        logits = numbers[0] - found @ numbers[1:]
        likelihood = shares @ (np.logaddexp(0, logits) - wrong * logits)
        return likelihood + 0.5 * PRECISION * np.sum((numbers[1:] - USUAL_WEIGHT) ** 2)

    start = np.r_[USUAL_WEIGHT, np.full(found.shape[1], USUAL_WEIGHT)]
    best = minimize(loss, start, method="L-BFGS-B", bounds=[(None, None)] + [(0, None)] * found.shape[1])
    names = confidence.FEATURES
    return {
        "intercept": round(float(best.x[0]), 4),
        "weights": dict(zip(names, np.round(best.x[1:], 4).tolist())),
        "usual": dict(zip(names, np.round(np.average(found[~wrong], axis=0, weights=shares[~wrong]), 4).tolist())),
        "error_right_bpm": round(float(np.average(errors[~wrong], weights=shares[~wrong])), 3),
        "error_wrong_bpm": round(float(np.average(errors[wrong], weights=shares[wrong])), 3),
        "values": len(rows),
        "wrong": int(wrong.sum()),
    }


def _read(folder, name, workers, share):
    """{recording: what :func:`read_recording` gives} of a set, which is drawn and read as far as it is not yet."""
    for seed, first, count in SETS[name]:
        for place, seconds in enumerate(LENGTHS_S):
            write_dataset(
                folder / name, "varied", max(4, round(count * share)), seed=seed, first_subject=first + place * count,
                seconds=seconds, size=(320, 240), workers=workers,
                on_recording=lambda made: print(f"drawn {made}", flush=True),
            )  # fmt: skip
    path = folder / f"{name}-{_fingerprint()}.json"
    read = json.loads(path.read_text()) if path.is_file() else {}
    names = sorted((made.parent.name for made in (folder / name).glob("*/vid.avi")), key=lambda one: int(one[7:]))
    missing = [str(folder / name / one) for one in names if one not in read]
    for index, result, failure in pool.run(read_recording, missing, workers):
        if failure is not None:
            raise SystemExit(f"{missing[index]}: {failure}")
        read[Path(missing[index]).name] = result
        path.write_text(json.dumps(read))
        print(f"read {missing[index]}", flush=True)
    return {one: read[one] for one in names}


def by_kind(read):
    """{kind: {part: [(evidence, error, weight), ...]}} of a set."""
    rows = {kind: {part: [] for part in PARTS} for kind in TITLES}
    for methods in read.values():
        for method, parts in methods.items():
            kind, count = ("signal", len(SIGNAL_METHODS)) if method in SIGNAL_METHODS else ("network", 1)
            for part, values in parts.items():
                weight = 1 / count / len(values)
                rows[kind][part] += [(Evidence(*found), error, weight) for found, error in values]
    return rows


def least_expected(read, models):
    """Would the rate with the least expected error be better than the network's? One line of a set's mean rates."""
    errors = []
    for methods in read.values():
        whole = {method: parts["whole"][0] for method, parts in methods.items() if "whole" in parts}
        if "rfacenet" in whole:
            expected = {
                method: models["network" if method == "rfacenet" else "signal"]["whole"].expected_error_bpm(
                    Evidence(*found)
                )
                for method, (found, _) in whole.items()
            }
            errors.append((whole["rfacenet"][1], whole[min(expected, key=expected.get)][1]))
    network, least = np.transpose(errors)
    return (
        f"{len(errors)} recordings: MAE of the network's rate {network.mean():.2f} bpm ({np.mean(network <= 3):.0%} "
        f"within 3), of the rate with the least expected error of all methods {least.mean():.2f} bpm "
        f"({np.mean(least <= 3):.0%})."
    )


def read_recording(folder):
    """{method: {"whole": [(evidence, error)], "window": [...]}} of a recording; nothing of one without a face."""
    running = [estimator("rfacenet"), estimator(SIGNAL_METHODS[0])]
    show(folder, running)
    if not any(running[1].face_signals.known):
        return {}
    for method in SIGNAL_METHODS[1:]:
        running.append(SignalEstimator(method, METHODS[method.upper()]))
        running[-1].face_signals = running[1].face_signals
    truth = np.loadtxt(Path(folder) / "ground_truth.txt")
    return {each.name: _told(each, truth) for each in running}


def show(folder, running):
    """Give each of the estimators all frames of a recording, and the face's box in them."""
    tracker = FaceTracker(faces.detector("auto"))
    source = open_source(str(Path(folder) / "vid.avi"), 0.0, None, None)
    for time_s, image in source.frames():
        box = tracker.track(time_s, image)
        for each in running:
            each.add(time_s, image, box)
    source.close()


def _told(running, truth):
    """The values of one method with their evidence and error."""
    try:
        pulse = waveform.filtered(running.finish(), running.is_derivative)
    except RFaceNetError:  # a face for too short a time
        return {}
    peak_bpm, _ = waveform.overall(pulse, WINDOW_S) or (None, None)
    windows = waveform.windows(pulse, WINDOW_S, STEP_S, peak_bpm)
    rate = waveform.rate_over_time(windows)
    if rate is None:
        return {}
    signals = running.face_signals.even()
    whole = evidence.of_whole(windows, signals, running.name)
    parts = {"whole": [(whole, _error(rate.mean, truth, -np.inf, np.inf))], "window": []}
    for window, found in zip(windows, evidence.of_windows(windows, signals, running.name)):
        if found is not None:
            error = _error(window.heart_rate_bpm, truth, window.start_s, window.stop_s)
            parts["window"].append((found, error))
    return parts


def _error(rate_bpm, truth, start_s, stop_s):
    inside = (truth[2] >= start_s) & (truth[2] < stop_s)
    return float(abs(rate_bpm - truth[1, inside].mean()))


def _weights_sha256():
    return hashlib.sha256(weights_path.SHIPPED.read_bytes()).hexdigest()


def _fingerprint():
    """Of what decides the evidence: the weights and the code."""
    digest = hashlib.sha256(_weights_sha256().encode())
    for path in sorted(Path(confidence.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _seeds(name):
    return "seed " + " and ".join(str(seed) for seed, _, _ in SETS[name])


def _count(rows):
    return len(rows["network"]["whole"])


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="for the recordings and what was read of them")
    parser.add_argument("--workers", type=int, default=1, help="processes; 1 by default")
    parser.add_argument("--share", type=float, default=1.0, help="of the recordings, for a trial; 1 by default")
    parser.add_argument("--dry", action="store_true", help="leave confidence.json as it is")
    parser.add_argument("--picture", type=Path, default=PICTURE, metavar="PNG")
    return parser.parse_args()


if __name__ == "__main__":
    main()
