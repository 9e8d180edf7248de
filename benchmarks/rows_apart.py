"""Do rows of runs differ, averaged over their seeds, from one of them?

``python benchmarks/rows_apart.py NAME=FOLDER NAME=FOLDER ... --against NAME`` takes the finished runs below each folder
for a row's seeds, and compares as the tables do. It prints the SNR by seed beside the differences.
"""

import argparse
from pathlib import Path
from statistics import mean

from rfacenet_toolbox.evaluation.files.run_folder import read_run
from rfacenet_toolbox.experiments.differences import COMPARED, compare_rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--against", nargs="+", required=True, metavar="NAME", help="rows to compare with, in turn")
    parser.add_argument("--protocol", default="neurips2023")
    args = parser.parse_args()
    runs = {}
    for row in args.rows:
        name, _, folder = row.partition("=")
        found = [read_run(path.parent) for path in sorted(Path(folder).rglob("results.json"))]
        runs.setdefault(name, []).extend(found)
    columns = [
        "",
        "MAE",
        "SNR by seed, dB",
        *(f"{metric} minus {name}'s" for name in args.against for metric in COMPARED),
    ]
    print(f"| {' | '.join(columns)} |\n| {' | '.join(['---'] * len(columns))} |")
    compared = [compare_rows(runs, name, args.protocol) for name in args.against]
    for name, its_runs in runs.items():
        mae = mean(mean(run.absolute_errors(args.protocol).values()) for run in its_runs)
        by_seed = (f"{mean(run.snrs_db(args.protocol).values()):.2f}" for run in its_runs)
        cells = [_cell(found.get(name, {}).get(metric)) for found in compared for metric in COMPARED]
        print(f"| {' | '.join([name, f'{mae:.2f}', ', '.join(by_seed), *cells])} |")


def _cell(found):
    if found is None:
        return "–"
    return f"{found.difference:+.2f} ({found.low:+.2f} to {found.high:+.2f}), p = {found.p_value:.2g}"


if __name__ == "__main__":
    main()
