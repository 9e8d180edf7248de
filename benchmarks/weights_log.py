"""Write docs/weights-epochs.csv: the epochs of both parts of `make weights`, one after the other.

``python benchmarks/weights_log.py 24x24=runs/weights_24 36x36=runs/weights`` reads the epochs.csv of each run.
"""

import csv
import sys
from pathlib import Path

from measuring import ROOT


def main():
    rows = []
    for text in sys.argv[1:]:
        part, _, run = text.partition("=")
        with open(Path(run) / "epochs.csv", newline="") as file:
            rows += [{"part": part, **row} for row in csv.DictReader(file)]
    if not rows:
        raise SystemExit("Name runs, as PART=FOLDER, such as 24x24=runs/weights_24.")
    with open(ROOT / "docs" / "weights-epochs.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
