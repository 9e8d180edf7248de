"""Which files of finished tables does docs/benchmark/ show?

``python benchmarks/results_for_docs.py runs/benchmark/table2 runs/benchmark/table3 --out docs/benchmark`` copies each
table's page, Markdown and CSV, without links to files of the runs, which stay where they are, and puts the errors of
all runs, video by video, into one ``per_video.csv``.
"""

import argparse
import csv
import re
from pathlib import Path

from rfacenet_toolbox.evaluation.files.run_folder import read_run

COLUMNS = ("table", "run", "model", "seed", "video", "heart_rate_bpm", "label_heart_rate_bpm", "error_bpm")
_LINK = re.compile(r'<a href="(?!#)[^"]*">(.*?)</a>', re.DOTALL)
_MARKDOWN_LINK = re.compile(r"\[([^\]]*)\]\((?!#|http)[^)]*\)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="+", type=Path, metavar="TABLE", help="the --out of a finished table")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--protocol", default="neurips2023")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for table in args.tables:
        for path in sorted(table.glob("table*.*")):
            text = _LINK.sub(r"\1", path.read_text("utf-8")) if path.suffix == ".html" else path.read_text("utf-8")
            text = _MARKDOWN_LINK.sub(r"\1", text) if path.suffix == ".md" else text
            (args.out / path.name).write_text(text, "utf-8")
    with open(args.out / "per_video.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(row for table in args.tables for row in _rows(table, args.protocol))


def _rows(table, protocol):
    for path in sorted(table.rglob("results.json")):
        run = read_run(path.parent)
        name = str(path.parent.relative_to(table)).partition("/seed")[0]
        for video in run.videos:
            if video["protocol"] == protocol:
                numbers = [video.get(column, "") for column in COLUMNS[5:]]
                yield [table.name, name, run.results["model"], run.seed, video["video"], *numbers]


if __name__ == "__main__":
    main()
