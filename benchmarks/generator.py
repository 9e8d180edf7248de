"""What does a network see of drawn faces, and what of filmed ones?

``python benchmarks/generator.py DRAWN FILMED ...`` cuts each recording to 36x36 pixels around the face, as `rfacenet
predict` does, and measures picture statistics of the cuts: no pulse and no heart rate. DRAWN is a folder that `rfacenet
synth --dataset varied` wrote, FILMED are videos or folders of videos. It prints a Markdown table with the median and
the tenth and ninetieth percentiles of both kinds, the largest differences first. A difference is the distance of the
medians in units of the spread of both kinds together; most quantities are compared by their logarithms.
"""

import argparse
import sys
from pathlib import Path

import cv2
import measuring  # noqa: F401  this checkout's package
import numpy as np

from rfacenet_toolbox.errors import DataError
from rfacenet_toolbox.prediction.faces import LARGE_BOX_COEF, detector
from rfacenet_toolbox.prediction.resample import GridResampler
from rfacenet_toolbox.prediction.sources import open_source
from rfacenet_toolbox.prediction.tracking import FaceTracker

_FS_HZ = 30.0
_SIZE = 36
_FINE = 108  # pixels of a finer cut, for texture and motion
_BAND_HZ = (0.7, 3.0)
_FACE = slice(12, 24)  # the middle of a cut, which is face in all of them
_VIDEOS = {".avi", ".mp4", ".mov", ".mkv", ".webm"}
#: compared as they are, because they may be 0 or negative
_LINEAR = {"slope of the face mean's spectrum", "share of power in 0.7-3 Hz", "share of frames repeated"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drawn", type=Path)
    parser.add_argument("filmed", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, default=12.0, help="of each recording, from its beginning")
    args = parser.parse_args()
    drawn, filmed = (_all(list(_measured(places, args.seconds))) for places in ([args.drawn], args.filmed))
    rows = sorted(((_difference(name, drawn[name], filmed[name]), name) for name in drawn), reverse=True)
    print(f"| | drawn ({len(drawn[rows[0][1]])}) | filmed ({len(filmed[rows[0][1]])}) | difference |")
    print("| --- | --- | --- | --- |")
    for difference, name in rows:
        print(f"| {name} | {_told(drawn[name])} | {_told(filmed[name])} | {difference:.1f} |")


def _measured(places, seconds):
    paths = []
    for place in places:
        paths += sorted(path for path in place.rglob("*") if path.suffix.lower() in _VIDEOS) or [place]
    for number, path in enumerate(paths, start=1):
        print(f"\r{number} of {len(paths)}", end="", file=sys.stderr, flush=True)
        try:
            small, fine, seen = _cuts(path, seconds)
        except DataError as error:
            print(f"\n{error}", file=sys.stderr)
            continue
        if small is None:
            print(f"\n{path}: no face for long enough", file=sys.stderr)
            continue
        yield {**_brightness(small), **_changes(small), **_spectrum(small), **_fine_statistics(fine), **seen}
    print(file=sys.stderr)


def _all(statistics):
    return {name: np.array([of_one[name] for of_one in statistics]) for name in statistics[0]}


def _cuts(path, seconds):
    """(T, 36, 36, 3) float32 RGB, (T, 108, 108) float32 grey, and what is known of the box; None without a face."""
    tracker, grids = FaceTracker(detector("HC")), [GridResampler(_FS_HZ), GridResampler(_FS_HZ)]
    cuts, boxes = [[], []], []
    for time_s, image in open_source(str(path), 0.0, seconds, None).frames():
        box = tracker.track(time_s, image)
        if box is None:
            if cuts[0]:
                break
            continue
        large = box.scaled(LARGE_BOX_COEF).cut(image)
        boxes.append((*box.middle, box.width, image.shape[0]))
        fine = cv2.cvtColor(cv2.resize(large, (_FINE, _FINE), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
        small = cv2.resize(large, (_SIZE, _SIZE), interpolation=cv2.INTER_AREA)
        for grid, kept, cut in zip(grids, cuts, (small, fine)):
            kept += [frame.image for frame in grid.add(time_s, cut)]
    if len(cuts[0]) < 5 * _FS_HZ:
        return None, None, None
    boxes = np.array(boxes)
    width = np.median(boxes[:, 2])
    seen = {
        "face box over the picture's height": width / boxes[0, 3],
        "way of the box (face widths)": 0.003 + np.hypot(*(np.ptp(boxes[:, axis]) / width for axis in (0, 1))),
    }
    return np.stack(cuts[0])[..., ::-1].astype(np.float32), np.stack(cuts[1]).astype(np.float32), seen


def _brightness(small):
    mean = small.mean(axis=0)
    face = mean[_FACE, _FACE].mean(axis=(0, 1))
    grey = mean.mean(axis=2)
    edges = np.concatenate([grey[:, :4].ravel(), grey[:, -4:].ravel(), grey[:4].ravel()])
    left, right = mean[10:26, 9:16].mean(), mean[10:26, 20:27].mean()
    top, bottom = mean[8:16, 12:24].mean(), mean[20:28, 12:24].mean()
    return {
        "brightness of the face (grey levels)": face.mean(),
        "red over green of the face": face[0] / face[1],
        "blue over green of the face": face[2] / face[1],
        "contrast of face and surroundings": 0.02 + abs(face.mean() - edges.mean()) / face.mean(),
        "spread of the surroundings": edges.std() / face.mean(),
        "left against right of the face": 0.01 + abs(left - right) / (left + right),
        "upper against lower half": 0.01 + abs(top - bottom) / (top + bottom),
        "share of pixels above 250": 0.002 + (small > 250).mean(),
        "detail of the face at 36x36": _detail(mean[8:28, 8:28].mean(axis=2)),
    }


def _detail(picture):
    """Energy of what is finer than two pixels over the mean."""
    smooth = cv2.GaussianBlur(picture, (0, 0), 1.5)
    return (picture - smooth).std() / picture.mean()


def _changes(small):
    grey = small.mean(axis=3)
    face, rim = grey[:, 8:28, 8:28], np.concatenate([grey[:, :, :4], grey[:, :, -4:]], axis=2)
    steps = np.diff(face, axis=0)
    bend = np.diff(face, n=2, axis=0) / np.sqrt(6)
    still = np.abs(np.diff(grey, axis=0)).mean(axis=(1, 2))
    whole = np.diff(face.mean(axis=(1, 2)))
    return {
        "noise from frame to frame (grey levels)": np.median(bend.std(axis=0)),
        "change from frame to frame in the face (share of brightness)": steps.std() / face.mean(),
        "change from frame to frame in the rim (share of brightness)": np.diff(rim, axis=0).std() / face.mean() + 1e-4,
        "part of the change that the whole face shares": whole.std() / steps.std(),
        "largest change against the usual": np.percentile(still, 99) / (np.median(still) + 1e-3),
        "share of frames repeated": (still < 0.02 * np.percentile(still, 90)).mean(),
    }


def _spectrum(small):
    mean = small[:, _FACE, _FACE, 1].mean(axis=(1, 2))
    trace = mean / mean.mean() - 1
    trace = (trace - np.polyval(np.polyfit(np.arange(len(trace)), trace, 1), np.arange(len(trace)))) * np.hanning(
        len(trace)
    )
    power = np.abs(np.fft.rfft(trace)) ** 2
    hz = np.fft.rfftfreq(len(trace), 1 / _FS_HZ)
    wide = (hz >= 0.3) & (hz <= 10)
    band = (hz >= _BAND_HZ[0]) & (hz <= _BAND_HZ[1])
    slope = np.polyfit(np.log(hz[wide]), np.log(power[wide] + 1e-12), 1)[0]
    return {
        "course of the face mean (standard deviation, share)": trace.std(),
        "share of power in 0.7-3 Hz": power[band].sum() / power[(hz >= 0.1) & (hz <= 14)].sum(),
        "slope of the face mean's spectrum": slope,
        "power above 5 Hz over power in 0.7-3 Hz": power[(hz > 5) & (hz < 14)].mean() / power[band].mean(),
    }


def _fine_statistics(fine):
    """Texture of the face, and how it moves inside its box."""
    part = np.ascontiguousarray(fine[:, 22:86, 22:86])
    window = cv2.createHanningWindow((64, 64), cv2.CV_32F)
    steps = np.array([cv2.phaseCorrelate(a, b, window)[0] for a, b in zip(part[:-1], part[1:])]) / (_FINE / 1.5)
    way = np.cumsum(np.clip(steps, -0.1, 0.1), axis=0)
    power = (np.abs(np.fft.rfft((way - way.mean(axis=0)) * np.hanning(len(way))[:, None], axis=0)) ** 2).sum(axis=1)
    hz = np.fft.rfftfreq(len(way), 1 / _FS_HZ)
    band = (hz >= _BAND_HZ[0]) & (hz <= _BAND_HZ[1])
    scale = np.sqrt(2 * power[band].sum()) / len(way)
    return {
        "detail of the face at 108x108": _detail(np.median(part[:: max(1, len(part) // 15)], axis=0)),
        "motion from frame to frame (thousandths of the face's width)": 1000 * np.median(np.hypot(*steps.T)),
        "sway at 0.7-3 Hz (thousandths of the face's width)": 1000 * scale,
        "way of the face in its box (face widths)": np.hypot(*np.ptp(way, axis=0)),
    }


def _difference(name, drawn, filmed):
    if name not in _LINEAR:
        drawn, filmed = np.log(np.maximum(drawn, 1e-6)), np.log(np.maximum(filmed, 1e-6))
    spread = 0.5 * (np.ptp(np.percentile(drawn, (10, 90))) + np.ptp(np.percentile(filmed, (10, 90))))
    return abs(np.median(drawn) - np.median(filmed)) / max(spread, 1e-9)


def _told(values):
    low, middle, high = (f"{value:.3g}" for value in np.percentile(values, (10, 50, 90)))
    return f"{middle} ({low} to {high})"


if __name__ == "__main__":
    main()
