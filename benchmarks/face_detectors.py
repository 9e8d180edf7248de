"""Which faces do the face detectors of `rfacenet predict` find, how well placed are their boxes, and what do they cost?

``python benchmarks/face_detectors.py`` looks at drawn faces that are tilted, small, dark, backlit or wear glasses, in
ten skin tones. ``--clips FILE ...`` looks at first frames of recordings instead, which it tilts, reduces and darkens; a
face's place is then what MTCNN says of the frame as it is (the cascade, where MTCNN finds none), so that MTCNN has an
advantage there. ``--empty FILE ...`` counts the pictures without any face in which one is found.

A cell is the share of frames in which the largest face found is the face, that is, overlaps it (intersection over
union) by 0.3 or more; in brackets the median distance of their middles, in per cent of its width. Detectors whose
extras are not installed are left out, and that is said.
"""

import argparse
import statistics
import time

import cv2
import numpy as np
from measuring import machine

from rfacenet_toolbox.errors import ConfigError
from rfacenet_toolbox.prediction import faces
from rfacenet_toolbox.prediction.faces import Box, HaarFaces
from rfacenet_toolbox.synthetic.canvas import smooth_noise
from rfacenet_toolbox.synthetic.face import Subject
from rfacenet_toolbox.synthetic.varied.skin import TONES

SIZE = (640, 480)
#: as drawn: face height as a share of the picture's, tilt in degrees, ...
PLAIN = {"share": 0.3, "tilt": 0, "light": "even", "glasses": "none"}
OVERLAP = 0.3
_GAMMA = 2.2
#: share of the light that is left, in the picture and on the face
LIGHTS = {"even": (1.0, 1.0), "dark": (0.06, 1.0), "very dark": (0.02, 1.0), "backlit": (1.0, 0.08), "side": (1.0, 1.0)}


def rows():
    """(label, settings) of the rows of the table of drawn faces."""
    yield "upright, a third of the height", {}
    for tilt in (10, 20, 30, 40):
        yield f"tilted by {tilt} degrees", {"tilt": tilt}
    for share in (0.08, 0.12, 0.2, 0.6):
        yield f"{share:.0%} of the height", {"share": share}
    for light in list(LIGHTS)[1:]:
        yield light, {"light": light}
    for glasses in ("round", "square"):
        yield f"{glasses} glasses", {"glasses": glasses}
    yield "tilted by 20 degrees and dark", {"tilt": 20, "light": "dark"}
    yield "tilted by 20 degrees and small", {"tilt": 20, "share": 0.12}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20, help="drawn people, their tones in turn")
    parser.add_argument("--clips", nargs="+", metavar="FILE", help="recordings")
    parser.add_argument("--frames", type=int, default=3, help="of each recording, from its first 10 s")
    parser.add_argument("--empty", nargs="+", metavar="FILE", help="pictures without a face")
    parser.add_argument("--only", nargs="+", help="names of detectors")
    args = parser.parse_args()
    print(machine())
    found = {name: finder for name, finder in finders().items() if args.only is None or name in args.only}
    if args.empty:
        print_empty(found, args.empty)
    elif args.clips:
        print_table(found, clip_cases(args.clips, args.frames))
    else:
        print_table(found, drawn_cases(args.people))


def finders():
    """{name: finder}; a finder's ``find(image, None, True)`` is its most thorough."""
    available = {"HC": HaarFaces()}
    available["HC, turned by 30 degrees"] = _Either(HaarFaces(30), HaarFaces(-30))
    available["HC, light evened"] = HaarFaces(evens=True)
    available["HC, finer"] = HaarFaces(height=480, smallest=1 / 16)
    for name in ("MP", "MTCNN"):
        try:
            available[name] = faces.detector(name)
        except ConfigError as error:
            print(f"{name} is left out: {error}")
    available["auto, without MTCNN"] = faces.AnyFaces(with_mtcnn=False)
    if "MTCNN" in available:
        available["auto, with MTCNN"] = faces.AnyFaces()
    return available


class _Either(faces.Finder):
    def __init__(self, *finders):
        self._finders = finders

    def find(self, image, near=None, thorough=False):
        return next((found for found in (finder.find(image, near) for finder in self._finders) if found), [])


def drawn_cases(people):
    """(row, image BGR, Box) of drawn faces; the rows' settings for everybody, and the tones in their plain picture."""
    for number in range(1, people + 1):
        tone = 3 * number % len(TONES)
        for label, settings in rows():
            side = -1 if number % 2 else 1
            yield (label, *draw(number, tone, side, **{**PLAIN, **settings}))
            if not settings:
                dark = "light" if tone < 4 else "medium" if tone < 7 else "dark"
                yield (f"{dark} skin", *draw(number, tone, side, **{**PLAIN, "share": 0.25}))


