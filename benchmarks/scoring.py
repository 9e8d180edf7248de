"""How long does scoring take, against the toolbox's evaluation?

``python benchmarks/scoring.py`` computes all metrics of one video of 2,000 samples, whole and in windows of 10 s, by
FFT and by peaks, and of eight videos. ``--outputs X_outputs.pickle`` scores saved outputs instead of the eight. With
``RPPG_TOOLBOX=/path/to/checkout`` the toolbox's function does the same in turn.
"""

import argparse

import numpy as np
from measuring import checkout, compare, machine

from rfacenet_toolbox.evaluation import Scheme, evaluate, window_bounds
from rfacenet_toolbox.evaluation.files import outputs

SAMPLES, FS_HZ, VIDEOS = 2000, 30, 8
#: our name of a method -> the toolbox's
METHODS = {"FFT": "FFT", "peak detection": "Peak"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outputs", metavar="FILE", help="a *_outputs.pickle")
    parser.add_argument("--repeats", type=int, default=5, help="pairs; many videos are scored by one alone")
    args = parser.parse_args()
    print(machine())
    toolbox = checkout()
    predictions, labels = made_up_videos()
    one = {"subject0": predictions["subject0"]}
    for method in METHODS:
        for window_s in (None, 10):
            measure(toolbox, one, labels, FS_HZ, method, window_s, args.repeats)
    fs_hz = FS_HZ
    if args.outputs:
        saved = outputs.read(args.outputs)
        predictions, labels, fs_hz = saved.predictions, saved.labels, saved.fs_hz
    measure(toolbox, predictions, labels, fs_hz, "FFT", None, 1)


def measure(toolbox, predictions, labels, fs_hz, method, window_s, repeats):
    """Ours with the means and their standard errors, the toolbox's without."""
    labels = {name: labels[name] for name in predictions}
    scheme = Scheme(["toolbox2025"], method, window_s)

    def ours():
        evaluate(predictions, labels, fs_hz, scheme)

    def theirs():
        from evaluation.post_process import calculate_metric_per_video as score

        for name, label in labels.items():
            for start, stop in window_bounds(len(label), fs_hz, window_s):
                signals = predictions[name][start:stop], label[start:stop]
                score(*signals, fs=fs_hz, diff_flag=True, hr_method=METHODS[method])

    count = f"{len(labels)} videos" if len(labels) > 1 else "a video"
    name = f"{count}, {method}" + (f", windows of {window_s} s" if window_s else "")
    compare(name, ours, theirs if toolbox else None, "the toolbox's", repeats, warm_up=repeats > 1)


def made_up_videos():
    """Predicted and true derivatives of pulses, with noise between them."""
    time, rng = np.arange(SAMPLES) / FS_HZ, np.random.default_rng(0)
    labels = {}
    for number in range(VIDEOS):
        pulse = np.sin(2 * np.pi * (1.0 + 0.1 * number) * time)
        labels[f"subject{number}"] = np.diff(pulse, append=0).astype(np.float32)
    noise = {name: 0.1 * rng.standard_normal(SAMPLES).astype(np.float32) for name in labels}
    return {name: label + noise[name] for name, label in labels.items()}, labels


if __name__ == "__main__":
    main()
