"""Recordings of one's own, their ground truths in many forms, and the manifests that name them."""

from types import SimpleNamespace

import numpy as np
from support import recordings

from rfacenet_toolbox.datasets.readers import find_dataset

FPS_HZ, SECONDS = 25.0, 6
FRAMES = int(FPS_HZ * SECONDS)


def settings(**given):
    """The node ``MANIFEST`` with these settings."""
    return SimpleNamespace(**{**find_dataset("Manifest").defaults, **given})


def samples(rate_hz, bpm=72.0):
    """(times in s, values) of a pulse for as long as the video lasts."""
    times_s = np.arange(int(SECONDS * rate_hz)) / rate_hz
    return times_s, np.cos(2 * np.pi * bpm / 60 * times_s)


def write(
    folder, *lines, columns="video,subject,truth,column,kind,rate_hz,time_column,fps,start_s,stop_s,split,fold,name"
):
    """Write ``manifest.csv`` with these lines, their last columns empty where they end early; the folder's path."""
    titles = columns.split(",")
    padded = [line + "," * (len(titles) - 1 - line.count(",")) for line in lines]
    (folder / "manifest.csv").write_text("\n".join([columns, *padded]))
    return str(folder)


def column(title, values):
    """The text of a file with one column."""
    return "\n".join([title, *(f"{value:.6f}" for value in values)])


def table(titles, *columns, separator=","):
    """The text of a file with several columns."""
    return "\n".join([titles, *(separator.join(f"{value:.6f}" for value in row) for row in zip(*columns))])


TIMES_S, PPG = samples(60)  # the finger's PPG, 72 beats per minute
#: the same times as a clock shows them
CLOCK = [
    f"2024-05-01T{10 + (3590 + t) // 3600:02.0f}:{(59 + (50 + t) // 60) % 60:02.0f}:{(50 + t) % 60:06.3f}"
    for t in TIMES_S
]


def stamped(cells, separator=","):
    """The text of a file with these times and the PPG, in another language."""
    return "\n".join([f"Zeit{separator}Puls", *(f"{time}{separator}{value:.6f}" for time, value in zip(cells, PPG))])


def write_recordings(folder):
    """A video of noise and its ground truth in several forms; gives the folder."""
    recordings.write_video(folder / "a.avi", recordings.noise_frames(FRAMES), FPS_HZ)
    rows = [f"{time:.6f},{value:.9f}" for time, value in zip(TIMES_S, PPG)]
    (folder / "a.csv").write_text("\n".join(["time,ppg", *rows]))
    (folder / "flat.txt").write_text("\n".join(f"{value:.9f}" for value in PPG))
    (folder / "hr.csv").write_text("\n".join(["HR", *["72"] * (SECONDS + 1)]))
    (folder / "a.json").write_text(str({"ppg": {"samples": PPG.round(9).tolist()}}).replace("'", '"'))
    return folder
