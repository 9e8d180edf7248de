"""How did the training of the package's weights go, epoch by epoch?

``python benchmarks/weights_log.py 24x24=runs/weights_24 36x36=runs/weights_36 all=runs/weights`` writes
docs/weights-epochs.csv, or the file that ``--out`` names: the epochs of the parts of `make weights`, one after another.
"""

import argparse
import csv
from pathlib import Path

from measuring import ROOT


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="PART=RUN", help="a name, and the folder of a run")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "weights-epochs.csv", metavar="CSV")
    args, rows = parser.parse_args(), []
    for text in args.runs:
        part, _, run = text.partition("=")
        with open(Path(run) / "epochs.csv", newline="") as file:
            rows += [{"part": part, **row} for row in csv.DictReader(file)]
    with open(args.out, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
