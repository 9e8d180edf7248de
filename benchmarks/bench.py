"""Speed and memory as ratios, each pair measured in turn in one run.

``python benchmarks/bench.py`` runs every row, ``python benchmarks/bench.py evaluation`` one of them. With
``RPPG_TOOLBOX=/path/to/checkout`` the toolbox does the same work beside ours; without it those rows print our side
alone. The table goes to the screen, and with the machine's description to ``runs/bench.json``.
"""
import argparse
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import rows  # noqa: E402  (below the path it needs)


def main():
    args = _arguments()
    checkout = os.environ.get("RPPG_TOOLBOX", "").split(os.pathsep)[0] or None
    table = []
    for name in args.rows or list(rows.ROWS):
        for row in rows.ROWS[name](checkout, args):
            measured = _measure(row, args.repeats)
            table.append(measured)
            print(_line(measured), flush=True)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps({"machine": _machine(), "repeats": args.repeats, "rows": table}, indent=1) + "\n")
    print(f"Ratios are medians over {args.repeats} pairs; seconds and the machine are in {args.out}")


def _measure(row, repeats):
    """Time ours and theirs in turn, after one call of each that does not count."""
    sides = {"ours": row.ours, "theirs": row.theirs}
    seconds = {side: [] for side, call in sides.items() if call is not None}
    for turn in range(repeats + 1):
        for side in seconds:
            started = time.perf_counter()
            sides[side]()
            if turn:
                seconds[side].append(time.perf_counter() - started)
    measured = {"row": row.name, "against": row.against, "aim": row.aim, "note": row.note}
    measured.update({f"{side}_s": statistics.median(times) for side, times in seconds.items()})
    if "theirs" in seconds:
        ratios = [ours / theirs for ours, theirs in zip(seconds["ours"], seconds["theirs"])]
        measured.update(ratio=statistics.median(ratios), lowest=min(ratios), highest=max(ratios))
    return measured


def _line(row):
    name = f"{row['row']:44}"
    if "ratio" not in row:
        return f"{name} {row['ours_s']:9.4f} s   not compared: set RPPG_TOOLBOX to a checkout   {row['note']}"
    aim = f"aim {row['aim']:g}" if row["aim"] else ""
    return (
        f"{name} {row['ratio']:9.4g} x {row['against']:34} ({row['lowest']:.4g} to {row['highest']:.4g})  {aim:10} "
        f"{row['note']}"
    )


def _machine():
    import torch

    cpu = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            cpu = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), cpu)
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {"cpu": cpu, "cores": os.cpu_count(), "gpu": gpu, "torch": torch.__version__, "system": platform.platform()}


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", choices=[[], *rows.ROWS], help="which rows; all by default")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--size", type=int, default=72, help="side of the clips of the training step")
    parser.add_argument("--frames", type=int, default=500, help="frames of the recordings that are preprocessed")
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "bench.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
