"""Rows of the evaluation: one video, one video in windows, many videos."""

from pathlib import Path

import numpy as np
from rows import Row, from_checkout, sides

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "deepphys_pure_to_ubfc_outputs.npz"

SAMPLES, FS_HZ, WINDOW_S, VIDEOS = 2000, 30, 10, 8
METHODS = {"fft": ("FFT", "FFT"), "peaks": ("peak detection", "Peak")}


def evaluation(checkout, args):
    """All metrics of videos of 2,000 samples."""
    from rfacenet_toolbox.evaluation import evaluate, score_video, window_bounds

    theirs = _scorer(checkout) if checkout else None
    prediction, label = signals()
    against = "the toolbox's evaluation"
    for key, (ours_name, theirs_name) in METHODS.items():

        def ours(name=ours_name, **window):
            return score_video(prediction, label, FS_HZ, "toolbox2025", method=name, **window)

        def one(name=theirs_name):
            return theirs(prediction, label, name)

        def windows(name=theirs_name):
            bounds = window_bounds(SAMPLES, FS_HZ, WINDOW_S)
            return [theirs(prediction[start:stop], label[start:stop], name) for start, stop in bounds]

        def ours_in_windows(ours=ours):
            return ours(window_s=WINDOW_S)

        title = f"evaluation, {ours_name}"
        yield Row(f"evaluation:{key}", title, sides(ours, theirs and one), against, 0.01)
        note = f"{WINDOW_S} s each"
        calls = sides(ours_in_windows, theirs and windows)
        yield Row(f"evaluation:{key}-windows", f"{title}, windows", calls, against, 0.01, note)

    videos = {f"subject{number}": signals(number) for number in range(VIDEOS)}

    def ours_all():
        columns = [{video: pair[column] for video, pair in videos.items()} for column in (0, 1)]
        return evaluate(*columns, FS_HZ)

    def theirs_all():
        return [theirs(*pair, "FFT") for pair in videos.values()]

    yield Row(
        "evaluation:many",
        f"evaluation of {VIDEOS} videos, FFT",
        sides(ours_all, theirs and theirs_all),
        against,
        0.01,
        "ours under both protocols and with the summary, the toolbox's under one",
        once=True,
    )
    yield from _real(theirs, against)


def _real(theirs, against):
    """All metrics of DeepPhys' outputs for 42 UBFC-rPPG subjects."""
    from rfacenet_toolbox.evaluation import evaluate

    if not REAL.exists():
        print(f"evaluation of 42 real videos: not measured, as {REAL.name} is not there")
        return
    with np.load(str(REAL)) as arrays:
        names = sorted({name.split("/")[0] for name in arrays})
        predictions, labels = ({name: arrays[f"{name}/{side}"] for name in names} for side in ("prediction", "label"))

    def ours():
        return evaluate(predictions, labels, FS_HZ, protocols=["toolbox2025"])

    def theirs_all():
        return [theirs(predictions[name], labels[name], "FFT") for name in names]

    calls = sides(ours, theirs and theirs_all)
    yield Row("evaluation:real", f"evaluation of {len(names)} real videos, FFT", calls, against, 0.01, once=True)


def signals(seed=0):
    """Predicted and true derivative of a pulse, with noise between them."""
    time = np.arange(SAMPLES) / FS_HZ
    rng = np.random.default_rng(seed)
    label = np.diff(np.sin(2 * np.pi * (1.0 + 0.1 * seed) * time), append=0).astype(np.float32)
    return (label + 0.1 * rng.standard_normal(SAMPLES)).astype(np.float32), label


def _scorer(checkout):
    scorer = from_checkout(checkout, "evaluation.post_process").calculate_metric_per_video
    return lambda prediction, label, name: scorer(prediction, label, fs=FS_HZ, diff_flag=True, hr_method=name)
