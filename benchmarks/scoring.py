"""How long does scoring take, against the toolbox's evaluation?

``python benchmarks/scoring.py`` computes all metrics of one video of 2,000 samples, whole and in windows of 10 s, by
FFT and by peaks, and of eight videos. ``--outputs X_outputs.pickle`` does it for saved outputs, too. With
``RPPG_TOOLBOX=/path/to/checkout`` the toolbox does the same in turn.
"""

import argparse

import numpy as np
from measuring import checkout, compare, machine

from rfacenet_toolbox.evaluation import evaluate, score_video, window_bounds
from rfacenet_toolbox.evaluation.files import outputs

SAMPLES, FS_HZ, WINDOW_S, VIDEOS = 2000, 30, 10, 8
#: our name of a method -> the toolbox's
METHODS = {"FFT": "FFT", "peak detection": "Peak"}
GOAL = 0.01


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outputs", metavar="FILE", help="a *_outputs.pickle, scored by FFT")
    parser.add_argument("--repeats", type=int, default=5, help="pairs; many videos are scored by one alone")
    args = parser.parse_args()
    print(machine())
    theirs = toolbox_scorer()
    for method in METHODS:
        one_video(theirs, method, args.repeats)
    videos = {f"subject{number}": signals(number) for number in range(VIDEOS)}
    predictions, labels = ({name: pair[column] for name, pair in videos.items()} for column in (0, 1))
    many_videos(theirs, "", predictions, labels, FS_HZ)
    if args.outputs:
        saved = outputs.read(args.outputs)
        many_videos(theirs, "saved ", saved.predictions, saved.labels, saved.fs_hz)


def one_video(theirs, method, repeats):
    prediction, label = signals()
    bounds = window_bounds(SAMPLES, FS_HZ, WINDOW_S)

    def ours(window_s=None):
        return score_video(prediction, label, FS_HZ, "toolbox2025", method=method, window_s=window_s)

    def whole():
        return theirs(prediction, label, FS_HZ, METHODS[method])

    def windows():
        return [theirs(prediction[start:stop], label[start:stop], FS_HZ, METHODS[method]) for start, stop in bounds]

    compare(f"a video, {method}", ours, theirs and whole, "the toolbox's", repeats, GOAL)
    name = f"a video, {method}, windows of {WINDOW_S} s"
    compare(name, lambda: ours(WINDOW_S), theirs and windows, "the toolbox's", repeats, GOAL)


def many_videos(theirs, kind, predictions, labels, fs_hz):
    """Ours with the summary and its standard errors."""

    def ours():
        return evaluate(predictions, labels, fs_hz, protocols=["toolbox2025"])

    def one_by_one():
        return [theirs(predictions[name], labels[name], fs_hz, "FFT") for name in predictions]

    name = f"{len(predictions)} {kind}videos, FFT"
    compare(name, ours, theirs and one_by_one, "the toolbox's", 1, GOAL, warm_up=False)


def signals(seed=0):
    """Predicted and true derivative of a pulse, with noise between them."""
    time = np.arange(SAMPLES) / FS_HZ
    rng = np.random.default_rng(seed)
    label = np.diff(np.sin(2 * np.pi * (1.0 + 0.1 * seed) * time), append=0).astype(np.float32)
    return (label + 0.1 * rng.standard_normal(SAMPLES)).astype(np.float32), label


def toolbox_scorer():
    """A function of prediction, label, frame rate and method; None without a checkout."""
    if not checkout():
        return None
    from evaluation.post_process import calculate_metric_per_video

    return lambda prediction, label, fs_hz, method: calculate_metric_per_video(
        prediction, label, fs=fs_hz, diff_flag=True, hr_method=method
    )


if __name__ == "__main__":
    main()
