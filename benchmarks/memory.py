"""Peak memory of a preprocessing worker, by length and size of the video.

``python benchmarks/memory.py`` prints a row a frame size; ``--frames 500`` asks for other lengths. A figure is the
greatest resident set of a new process that caches one recording as a worker does (HC, 72x72, DiffNormalized). The
recordings are a few synthetic frames over and over, as Motion JPEG in a temporary folder (500 MB at most).
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, NamedTuple, Optional

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rfacenet_toolbox.datasets import readers  # noqa: E402  (below the path it needs)
from rfacenet_toolbox.synthetic import write_dataset  # noqa: E402

SIZES = ((640, 480), (1920, 1080))
LENGTHS = (500, 2000, 5000)
#: MB at 2,000 frames of 640x480
AIM, AIM_FRAMES = 400, 2000
SIDE = 72
WORKER = f"""
import sys
import cv2
from benchmarks.peak import peak_bytes
from rfacenet_toolbox.datasets.preprocess import Task, cache_recording
from rfacenet_toolbox.datasets.readers import find_recordings
from rfacenet_toolbox.datasets.settings import PreprocessSettings

cv2.setNumThreads(1)
settings = PreprocessSettings(
    data_types=("DiffNormalized",), label_type="DiffNormalized", chunk_length=128, width={SIDE}, height={SIDE},
    crop_face=True, backend="HC", large_box_coef=1.5, detect_every=None, median_box=False, fs_hz=30.0,
)
(recording,) = find_recordings("UBFC-rPPG", sys.argv[1])
report = cache_recording(Task(recording, settings, sys.argv[2]))
assert (report.frames, report.faces_not_found) == (int(sys.argv[3]), 0), report
print(peak_bytes())
"""


class MemoryRow(NamedTuple):
    """``megabytes`` is {frames: peak of a worker}; ``aim`` the MB aimed at for ``aim_frames`` frames."""

    name: str
    megabytes: Dict[int, float]
    aim: Optional[float]
    aim_frames: Optional[int]
    note: str


def memory(checkout, args):
    """A :class:`MemoryRow` a frame size, for the lengths ``args.memory_frames``, or :data:`LENGTHS`.

    ``checkout`` is not used: the toolbox's workers hold the raw video, whose size needs no measuring.
    """
    lengths = sorted(getattr(args, "memory_frames", None) or LENGTHS)
    with tempfile.TemporaryDirectory() as folder:
        faces = _faces(Path(folder))
        for size in SIZES:
            peaks = {length: _peak(faces, size, length, Path(folder)) for length in lengths}
            aim = (AIM, AIM_FRAMES) if size == SIZES[0] and AIM_FRAMES in lengths else (None, None)
            name = f"memory of a worker, {size[0]}x{size[1]}, HC, {SIDE}x{SIDE}"
            yield MemoryRow(name, peaks, *aim, _growth(peaks))


def _growth(peaks):
    first, last = min(peaks), max(peaks)
    if first == last:
        return ""
    grown = (peaks[last] - peaks[first]) / (last - first) * 1000
    return f"{grown:.1f} kB more a frame; a resized frame is {SIDE * SIDE * 3 / 1000:.1f} kB"


def _faces(folder):
    """A few frames of a drawn face, BGR 640x480."""
    write_dataset(folder / "drawn", "pure", 1, scenarios=[1], seconds=8 / 30, workers=1)
    (recording,) = readers.find_recordings("PURE", str(folder / "drawn"))
    return [frame[..., ::-1] for frame in recording.frames()]


def _peak(faces, size, length, folder):
    """MB of a worker that caches a recording of ``length`` frames."""
    recording = folder / "raw" / "subject1"
    recording.mkdir(parents=True, exist_ok=True)
    pictures = [cv2.imencode(".jpg", cv2.resize(face, size))[1].tobytes() for face in faces]
    with open(recording / "vid.avi", "wb") as video:  # FFmpeg takes bare pictures in a row for a video
        for index in range(length):
            video.write(pictures[index % len(pictures)])
    wave = " ".join(f"{value:.7e}" for value in np.sin(np.arange(length) / 4))
    (recording / "ground_truth.txt").write_text(wave + "\n")
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-c", WORKER, str(recording.parent), cache, str(length)]
        done = subprocess.run(command, cwd=str(ROOT), stdout=subprocess.PIPE, check=True, text=True)
    return float(done.stdout) / 1e6


def line(row):
    """A row as text."""
    peaks = "  ".join(f"{peak:6.0f} MB at {length:,} frames" for length, peak in row.megabytes.items())
    aim = f"aim {row.aim:g} MB at {row.aim_frames:,}" if row.aim else ""
    return f"{row.name:44} {peaks}  {aim:22} {row.note}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", dest="memory_frames", type=int, nargs="+", default=list(LENGTHS))
    parser.add_argument("--out", type=Path, help="write the rows to this JSON file, too")
    args = parser.parse_args()
    rows = []
    for row in memory(None, args):
        print(line(row), flush=True)
        rows.append(row._asdict())
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
