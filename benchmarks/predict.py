"""`rfacenet predict` end to end: times faster than real time and peak memory, each in a fresh process; install size.

``python benchmarks/predict.py VIDEO[=BPM] ...`` measures each method on each video; BPM is the true heart rate, where
it is known. ``--minutes 1 20`` adds synthetic 640x480 videos of these lengths (a stretch of half a minute, repeated),
to compare their memory. ``--open-rppg PYTHON`` names an interpreter that has open-rppg, to run it on the same videos in
the same minutes. Methods take turns, and the median of ``--repeats`` counts. Run it on an idle machine. The install
size is that of the distribution and all that it requires; ours wants ``pip install`` to be known, editable will do.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS_DRAWN = 30
_OURS = """
import json, sys, time
began = time.perf_counter()
from rfacenet_toolbox import predict
from rfacenet_toolbox.prediction import estimators
method, weights = sys.argv[2], sys.argv[3] or None
estimators.estimator(method, weights)
ready = time.perf_counter()
rate = predict(sys.argv[1], method, weights).heart_rate_bpm
"""
_THEIRS = """
import json, sys, time
began = time.perf_counter()
import rppg
model = rppg.Model()
ready = time.perf_counter()
found = model.process_video(sys.argv[1])
rate = None if found is None or found["hr"] is None else float(found["hr"])
"""
_REPORT = """
done = time.perf_counter()
from benchmarks.peak import peak_bytes
memory = peak_bytes() / 2**20
print(json.dumps({"start_s": ready - began, "work_s": done - ready, "memory_mib": memory, "heart_rate_bpm": rate}))
"""


def main():
    args = _arguments()
    sizes = _install_sizes(args)
    for name, size in sizes.items():
        print(_size_line(name, size), flush=True)
    videos = [_known(text) for text in args.videos] + [(_long_video(args.folder, m), None) for m in args.minutes]
    rows = []
    for path, truth in videos:
        seconds = _seconds(path)
        runs = {name: [] for name in _contestants(args)}
        for _ in range(args.repeats):
            for name, command in _contestants(args).items():
                runs[name].append(_run(command, path))
        for name, measured in runs.items():
            rows.append(_row(name, path, truth, seconds, measured))
            print(_line(rows[-1]), flush=True)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    found = {"cores": os.cpu_count(), "repeats": args.repeats, "install_bytes": sizes, "rows": rows}
    args.out.write_text(json.dumps(found, indent=1) + "\n")


def _contestants(args):
    """{name: command, to which the video's path is put in}."""
    ours = {}
    for text in args.methods:
        method, _, weights = text.partition("=")
        ours[method] = [sys.executable, "-c", _OURS + _REPORT, None, method, weights]
    if args.open_rppg:
        ours["open-rppg"] = [args.open_rppg, "-c", _THEIRS + _REPORT, None]
    return ours


def _install_sizes(args):
    """{side: {distribution: bytes}}, None for a side that is not installed."""
    asked = {"ours": (sys.executable, "rfacenet-toolbox", "rfacenet_toolbox")}
    if args.open_rppg:
        asked["open-rppg"] = (args.open_rppg, "open-rppg")
    module = ("-m", "benchmarks.install_size")
    return {side: _answer([python, *module, *names]) for side, (python, *names) in asked.items()}


def _size_line(side, sizes):
    if sizes is None:
        return f"{side:10} is not installed in its interpreter, and its install size not known"
    largest = sorted(sizes, key=sizes.get, reverse=True)[:3]
    parts = ", ".join(f"{name} {sizes[name] / 1e6:.0f}" for name in largest)
    return f"{side:10} {sum(sizes.values()) / 1e6:.0f} MB installed in {len(sizes)} distributions (largest: {parts})"


def _run(command, path):
    return _answer([str(path) if part is None else part for part in command])


def _answer(command):
    """The JSON that a command says last; ``benchmarks`` and this checkout's package are importable there."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _row(name, path, truth, seconds, runs):
    works = sorted(run["work_s"] for run in runs)
    return {
        "method": name, "video": Path(path).name, "seconds": seconds, "true_bpm": truth,
        "heart_rate_bpm": runs[0]["heart_rate_bpm"], "heart_rates_bpm": [run["heart_rate_bpm"] for run in runs],
        "times_real_time": seconds / statistics.median(works),
        "slowest": seconds / works[-1], "fastest": seconds / works[0],
        "start_s": statistics.median(run["start_s"] for run in runs),
        "memory_mib": max(run["memory_mib"] for run in runs),
    }  # fmt: skip


def _line(row):
    rate = "no heart rate" if row["heart_rate_bpm"] is None else f"{row['heart_rate_bpm']:6.1f} bpm"
    truth = "" if row["true_bpm"] is None else f" (true {row['true_bpm']:g})"
    return (
        f"{row['method']:10} {row['video']:24} {row['seconds']:7.1f} s  {row['times_real_time']:6.1f} x real time "
        f"({row['slowest']:.1f} to {row['fastest']:.1f})  start {row['start_s']:4.1f} s  {row['memory_mib']:6.0f} MiB  "
        f"{rate}{truth}"
    )


def _known(text):
    path, _, truth = text.partition("=")
    return path, float(truth) if truth else None


def _seconds(path):
    import cv2

    capture = cv2.VideoCapture(str(path))
    return capture.get(cv2.CAP_PROP_FRAME_COUNT) / capture.get(cv2.CAP_PROP_FPS)


def _long_video(folder, minutes):
    """A synthetic video of so many minutes, MPEG-4; made once."""
    import cv2

    path = Path(folder) / f"synthetic_{minutes:g}_minutes.mp4"
    if path.is_file():
        return path
    sys.path.insert(0, str(ROOT))
    from rfacenet_toolbox.synthetic import write_dataset

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
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "bench_predict.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
