"""How fast is `rfacenet predict`, how much memory does it take, and how large is its installation?

``python benchmarks/predict.py VIDEO[=BPM] ...`` measures each method on each video, from decoding to the result, each
time in a new process; BPM is the true heart rate, where it is known. ``--minutes 1 20`` adds synthetic 640x480 videos
of these lengths (half a minute, repeated), to compare their memory. ``--open-rppg PYTHON`` names an interpreter that
has open-rppg, to run it on the same videos in the same minutes. Methods take turns, and the median of ``--repeats``
counts. Run it on an idle machine, and with the package installed: the size of its installation is not known otherwise.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import cv2
from measuring import ROOT, machine

from rfacenet_toolbox.synthetic import write_dataset

SECONDS_DRAWN = 30
OURS = """
import json, sys, time
began = time.perf_counter()
from measuring import peak_bytes
from rfacenet_toolbox import predict
from rfacenet_toolbox.prediction.estimators import estimator
method, weights = sys.argv[2], sys.argv[3] or None
estimator(method, weights)
ready, ready_cpu = time.perf_counter(), time.process_time()
rate = predict(sys.argv[1], method, weights).heart_rate_bpm
"""
OPEN_RPPG = """
import json, sys, time
began = time.perf_counter()
from measuring import peak_bytes
import rppg
model = rppg.Model()
ready, ready_cpu = time.perf_counter(), time.process_time()
found = model.process_video(sys.argv[1])
rate = None if found is None or found["hr"] is None else float(found["hr"])
"""
REPORT = """
done, done_cpu = time.perf_counter(), time.process_time()
memory = peak_bytes() / 2**20
print(json.dumps({"start_s": ready - began, "start_cpu_s": ready_cpu, "work_s": done - ready,
                  "work_cpu_s": done_cpu - ready_cpu, "memory_mib": memory, "heart_rate_bpm":
                  None if rate is None else round(rate, 2)}))
"""


def main():
    args = _arguments()
    print(machine())
    print_install_sizes(args.open_rppg)
    methods = dict.fromkeys(args.methods + ["open-rppg"] * bool(args.open_rppg))
    videos = [video.partition("=")[::2] for video in args.videos]
    videos += [(str(long_video(args.folder, minutes)), "") for minutes in args.minutes]
    for path, truth in videos:
        runs = {method: [] for method in methods}
        for _ in range(args.repeats):
            for method in methods:
                runs[method].append(run(method, path, args.open_rppg))
        for method, measured in runs.items():
            name, _, weights = method.partition("=")
            name += f" {Path(weights).stem}" if weights else ""
            print(f"{name:10} {Path(path).name:24} {summary(path, measured)} (true {truth or '?'})")


def run(method, path, open_rppg):
    """What one run in a new process took and said."""
    if method == "open-rppg":
        return answer([open_rppg, "-c", OPEN_RPPG + REPORT, path])
    return answer([sys.executable, "-c", OURS + REPORT, path, *method.partition("=")[::2]])


def answer(command):
    """The JSON that a command says last; ``measuring`` and this checkout's package are importable there."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "benchmarks")])}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def print_install_sizes(open_rppg):
    asked = {"rfacenet": [sys.executable, "rfacenet-toolbox", "rfacenet_toolbox"]}
    if open_rppg:
        asked["open-rppg"] = [open_rppg, "open-rppg"]
    for name, (python, *distribution) in asked.items():
        sizes = answer([python, str(ROOT / "benchmarks" / "install_size.py"), *distribution])
        text = "not installed in its interpreter"
        if sizes:
            largest = ", ".join(f"{part} {sizes[part] / 1e6:.0f}" for part in sorted(sizes, key=sizes.get)[:-4:-1])
            text = f"{sum(sizes.values()) / 1e6:.0f} MB in {len(sizes)} distributions (largest: {largest})"
        print(f"{name:10} {text}", flush=True)


def summary(path, runs):
    """Medians of speed and start, the greatest memory, and the heart rate of the first run."""
    video = cv2.VideoCapture(path)
    seconds = video.get(cv2.CAP_PROP_FRAME_COUNT) / video.get(cv2.CAP_PROP_FPS)

    def speed(*keys):
        return statistics.median(seconds / sum(run[key] for key in keys) for run in runs)

    speeds = [seconds / run["work_s"] for run in runs]
    start, start_cpu = (statistics.median(run[key] for run in runs) for key in ("start_s", "start_cpu_s"))
    memory = max(run["memory_mib"] for run in runs)
    return (
        f"{seconds:7.1f} s {speed('work_s'):6.1f} x real time ({min(speeds):.1f} to {max(speeds):.1f}), "
        f"{speed('start_s', 'work_s'):.1f} x with the start, by CPU time {speed('work_cpu_s'):.1f} x, "
        f"{speed('start_cpu_s', 'work_cpu_s'):.1f} x with the start, start {start:.1f} s ({start_cpu:.1f} s of CPU), "
        f"{memory:.0f} MiB, {runs[0]['heart_rate_bpm']} bpm"
    )


def long_video(folder, minutes):
    """A synthetic video of so many minutes, MPEG-4; made once."""
    path = folder / f"synthetic_{minutes:g}_minutes.mp4"
    if path.is_file():
        return path
    (drawn,) = write_dataset(folder, "ubfc-rppg", 1, seconds=SECONDS_DRAWN, heart_rates_bpm=72, workers=1)
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*"mp4v"), 30, (640, 480))
    for _ in range(max(1, round(minutes * 60 / SECONDS_DRAWN))):
        capture = cv2.VideoCapture(str(drawn / "vid.avi"))
        read, frame = capture.read()
        while read:
            writer.write(frame)
            read, frame = capture.read()
    writer.release()
    return path


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="*", metavar="VIDEO[=BPM]")
    parser.add_argument("--methods", nargs="+", default=["pos"], metavar="METHOD[=WEIGHTS]")
    parser.add_argument("--minutes", nargs="*", type=float, default=[], help="lengths of synthetic videos")
    parser.add_argument("--open-rppg", metavar="PYTHON", help="an interpreter that has open-rppg")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "bench_predict", help="for the synthetic videos")
    return parser.parse_args()


if __name__ == "__main__":
    main()
