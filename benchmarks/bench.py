"""Speed and memory as ratios, each pair measured in turn in one run.

``python benchmarks/bench.py`` measures every row, ``python benchmarks/bench.py evaluation`` a group of them,
``python benchmarks/bench.py step:fp32`` one. With ``RPPG_TOOLBOX=/path/to/checkout`` the toolbox does the same work
beside ours; without it those rows print our side alone. ``--profile`` says what bounds the training steps. The table
goes to the screen, and with the machine's description to ``runs/bench.json``.
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

from rows import groups  # noqa: E402  (below the path it needs)

#: arguments that say how much work a row is: default and meaning
SIZES = {
    "size": (72, "side of the clips of the training step"),
    "frames": (500, "frames of the recordings that are preprocessed"),
    "recordings": (2, "recordings that are preprocessed"),
    "repeats": (5, "pairs that are timed of each row"),
}


def main():
    args = _arguments()
    checkout = os.environ.get("RPPG_TOOLBOX", "").split(os.pathsep)[0] or None
    machine, table = _machine(), []
    print("  ".join(f"{key}: {value}" for key, value in machine.items()))
    for row in selected(args.rows, checkout, args):
        with row.sides() as sides:
            measured = {**measure(row, *sides, args.repeats), "command": _command(args, row.key)}
            if args.profile:
                measured["profile"] = _profiles(*sides)
        table.append(measured)
        print(line(measured), flush=True)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps({"machine": machine, "repeats": args.repeats, "rows": table}, indent=1) + "\n")
    print(f"Ratios are medians over {args.repeats} pairs; seconds and the machine are in {args.out}")
    if checkout is None:
        print("Not compared with the toolbox: set RPPG_TOOLBOX to the folder of a checkout.")


def selected(wanted, checkout, args):
    """The rows whose key or group is among ``wanted``; all rows if it is empty."""
    every = groups()
    unknown = [name for name in wanted if name.partition(":")[0] not in every]
    if unknown:
        raise SystemExit(f"No group of rows is named {', '.join(unknown)}; there are {', '.join(every)}.")
    for name, rows in every.items():
        if wanted and not any(key.partition(":")[0] == name for key in wanted):
            continue
        found = [row for row in rows(checkout, args) if not wanted or {name, row.key} & set(wanted)]
        if not found:
            raise SystemExit(f"{name} has no such row; it has {', '.join(row.key for row in rows(checkout, args))}.")
        yield from found


def measure(row, ours, theirs, repeats):
    """What the row gives: times or figures of both sides, and their ratio."""
    measured = {"key": row.key, "row": row.name, "against": row.against, "aim": row.aim, "note": row.note}
    measured["unit"] = row.unit
    sides = {side: call for side, call in (("ours", ours), ("theirs", theirs)) if call is not None}
    timed = row.unit == "s"
    figures = _times(sides, repeats, row.once) if timed else {side: [call()] for side, call in sides.items()}
    measured.update((side, row.scale * statistics.median(values)) for side, values in figures.items())
    if theirs is not None:
        ratios = [mine / other for mine, other in zip(figures["ours"], figures["theirs"])]
        measured.update(ratio=statistics.median(ratios), lowest=min(ratios), highest=max(ratios))
    if row.aim is not None and ("ratio" in measured or row.unit != "s"):
        measured["met"] = measured.get("ratio", measured["ours"]) <= row.aim
    return measured


def _times(sides, repeats, once):
    """{side: seconds of its calls}, in turn, after one call of each that does not count."""
    seconds = {side: [] for side in sides}
    for turn in range(1 if once else repeats + 1):
        for side, call in sides.items():
            started = time.perf_counter()
            call()
            if turn or once:
                seconds[side].append(time.perf_counter() - started)
    return seconds


def line(row):
    """A row of the table, and below it the command for it alone and what bounds it, where that was asked for."""
    name = f"{row['row']:44} {row['ours']:10.4g} {row['unit']:2}"
    aim = "" if row["aim"] is None else f"aim {row['aim']:g}"
    if row["aim"] is not None and row["unit"] != "s" and "ratio" not in row:
        aim += f" {row['unit']}"
    if "met" in row:
        aim += " met" if row["met"] else " MISSED"
    if "ratio" in row:
        spread = f"({row['lowest']:.4g} to {row['highest']:.4g})"
        first = f"{name} {row['ratio']:9.4g} x {row['against']} {spread}  {aim}"
    else:
        first = f"{name} {'not compared with ' + row['against'] if row['against'] else ''}  {aim}"
    lines = [first.rstrip(), f"    {row['note']}" if row["note"] else "", f"    {row['command']}"]
    for side, operators in row.get("profile", {}).items():
        lines.append(f"    {side}: " + ", ".join(f"{name} {share:.0%}" for name, share in operators))
    return "\n".join(filter(None, lines))


def _profiles(ours, theirs):
    """{side: [(operator, share), ...]} of the sides that can be profiled."""
    sides = {"ours": ours, "theirs": theirs}
    return {side: call.profile() for side, call in sides.items() if hasattr(call, "profile")}


def _command(args, key):
    """What to type for one row alone, with the sizes of this run."""
    sizes = [f"--{name} {getattr(args, name)}" for name in SIZES if getattr(args, name) != SIZES[name][0]]
    return " ".join(["python benchmarks/bench.py", key, *sizes])


def _machine():
    import torch

    from rfacenet_toolbox.runtime import speed

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {
        "cpu": speed.cpu_name(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpu": gpu,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", help="groups or rows, such as step or step:fp32; all by default")
    for name, (default, meaning) in SIZES.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=meaning)
    parser.add_argument("--profile", action="store_true", help="the top operators of each training step")
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "bench.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
