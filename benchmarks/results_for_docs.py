"""Which files of finished tables does docs/benchmark/ show?

``python benchmarks/results_for_docs.py runs/benchmark/table2 runs/benchmark/table3 --out docs/benchmark`` copies each
table's page and CSV, the page without links to files of the runs, which stay where they are. It puts the errors and
SNRs of all runs, video by video, into one ``per_video.csv``, and prints the measured numbers as short Markdown tables.
"""

import argparse
import csv
import re
from pathlib import Path

from rfacenet_toolbox.evaluation.files.run_folder import read_run

COLUMNS = ("table", "run", "model", "seed", "video", "heart_rate_bpm", "label_heart_rate_bpm", "error_bpm", "snr_db")
MAE_HEAD = ["", "MAE", "minus", "could be shown", "RMSE", "ρ", "runs"]
SNR_HEAD = ["", "SNR, dB", "minus", "could be shown"]
_LINK = re.compile(r'<a href="(?!#)[^"]*">(.*?)</a>', re.DOTALL)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="+", type=Path, metavar="TABLE", help="the --out of a finished table")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--protocol", default="neurips2023")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for table in args.tables:
        for name in (f"{table.name}.html", f"{table.name}.csv"):
            text = (table / name).read_text("utf-8")
            (args.out / name).write_text(_LINK.sub(r"\1", text) if name.endswith(".html") else text, "utf-8")
    with open(args.out / "per_video.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(row for table in args.tables for row in _rows(table, args.protocol))
    print("\n\n".join(short for table in args.tables for short in _short_tables(table / f"{table.name}.csv")))


def _rows(table, protocol):
    for path in sorted(table.rglob("results.json")):
        run = read_run(path.parent)
        name = str(path.parent.relative_to(table)).partition("/seed")[0]
        for video in run.videos:
            if video["protocol"] == protocol:
                numbers = [video.get(column, "") for column in COLUMNS[5:]]
                yield [table.name, name, run.results["model"], run.seed, video["video"], *numbers]


def _short_tables(path):
    """The measured numbers of a table's CSV: for each direction a table of errors and one of SNRs."""
    with open(path, newline="", encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    for direction in dict.fromkeys((one.get("train", "PURE"), one.get("test", "UBFC-rPPG")) for one in records):
        rows = {}
        for one in records:
            if (one.get("train", "PURE"), one.get("test", "UBFC-rPPG")) == direction:
                rows.setdefault(one.get("method") or one.get("row"), {})[one["metric"]] = one
        for head, line in ((MAE_HEAD, _mae_line), (SNR_HEAD, _snr_line)):
            lines = [head, ["---"] * len(head)]
            lines += [line(name, row) for name, row in rows.items() if row["MAE"]["measured"]]
            text = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
            yield f"{path.stem}, {direction[0]} to {direction[1]}:\n\n{text}"


def _mae_line(name, row):
    mae = row["MAE"]
    error = f"{float(mae['measured']):.2f} ± {float(mae['measured_se']):.2f}{_seeds(mae)}"
    numbers = [f"{float(row[metric]['measured']):.2f}" for metric in ("RMSE", "Pearson")]
    return [name, error, *_difference(mae), *numbers, mae["runs"]]


def _snr_line(name, row):
    return [name, f"{float(row['SNR']['measured']):.2f}{_seeds(row['SNR'])}", *_difference(row["SNR"])]


def _seeds(record):
    """The lowest and the highest seed, where there are several."""
    return f" ({float(record['lowest']):.2f} to {float(record['highest']):.2f})" if int(record["runs"]) > 1 else ""


def _difference(record):
    """The difference from the reference with its interval and p, and what could be shown."""
    if not record["difference"]:
        return "–", "–"
    ends = f"{float(record['difference_low']):+.2f} to {float(record['difference_high']):+.2f}"
    text = f"{float(record['difference']):+.2f} ({ends}), p = {float(record['p_value']):.2g}"
    return text, f"{float(record['detectable']):.1f}"


if __name__ == "__main__":
    main()
