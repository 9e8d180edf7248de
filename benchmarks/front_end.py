"""What do the signal methods of `rfacenet predict` gain by following the face and weighing its skin?

``python benchmarks/front_end.py FOLDER`` reads each recording in FOLDER, which `rfacenet synth --dataset varied`
wrote, once, and averages three areas: the inner rectangle of the box in which the face was found first, which never
moves; the same of the tracker's box, as was done before; and the skin in a box that follows the face, as is done now.
It prints a Markdown table of the error of POS, CHROM and GREEN on each, in all and by condition: the mean absolute
difference between the peak of the averaged spectrum and the recording's mean heart rate, in beats per minute, and in
brackets the share of recordings within 3. ``--clips VIDEO=BPM ...`` makes the same table of recordings of one's own, a
row for each.
"""

import argparse
import json
import sys
from pathlib import Path

import cv2
import measuring  # noqa: F401  this checkout's package
import numpy as np

from rfacenet_toolbox.methods.signal import METHODS
from rfacenet_toolbox.prediction import faces, waveform
from rfacenet_toolbox.prediction.motion import FollowedFace
from rfacenet_toolbox.prediction.resample import even_grid
from rfacenet_toolbox.prediction.skin import SkinColour
from rfacenet_toolbox.prediction.tracking import FaceTracker
from rfacenet_toolbox.prediction.video import VideoFile
from rfacenet_toolbox.synthetic.dataset import MANIFEST

_METHODS = ("POS", "CHROM", "GREEN")
_AREAS = ("fixed rectangle", "rectangle", "skin, followed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="with varied recordings")
    parser.add_argument("--clips", nargs="+", default=[], metavar="VIDEO=BPM")
    parser.add_argument("--only", nargs="+", metavar="CONDITION")
    args = parser.parse_args()
    recordings = [*_synthetic(args.folder, args.only), *map(_own, args.clips)]
    errors, without = {}, 0
    for number, (path, key, true_bpm) in enumerate(recordings, start=1):
        print(f"\r{number} of {len(recordings)}", end="", file=sys.stderr, flush=True)
        times_s, colours, known = _colours(path)
        rates_bpm = list(_rates(times_s, colours, known)) if known.any() else [None]
        if None in rates_bpm:
            without += 1
            continue
        for column, rate_bpm in enumerate(rates_bpm):
            errors.setdefault(key, {}).setdefault(column, []).append(abs(rate_bpm - true_bpm))
    print(file=sys.stderr)
    head = ["condition", "recordings", *(f"{method}, {area}" for method in _METHODS for area in _AREAS)]
    lines = [head, ["---"] * len(head)]
    columns = range(len(head) - 2)
    together = {column: sum((errors[key][column] for key in errors), []) for column in columns}
    for label, group in [("all", together), *((key[1], errors[key]) for key in sorted(errors))]:
        cells = (f"{np.mean(group[column]):.1f} ({np.mean(np.array(group[column]) <= 3):.0%})" for column in columns)
        lines.append([label, str(len(group[0])), *cells])
    print("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
    print(f"\nThe face was never visible for long enough in {without} of {len(recordings)}.")


def _synthetic(folder, conditions):
    """(path, (order, condition), beats per minute) of the recordings in a folder."""
    recordings = json.loads((folder / MANIFEST).read_text())["recordings"] if folder else {}
    for name, about in sorted(recordings.items()):
        if conditions is None or about["condition"] in conditions:
            yield folder / name / "vid.avi", (about["scenario"], about["condition"]), about["heart_rate_bpm"]


def _own(clip):
    path, _, rate_bpm = clip.rpartition("=")
    return Path(path), (0, Path(path).name), float(rate_bpm)


def _colours(path):
    """(N,) times, {area: (N, 3) mean RGB}, (N,) whether there is a face."""
    tracker, followed, skin, first = FaceTracker(faces.detector("HC")), FollowedFace(), SkinColour(), None
    times_s, known, colours = [], [], {area: [] for area in _AREAS}
    for time_s, image in VideoFile(path).frames():
        box = tracker.track(time_s, image)
        times_s.append(time_s)
        known.append(box is not None)
        means = np.zeros((len(_AREAS), 3))
        if box is None:
            followed = FollowedFace()
        else:
            first = first or box
            for row, rectangle in enumerate((first, box)):
                means[row] = cv2.mean(rectangle.scaled(0.6, 0.8).cut(image))[:3]
            means[2] = skin.mean(image, followed.follow(image, box))
        for area, colour in zip(_AREAS, means):
            colours[area].append(colour[::-1])
    return np.array(times_s), {area: np.array(values) for area, values in colours.items()}, np.array(known)


def _rates(times_s, colours, known):
    for method in _METHODS:
        for area in _AREAS:
            fs_hz, grid_s, rgb, seen = even_grid(times_s, colours[area], known)
            pulse = waveform.Waveform(fs_hz, grid_s[0], np.asarray(METHODS[method](rgb, fs_hz)), seen)
            rate_bpm, _ = waveform.overall(waveform.filtered(pulse, is_derivative=False), 10.0) or (None, None)
            yield rate_bpm


if __name__ == "__main__":
    main()
