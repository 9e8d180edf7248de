"""Is `rfacenet predict` right on worse copies of real clips, and does it doubt what is wrong?

``python benchmarks/perturbed.py CLIP_OR_FOLDER ... --rates RATES.csv`` makes copies of each clip in memory: compressed
with CRF 18 to 33, 160 pixels wide, at 10 frames per second, with a fifth of the frames dropped, dark, mirrored, tilted
by 15 degrees, far away. It prints, by copy, how many heart rates were right or wrong, doubted or not, and how many
clips were refused.

Right is within 5 bpm of the reference: the clip's line ``name,bpm`` in the CSV, or else what POS, CHROM, GREEN and
rFaceNet agree on in the untouched clip: their median, where three of them lie within 3 bpm. Clips without either are
left out and named. ``--seconds`` and ``--side`` limit what is read, and how large. CRF needs PyAV, which the extra
``weights`` brings.
"""

import argparse
import csv
import sys
import tempfile
from pathlib import Path

import cv2
import measuring  # noqa: F401  this checkout's package
import numpy as np

from rfacenet_toolbox import predict
from rfacenet_toolbox.errors import RFaceNetError
from rfacenet_toolbox.prediction.frames import Frame, Source
from rfacenet_toolbox.prediction.sources import open_source

RIGHT_WITHIN_BPM, AGREE_WITHIN_BPM = 5.0, 3.0
REFERENCE_METHODS = ("pos", "chrom", "green", "rfacenet")
VIDEOS = (".mp4", ".mov", ".avi", ".mkv", ".webm")
COLUMNS = ("right", "wrong", "right, doubted", "wrong, doubted", "refused")


class Copy(Source):
    """Frames with their times, from memory."""

    def __init__(self, name, frames):
        super().__init__(name)
        self._frames = frames

    def frames(self):
        return iter(self._frames)


def recompressed(crf):
    """A function that compresses frames with H.264 at a constant rate factor."""

    def copy(frames):
        import av

        height, width = (side // 2 * 2 for side in frames[0].image.shape[:2])
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "copy.mp4")
            with av.open(path, "w") as container:
                stream = container.add_stream("libx264", rate=30)
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1"}
                for frame in frames:
                    image = np.ascontiguousarray(frame.image[:height, :width])
                    for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")):
                        container.mux(packet)
                for packet in stream.encode():
                    container.mux(packet)
            video = cv2.VideoCapture(path)
            for frame in frames:
                is_read, image = video.read()
                if not is_read:
                    break
                yield Frame(frame.time_s, image)
            video.release()

    return copy


def changed(function):
    """A function that changes each picture."""
    return lambda frames: (Frame(frame.time_s, function(frame.image)) for frame in frames)


def narrow(image):
    """160 pixels wide."""
    return cv2.resize(image, (160, max(2, round(image.shape[0] * 160 / image.shape[1]))), interpolation=cv2.INTER_AREA)


def dark(image):
    """A quarter of the light, as the camera would have stored it."""
    return np.rint(image * 0.25 ** (1 / 2.2)).astype(np.uint8)


