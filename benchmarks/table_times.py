"""How long did the runs of a table take, by method and stage?

``python benchmarks/table_times.py TABLE [TABLE ...]`` reads what the finished runs below the tables' ``--out`` noted:
the seconds of each training epoch (``epochs.csv``), and those of the whole run (``run.json``), of which the rest is
starting, testing and scoring. A run that was stopped and gone on with has the epochs of both, and the rest of the last.
Other work on the machine makes an epoch longer, so the shortest one of each kind stands beside the mean, and the last
line says how long all runs would take if every epoch were as short.
"""

import argparse
from collections import defaultdict
from pathlib import Path
from statistics import mean

from rfacenet_toolbox.evaluation.files.run_folder import read_run
from rfacenet_toolbox.experiments.run import RECORD
from rfacenet_toolbox.runtime.json_files import read_json


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="+", type=Path, metavar="TABLE", help="the --out of a table")
    columns = ["run", "runs", "epochs", "training, s", "an epoch, s", "shortest, s", "rest, s", "all, min"]
    print(f"| {' | '.join(columns)} |\n| {' | '.join(['---'] * len(columns))} |")
    total = shortest = 0.0
    for table in parser.parse_args().tables:
        kinds = defaultdict(list)
        for path in sorted(table.rglob(RECORD)):
            if (path.parent / "results.json").is_file() or (path.parent / "POS").is_dir():
                kinds[str(path.parent.relative_to(table)).partition("/seed")[0]].append(path)
        for kind, paths in kinds.items():
            cells, seconds, shortest_s = _row(paths)
            total += seconds
            shortest += shortest_s
            print(f"| {table.name}/{kind} | {len(paths)} | {' | '.join(cells)} | {seconds / 60:.1f} |")
    print(f"\n{total / 3600:.1f} hours of runs, one after the other; {shortest / 3600:.1f} by the shortest epochs")


def _row(paths):
    """The cells of runs of one kind, each number a mean over them; the seconds of all together, and with each epoch as
    short as the shortest."""
    wholes = [read_json(path).get("seconds", 0.0) for path in paths]
    epochs = [_epochs(path.parent) for path in paths]
    if not all(epochs):
        return ["–", "–", "–", "–", f"{mean(wholes):.0f}"], sum(wholes), sum(wholes)
    training = [sum(each) for each in epochs]
    rests = [max(0.0, whole - trained) for whole, trained in zip(wholes, training)]
    shortest = min(map(min, epochs))
    cells = (
        f"{mean(map(len, epochs)):.0f}",
        f"{mean(training):.0f}",
        f"{mean(map(mean, epochs)):.1f}",
        f"{shortest:.1f}",
        f"{mean(rests):.0f}",
    )
    return cells, sum(training) + sum(rests), shortest * sum(map(len, epochs)) + sum(rests)


def _epochs(folder):
    """Seconds of each epoch; none of a run without a training."""
    if not (folder / "results.json").is_file():
        return []
    return [float(value) for value in read_run(folder).epochs.get("seconds", [])]


if __name__ == "__main__":
    main()
