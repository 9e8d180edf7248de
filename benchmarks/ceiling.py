"""How much of the pulse is left in drawn recordings, for a reader who is told the truth?

``python benchmarks/ceiling.py FOLDER`` takes recordings that `rfacenet synth --dataset varied` wrote. The mean colours
of the face's skin and of three regions, and the place of the face, are mixed with the weights that come nearest to the
true pulse: those for each half of a recording are fitted to the other half, by ridge regression. The mix's heart rate
is the largest peak of both halves' mean spectrum, between 40 and 190 bpm. The table has, of all recordings and by skin
tone, how many rates of the network and of the mix are within 3 bpm. No method knows such weights; but one that uses
more than these colours can do better.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from calibrate_quality import show
from held_out import TONES, estimate

from rfacenet_toolbox.prediction import quality, waveform
from rfacenet_toolbox.prediction.estimators import estimator
from rfacenet_toolbox.runtime import pool
from rfacenet_toolbox.synthetic.dataset import MANIFEST

WITHIN_BPM, BAND_BPM = 3.0, (40.0, 190.0)
RIDGE = 0.01  # of the mean power of a signal
COLUMNS = ("recordings", "network", "mix", "either", "neither")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with varied recordings")
    parser.add_argument("--weights", metavar="FILE", help="of rFaceNet; default: the package's")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    recordings = json.loads((args.folder / MANIFEST).read_text())["recordings"]
    jobs = [(str(args.folder / name), args.weights) for name in recordings]
    read = {}
    for index, result, failure in pool.run(rates, jobs, args.workers):
        if failure is not None:
            raise SystemExit(f"{jobs[index][0]}: {failure}")
        read[Path(jobs[index][0]).name] = result
    told = {name: both for name, both in read.items() if both is not None}
    groups = {"all": list(told)}
    for label, tones in TONES.items():
        groups[label] = [name for name in told if recordings[name]["tone"] in tones]
    lines = [["skin tone", *COLUMNS], ["---"] * (1 + len(COLUMNS))]
    for label, names in groups.items():
        errors = [np.subtract(told[name], recordings[name]["heart_rate_bpm"]) for name in names]
        lines.append([label, *map(str, _counts(np.abs(errors).reshape(-1, 2) <= WITHIN_BPM))])
    print("\n".join(f"| {' | '.join(cells)} |" for cells in lines))


def rates(job):
    """Heart rates in bpm of the network and of the mix, or None where a face was seen for too short a time."""
    folder, weights = job
    network_bpm = estimate(Path(folder) / "vid.avi", "rfacenet", weights)
    if network_bpm is None:
        return None
    pos = estimator("pos")
    show(folder, [pos])
    truth = np.loadtxt(Path(folder) / "ground_truth.txt")
    return network_bpm, mixed_bpm(pos.face_signals.even(), truth)


def mixed_bpm(signals, truth):
    """The heart rate of the mix of a recording's signals that comes nearest to the true pulse."""
    wave = waveform.Waveform(signals.fs_hz, signals.start_s, np.zeros(len(signals.rgb)), signals.known)
    pulse = waveform.filtered(wave._replace(bvp=np.interp(wave.times_s, truth[2], truth[0])), False).bvp
    colours = np.column_stack([signals.rgb, signals.regions.reshape(len(signals.rgb), -1)])
    columns = [*(colours / colours.mean(0)).T, *signals.place.T]
    parts = np.column_stack([waveform.filtered(wave._replace(bvp=column), False).bvp for column in columns])
    parts /= parts.std(0) + 1e-12
    half = len(parts) // 2
    first, second = parts[:half], parts[half : 2 * half]
    mixes = first @ _ridge(second, pulse[half : 2 * half]), second @ _ridge(first, pulse[:half])
    frequencies_hz, power = quality.mean_spectrum([mix / mix.std() for mix in mixes], signals.fs_hz)
    inside = (frequencies_hz >= BAND_BPM[0] / 60) & (frequencies_hz <= BAND_BPM[1] / 60)
    return 60 * frequencies_hz[inside][power[inside].argmax()]


def _ridge(parts, pulse):
    power = parts.T @ parts / len(parts)
    return np.linalg.solve(power + RIDGE * np.eye(len(power)), parts.T @ pulse / len(parts))


def _counts(right):
    network, mix = right.T
    return len(right), network.sum(), mix.sum(), (network | mix).sum(), (~network & ~mix).sum()


if __name__ == "__main__":
    main()