def draw(number, tone, side, share, tilt, light, glasses):
    """A frame, BGR, and the Box of the face in it."""
    rng = np.random.default_rng(number)
    subject = Subject(number, skin=TONES[tone].rgb)
    if glasses != "none":
        subject.look = subject.look._replace(glasses=glasses)
    drawing = subject.draw(SIZE)
    face = Box(*drawing.box)
    scale = share * SIZE[1] / face.height
    matrix = cv2.getRotationMatrix2D(face.middle, side * tilt, scale)
    room = SIZE[0] * rng.uniform(0.4, 0.6), SIZE[1] * rng.uniform(0.42, 0.55)
    matrix[:, 2] += np.subtract(room, face.middle)
    blur = max(0.01, 0.4 * (1 / scale - 1))
    person, cover = (cv2.GaussianBlur(part, (0, 0), blur) for part in (drawing.rgb, drawing.coverage))
    person, cover = (
        cv2.warpAffine(part, matrix, SIZE, borderMode=mode)
        for part, mode in ((person, cv2.BORDER_REPLICATE), (cover, cv2.BORDER_CONSTANT))
    )
    picture, kept = LIGHTS[light]
    wall = rng.uniform(60, 180) + rng.uniform(10, 50) * smooth_noise(SIZE[::-1], rng.uniform(20, 120), rng)
    if light == "backlit":
        wall = wall + 150
    if light == "side":
        kept = np.clip(0.5 + side * (np.arange(SIZE[0]) - room[0]) / (share * SIZE[1]), 0.03, 1.0)[None, :, None]
    lit = cover[..., None] * kept * _linear(person) + (1 - cover[..., None]) * _linear(wall)[..., None]
    width = share * SIZE[1]
    return _camera(lit * picture, rng), Box(room[0] - width / 2, room[1] - width / 2, width, width)


def _linear(values):
    return (np.clip(values, 0, 255) / 255) ** _GAMMA


def _camera(linear, rng):
    """BGR of linear RGB, with noise."""
    grey = 255 * np.clip(linear, 0, 1) ** (1 / _GAMMA) + rng.normal(0, 2.0, linear.shape)
    return np.ascontiguousarray(np.uint8(np.clip(np.rint(grey), 0, 255))[..., ::-1])


def clip_cases(paths, frames):
    """(row, image BGR, Box) of recordings' frames, changed in one way each."""
    reference = [finder for name, finder in finders().items() if name in ("MTCNN", "HC")][::-1]
    rng = np.random.default_rng(0)
    for path in paths:
        for image in _first_frames(path, frames):
            found = next((found for found in (finder.find(image) for finder in reference) if found), None)
            if found is None:
                print(f"{path}: no face in the frame as it is")
                continue
            for label, tilt, scale, light in _changes():
                yield (label, *_changed(image, found[0], tilt, scale, light, rng))


def _changes():
    yield "as it is", 0, 1.0, 1.0
    for tilt in (-10, 10, -20, 20, -30, 30, -40, 40):
        yield f"tilted by {abs(tilt)} degrees", tilt, 1.0, 1.0
    for scale in (0.5, 0.25):
        yield f"{scale:.0%} of the size", 0, scale, 1.0
    for light in (0.1, 0.02):
        yield f"{light:.0%} of the light", 0, 1.0, light


def _first_frames(path, frames):
    capture = cv2.VideoCapture(path)
    fps_hz, total = capture.get(cv2.CAP_PROP_FPS) or 30, capture.get(cv2.CAP_PROP_FRAME_COUNT)
    wanted = set(np.linspace(0, min(total - 1, 10 * fps_hz), frames).astype(int))
    for number in range(max(wanted) + 1):
        if not capture.grab():
            return
        if number in wanted:
            image = capture.retrieve()[1]
            scale = min(1, 640 / max(image.shape[:2]))
            yield cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _changed(image, face, tilt, scale, light, rng):
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(face.middle, tilt, scale)
    matrix[:, 2] += np.subtract((width / 2, height / 2), face.middle)
    moved = cv2.GaussianBlur(image, (0, 0), max(0.01, 0.4 * (1 / scale - 1)))
    moved = cv2.warpAffine(moved, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    if light < 1:
        moved = _camera(_linear(moved[..., ::-1]) * light, rng)
    side = face.width * scale
    return moved, Box((width - side) / 2, (height - side) / 2, side, side)


def print_table(found, cases):
    results, seconds, wrong = {}, {name: [] for name in found}, dict.fromkeys(found, 0)
    for label, image, face in cases:
        for name, finder in found.items():
            started = time.process_time()
            boxes = finder.find(image, None, True)
            seconds[name].append(time.process_time() - started)
            hit = bool(boxes) and boxes[0].overlap(face) >= OVERLAP
            wrong[name] += bool(boxes) and not hit
            error = np.hypot(*np.subtract(boxes[0].middle, face.middle)) / face.width if hit else None
            results.setdefault(label, {}).setdefault(name, []).append(error)
    print("\n| faces | frames | " + " | ".join(found) + " |\n|---|---|" + "---|" * len(found))
    for label, of_row in results.items():
        print(f"| {label} | {len(of_row[next(iter(found))])} | " + " | ".join(map(_cell, of_row.values())) + " |")
    frames = len(next(iter(seconds.values())))
    print(f"| another place | {frames} | " + " | ".join(map(str, wrong.values())) + " |")
    costs = (f"{1000 * statistics.mean(values):.0f}" for values in seconds.values())
    print(f"| processor time of a look, ms | {frames} | " + " | ".join(costs) + " |")


def _cell(errors):
    hits = [error for error in errors if error is not None]
    return f"{len(hits) / len(errors):.0%}" + (f" ({100 * statistics.median(hits):.0f})" if hits else "")


def print_empty(found, paths):
    images = []
    for path in paths:
        image = cv2.imread(path)
        if image is not None and min(image.shape[:2]) >= 100:
            scale = 480 / image.shape[0]
            images.append((path, cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)))
    print("\n| detector | pictures | with a face |\n|---|---|---|")
    for name, finder in found.items():
        seen = [path for path, image in images if finder.find(image, None, True)]
        print(f"| {name} | {len(images)} | {len(seen)} |")


if __name__ == "__main__":
    main()