def tilted(image):
    """Turned by 15 degrees."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 15, 1.0)
    return cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


def far(image):
    """In the middle third of a picture of the same size."""
    height, width = image.shape[:2]
    canvas = np.full_like(image, 110)
    small = cv2.resize(image, (width // 3, height // 3), interpolation=cv2.INTER_AREA)
    canvas[height // 3 : height // 3 + small.shape[0], width // 3 : width // 3 + small.shape[1]] = small
    return canvas


def at_10_hz(frames):
    """Frames 0.1 s apart."""
    next_s = -np.inf
    for frame in frames:
        if frame.time_s >= next_s - 1e-3:
            next_s = max(next_s, frame.time_s) + 0.1 if np.isfinite(next_s) else frame.time_s + 0.1
            yield frame


def dropped(frames):
    """Four of five frames, by chance, at their own times."""
    kept = np.random.default_rng(0).random(len(frames)) >= 0.2
    return (frame for frame, is_kept in zip(frames, kept) if is_kept)


COPIES = {
    "untouched": iter,
    **{f"CRF {crf}": recompressed(crf) for crf in (18, 23, 28, 33)},
    "160 pixels wide": changed(narrow),
    "10 frames per second": at_10_hz,
    "dropped frames": dropped,
    "dark": changed(dark),
    "mirrored": changed(lambda image: image[:, ::-1].copy()),
    "tilted by 15 degrees": changed(tilted),
    "far": changed(far),
}


def main():
    args = _arguments()
    given = _rates(args.rates)
    counts = {name: dict.fromkeys(COLUMNS, 0) for name in args.copies}
    for path in _clips(args.clips):
        frames = _read(path, args.seconds, args.side)
        reference_bpm = given.get(path.name) or _agreed(path.name, frames)
        if reference_bpm is None:
            print(f"{path.name} is left out: the methods do not agree on its heart rate.", flush=True)
            continue
        print(f"{path.name}: {reference_bpm:.1f} bpm", flush=True)
        for name in args.copies:
            rate_bpm, column = _told(Copy(path.name, COPIES[name](frames)), args.method, reference_bpm)
            counts[name][column] += 1
            shown = "" if rate_bpm is None else f"{rate_bpm:.1f} bpm"
            print(f"  {name}: {shown} {column}", file=sys.stderr, flush=True)
    counts["all copies"] = {
        column: sum(row[column] for name, row in counts.items() if name != "untouched") for column in COLUMNS
    }
    lines = [["copy", *COLUMNS], ["---"] * (1 + len(COLUMNS))]
    lines += [[name, *(str(row[column]) for column in COLUMNS)] for name, row in counts.items()]
    print("\n" + "\n".join(f"| {' | '.join(cells)} |" for cells in lines))


def _clips(paths):
    for path in paths:
        if not path.exists():
            print(f"{path} is not there; its clips are skipped.")
        elif path.is_dir():
            yield from sorted(inner for inner in path.iterdir() if inner.suffix.lower() in VIDEOS)
        else:
            yield path


def _read(path, seconds, side):
    """The clip's frames, reduced to ``side`` pixels at most, as a list."""
    source = open_source(path, 0.0, seconds, None)
    try:
        frames = []
        for time_s, image in source.frames():
            scale = side / max(image.shape[:2])
            if scale < 1:
                image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            frames.append(Frame(time_s, image))
        return frames
    finally:
        source.close()


def _agreed(name, frames):
    """The median of the methods' heart rates, where three of them agree; else None."""
    rates_bpm = []
    for method in REFERENCE_METHODS:
        try:
            rates_bpm.append(predict(Copy(name, frames), method).heart_rate_bpm)
        except RFaceNetError:
            continue
    told = np.sort([rate for rate in rates_bpm if rate is not None])
    agree = any(told[first + 2] - told[first] <= AGREE_WITHIN_BPM for first in range(len(told) - 2))
    return float(np.median(told)) if agree else None


def _told(source, method, reference_bpm):
    """(heart rate or None, column of the table)."""
    try:
        found = predict(source, method)
    except RFaceNetError:
        return None, "refused"
    if found.heart_rate_bpm is None:
        return None, "refused"
    doubts = getattr(found, "doubted", [note for note in found.notes if "do not rely" in note])
    is_right = abs(found.heart_rate_bpm - reference_bpm) <= RIGHT_WITHIN_BPM
    return found.heart_rate_bpm, ("right" if is_right else "wrong") + (", doubted" if doubts else "")


def _rates(path):
    """{clip's name: bpm} of a CSV with a line ``name,bpm`` for each."""
    if path is None:
        return {}
    with open(path, encoding="utf-8", newline="") as file:
        return {row[0]: float(row[1]) for row in csv.reader(file) if len(row) > 1 and row[1].strip() not in ("", "bpm")}


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path, metavar="CLIP_OR_FOLDER")
    parser.add_argument("--rates", type=Path, metavar="CSV", help="reference rates, a line name,bpm for each clip")
    parser.add_argument("--method", default="rfacenet")
    parser.add_argument("--copies", nargs="+", default=list(COPIES), choices=list(COPIES), metavar="COPY")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each clip; 20")
    parser.add_argument("--side", type=int, default=640, help="larger pictures are reduced to so many pixels; 640")
    return parser.parse_args()


if __name__ == "__main__":
    main()
