"""How far off is `rfacenet predict` on varied synthetic recordings, by condition and by skin tone?

``python benchmarks/held_out.py FOLDER --methods rfacenet pos physnet=FILE.pth`` predicts every recording in FOLDER,
which `rfacenet synth --dataset varied` wrote, with each method, and prints the Markdown tables of docs/model-card.md:
the mean absolute error against the recording's mean heart rate, in beats per minute, and in brackets the share of
recordings within 3. Estimates are written to ``--out`` as they come; those that are there, of the same weights and the
same folder, are not made again.
"""

import argparse
import hashlib
import json
import statistics
import sys
from pathlib import Path

from measuring import ROOT

from rfacenet_toolbox import predict
from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.runtime import weights_path
from rfacenet_toolbox.synthetic.dataset import MANIFEST

#: tones of the generator, from light to dark, in groups large enough for a mean
TONES = {"1 to 3 (light)": range(3), "4 to 5": range(3, 5), "6 to 7": range(5, 7), "8 to 10 (dark)": range(7, 10)}


def main():
    args = _arguments()
    recordings = json.loads((args.folder / MANIFEST).read_text())["recordings"]
    absent = [name for name in recordings if not (args.folder / name / "vid.avi").is_file()]
    if absent:
        raise SystemExit(f"{args.folder} lacks the videos of {', '.join(absent)}; run `rfacenet synth` again.")
    made = json.loads(args.out.read_text()) if args.out.is_file() else {}
    versions, estimates = {text: version(text) for text in args.methods}, {}
    args.out.parent.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(sorted(recordings), start=1):
        for text in args.methods:
            key = f"{versions[text]}|{args.folder.resolve() / name}"
            if key not in made:
                made[key] = estimate(args.folder / name / "vid.avi", *text.partition("=")[::2])
                args.out.write_text(json.dumps(made, indent=0, sort_keys=True) + "\n")
            estimates[f"{text}|{name}"] = made[key]
        print(f"\r{number} of {len(recordings)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print("\n\n".join(_tables(recordings, estimates, args.methods)))


def version(text):
    """The method with a fingerprint of its weights, which are often other ones under the same name."""
    method, _, weights = text.partition("=")
    path = Path(weights) if weights else weights_path.SHIPPED if method == "rfacenet" else None
    return method if path is None else f"{method} {hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"


def estimate(video, method, weights):
    """The heart rate in bpm, or None."""
    try:
        return predict(str(video), method, weights or None).heart_rate_bpm
    except DataError:  # no face, for instance
        return None


def _tables(recordings, estimates, methods):
    """Markdown: all recordings, by condition, by tone."""
    names = {text: _name(text, methods) for text in methods}
    told = {name for name in recordings if all(estimates[f"{text}|{name}"] is not None for text in methods)}
    conditions = {}
    for name in told:
        conditions.setdefault((recordings[name]["scenario"], recordings[name]["condition"]), set()).add(name)
    tones = {label: {name for name in told if recordings[name]["tone"] in numbers} for label, numbers in TONES.items()}
    groups = [{"all": told}, {label: members for (_, label), members in sorted(conditions.items())}, tones]
    missing = {names[text]: sum(estimates[f"{text}|{name}"] is None for name in recordings) for text in methods}
    for title, group in zip(("", "condition", "skin tone"), groups):
        head = [title, "recordings", *names.values()]
        lines = [head, ["---"] * len(head)]
        for label, members in group.items():
            if members:
                lines.append([label, str(len(members)), *_means(members, recordings, estimates, methods)])
        yield "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    yield "No estimate: " + ", ".join(f"{name} {count}" for name, count in missing.items()) + f" of {len(recordings)}."


def _name(text, methods):
    """The method, with its weights where another one has others."""
    method, _, weights = text.partition("=")
    alone = sum(other.partition("=")[0] == method for other in methods) == 1
    return method if alone or not weights else f"{method}, {Path(weights).stem}"


def _means(members, recordings, estimates, methods):
    for text in methods:
        errors = [abs(estimates[f"{text}|{name}"] - recordings[name]["heart_rate_bpm"]) for name in members]
        within = sum(error <= 3 for error in errors) / len(errors)
        yield f"{statistics.mean(errors):.2f} ({within:.0%})"


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with varied recordings")
    methods = ["rfacenet", "pos", "chrom", "green"]
    parser.add_argument("--methods", nargs="+", default=methods, metavar="METHOD[=WEIGHTS]")
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "held_out.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
