"""How much memory does a preprocessing worker take, by length and size of the video?

``python benchmarks/memory.py`` caches recordings of several lengths (``--frames``) and sizes, each in a new process as
a worker does (HC, 72x72, DiffNormalized), and prints the process's greatest resident set. The recordings are a few
synthetic frames over and over, as Motion JPEG in a temporary folder (500 MB at most).
"""

import argparse
import multiprocessing
import tempfile
from pathlib import Path

import cv2
import numpy as np
from measuring import machine, peak_bytes

from rfacenet_toolbox.datasets import preprocess, readers
from rfacenet_toolbox.datasets.settings import PreprocessSettings
from rfacenet_toolbox.synthetic import write_dataset

SIZES = ((640, 480), (1920, 1080))
SIZE = 72
#: MB aimed at, or below, for so many frames of the first size
GOAL, GOAL_FRAMES = 400, 2000
SETTINGS = PreprocessSettings(
    data_types=("DiffNormalized",), label_type="DiffNormalized", chunk_length=128, width=SIZE, height=SIZE,
    crop_face=True, backend="HC", large_box_coef=1.5, detect_every=None, median_box=False, fs_hz=30.0,
)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, nargs="+", default=[500, 2000, 5000], help="lengths of the recordings")
    args = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        faces = drawn_faces(Path(folder))
        for size in SIZES:
            peaks = {}
            for length in sorted(args.frames):
                write_recording(Path(folder) / "raw" / "subject1", faces, size, length)
                peaks[length] = in_new_process(cache_one, str(Path(folder) / "raw"), length) / 1e6
                print(
                    f"{size[0]}x{size[1]}, {length:5} frames: {peaks[length]:4.0f} MB{_goal(size, peaks)}", flush=True
                )
            if len(peaks) > 1:
                per_frame = 1e3 * (peaks[max(peaks)] - peaks[min(peaks)]) / (max(peaks) - min(peaks))
                print(
                    f"    {per_frame:.1f} kB more a frame; a frame of {SIZE}x{SIZE} is {SIZE * SIZE * 3 / 1e3:.1f} kB"
                )


def _goal(size, peaks):
    length = max(peaks)
    if (size, length) != (SIZES[0], GOAL_FRAMES):
        return ""
    return f"; goal {GOAL} MB, {'met' if peaks[length] <= GOAL else 'MISSED'}"


def drawn_faces(folder):
    """A few frames of a drawn face, BGR 640x480."""
    write_dataset(folder / "drawn", "pure", 1, scenarios=[1], seconds=8 / 30, workers=1)
    (recording,) = readers.find_recordings("PURE", str(folder / "drawn"))
    return [frame[..., ::-1] for frame in readers.frames(recording)]


def write_recording(folder, faces, size, length):
    """A recording of UBFC-rPPG that shows the faces in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [cv2.imencode(".jpg", cv2.resize(face, size))[1].tobytes() for face in faces]
    with open(folder / "vid.avi", "wb") as video:  # FFmpeg takes bare pictures in a row for a video
        for index in range(length):
            video.write(pictures[index % len(pictures)])
    wave = " ".join(f"{value:.7e}" for value in np.sin(np.arange(length) / 4))
    (folder / "ground_truth.txt").write_text(wave + "\n")


def cache_one(raw, length):
    """Cache the recording in ``raw``; gives the peak memory of this process, bytes."""
    cv2.setNumThreads(1)
    (recording,) = readers.find_recordings("UBFC-rPPG", raw)
    with tempfile.TemporaryDirectory() as cache:
        report = preprocess.cache_recording(preprocess.Task(recording, SETTINGS, cache))
    assert (report.frames, report.faces_not_found) == (length, 0), report
    return peak_bytes()


def in_new_process(function, *args):
    """What ``function`` returns in a process that has done nothing else."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, args)


if __name__ == "__main__":
    main()
