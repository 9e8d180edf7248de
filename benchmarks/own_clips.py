"""What does `rfacenet predict` say of videos, method by method?

``python benchmarks/own_clips.py FOLDER ... --methods rfacenet=OLD.safetensors rfacenet pos`` predicts every video in
the folders with each method and prints a Markdown table of heart rates in beats per minute. A question mark says that
`predict` doubts its own answer, a dash that there is none.
"""

import argparse
from pathlib import Path

import measuring  # noqa: F401  this checkout's package

from rfacenet_toolbox import predict
from rfacenet_toolbox.errors import DataError

_VIDEOS = {".avi", ".mp4", ".mov", ".mkv", ".webm"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    methods = ["rfacenet", "pos", "chrom", "green"]
    parser.add_argument("--methods", nargs="+", default=methods, metavar="METHOD[=WEIGHTS]")
    args = parser.parse_args()
    videos = [path for folder in args.folders for path in sorted(folder.rglob("*")) if path.suffix.lower() in _VIDEOS]
    print(f"| video | {' | '.join(text.replace('=', ' ') for text in args.methods)} |")
    print(f"| --- |{' --- |' * len(args.methods)}")
    for video in videos:
        told = (_told(video, *text.partition("=")[::2]) for text in args.methods)
        print(f"| {video.name} | {' | '.join(told)} |", flush=True)


def _told(video, method, weights):
    try:
        found = predict(str(video), method, weights or None)
    except DataError:  # no face, for instance
        return "-"
    if found.heart_rate_bpm is None:
        return "-"
    return f"{found.heart_rate_bpm:.1f}{'?' if found.doubted else ''}"


if __name__ == "__main__":
    main()
