"""How much memory does a preprocessing worker take, by length and size of the video?

``python benchmarks/memory.py`` caches recordings of several lengths and sizes (HC, 72x72, DiffNormalized), each in a
new process, and prints the process's greatest resident set. The recordings show a few synthetic frames over and over,
as Motion JPEG in a temporary folder (500 MB at most). They are UBFC-rPPG's, or with ``--dataset VIPL-HR`` those of its
phone.
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

SETTINGS = PreprocessSettings(
    data_types=("DiffNormalized",), label_type="DiffNormalized", chunk_length=128, width=72, height=72,
    crop_face=True, backend="HC", large_box_coef=1.5, detect_every=None, median_box=False, fs_hz=30.0,
)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, nargs="+", default=[500, 2000, 5000], help="lengths of the recordings")
    parser.add_argument("--dataset", choices=WRITERS, default="UBFC-rPPG")
    args = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        raw, faces = Path(folder) / "raw", drawn_faces(Path(folder) / "drawn")
        for size in ((640, 480), (1920, 1080)):
            for length in args.frames:
                WRITERS[args.dataset](raw, [cv2.resize(face, size) for face in faces], length)
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    peak = pool.apply(peak_of_caching, (args.dataset, str(raw), length))
                print(f"{size[0]}x{size[1]}, {length:5} frames: {peak / 1e6:4.0f} MB", flush=True)


def drawn_faces(folder):
    """A few frames of a drawn face, BGR 640x480."""
    write_dataset(folder, "pure", 1, scenarios=[1], seconds=8 / 30, workers=1)
    (recording,) = readers.find_recordings("PURE", str(folder))
    return list(recording.frames(bgr=True))


def write_ubfc_rppg(raw, frames, length):
    """A recording of UBFC-rPPG that shows the frames in turn."""
    write_video(raw / "subject1" / "vid.avi", frames, length)
    wave = " ".join(f"{value:.7e}" for value in np.sin(np.arange(length) / 4))
    (raw / "subject1" / "ground_truth.txt").write_text(wave + "\n")


def write_vipl_hr(raw, frames, length):
    """A recording of VIPL-HR by the phone that shows the frames in turn, 30 of them per second."""
    folder, seconds = raw / "data" / "p1" / "v8" / "source2", length // 30
    write_video(folder / "video.avi", frames, length)
    (folder / "gt_HR.csv").write_text("HR\n" + "75\n" * seconds)
    wave = "".join(f"{value:.1f}\n" for value in 50 + 20 * np.sin(np.arange(60 * seconds) / 8))
    (folder / "wave.csv").write_text("Wave\n" + wave)


def write_video(path, frames, length):
    """The frames in turn, as Motion JPEG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures = [cv2.imencode(".jpg", frame)[1].tobytes() for frame in frames]
    with open(path, "wb") as video:  # FFmpeg takes bare pictures in a row for a video
        for index in range(length):
            video.write(pictures[index % len(pictures)])


WRITERS = {"UBFC-rPPG": write_ubfc_rppg, "VIPL-HR": write_vipl_hr}


def peak_of_caching(dataset, raw, length):
    """Cache the data set's recording in ``raw`` as a worker does; gives the peak memory of this process, bytes."""
    cv2.setNumThreads(1)
    (recording,) = readers.find_recordings(dataset, raw)
    with tempfile.TemporaryDirectory() as cache:
        report = preprocess.cache_recording(preprocess.Task(recording, SETTINGS, cache))
    assert (report.frames, report.faces_not_found, report.left_out) == (length, 0, None), report
    return peak_bytes()


if __name__ == "__main__":
    main()
