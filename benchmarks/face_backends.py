"""Which share of tilted and small faces do the face backends find, and what does that cost beside decoding?

``python benchmarks/face_backends.py`` turns drawn faces by up to 40 degrees, at several sizes, and counts the frames
whose chosen box is the face's, for the Haar cascade and for MTCNN (``make mtcnn``). Then it times a look of each, and
the preprocessing of a synthetic video, 640x480, against decoding it.
"""

import argparse
import functools
import statistics
import tempfile
import time

import cv2
import numpy as np
from measuring import machine
from preprocessing import data_node, decode

from rfacenet_toolbox.datasets import preprocess, readers
from rfacenet_toolbox.datasets.face_detectors import DETECTORS
from rfacenet_toolbox.prediction.box import Box
from rfacenet_toolbox.synthetic import Scene, Subject, head_motion, pulse_wave, render, write_dataset

BACKENDS = ("HC", "MTCNN")
TILTS = (0, 10, 20, 30, 40)
#: side of the face's box, pixels of a frame of 640x480
SIDES = (240, 120, 60)
SIZE = (640, 480)
#: smallest intersection over union of the chosen box and the face's
OVERLAP = 0.4


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=20, help="drawn people")
    parser.add_argument("--frames", type=int, default=500, help="of the video that is preprocessed")
    parser.add_argument("--repeats", type=int, default=3, help="pairs")
    args = parser.parse_args()
    print(machine())
    detectors = {name: DETECTORS[name]() for name in BACKENDS}
    print_rates(detectors, args.subjects)
    print_costs(detectors, args.frames, args.repeats)


def print_rates(detectors, subjects):
    print(f"\nShare of {2 * subjects} frames (at 0 degrees {subjects}) in which the chosen box is the face's:\n")
    print("| face's box | backend | " + " | ".join(f"{tilt} degrees" for tilt in TILTS) + " |")
    print("|---|---|" + "---|" * len(TILTS))
    people = [drawn(number) for number in range(1, subjects + 1)]
    for side in SIDES:
        for name, detector in detectors.items():
            shares = [statistics.mean(hits(detector, people, side, tilt)) for tilt in TILTS]
            print(f"| {side} px | {name} | " + " | ".join(f"{share:.0%}" for share in shares) + " |", flush=True)


def hits(detector, people, side, tilt):
    """Whether the detector's box is the face's, in a frame of each person tilted to either side."""
    for frame, box in people:
        for angle in {tilt, -tilt}:
            chosen, found = detector.box(turned(frame, box, angle, side))
            middle = Box(SIZE[0] / 2, SIZE[1] / 2, 0, 0)
            yield found and Box(*chosen).overlap(Box(middle.x - side / 2, middle.y - side / 2, side, side)) > OVERLAP


def drawn(number):
    """A frame of a drawn person, RGB, and the :class:`Box` of the face in it."""
    rng, subject = np.random.default_rng(number), Subject(number)
    pulse = pulse_wave(0.1, 30, 70, rng)
    motion = head_motion(1, len(pulse), 30, rng)
    still = motion._replace(**{field: 0 * course for field, course in motion._asdict().items()})
    return next(render(Scene(subject, SIZE, 30, pulse, still), rng)), Box(*subject.draw(SIZE).box)


def turned(frame, box, degrees, side):
    """The frame turned about the face's middle, which goes to that of the frame; the face's box is ``side`` wide."""
    matrix = cv2.getRotationMatrix2D(box.middle, degrees, side / box.width)
    matrix[:, 2] += np.divide(SIZE, 2) - box.middle
    border = [int(value) for value in np.median(frame[:20].reshape(-1, 3), axis=0)]
    reduced = cv2.GaussianBlur(frame, (0, 0), max(0.01, 0.5 * (box.width / side - 1)))
    return cv2.warpAffine(reduced, matrix, SIZE, flags=cv2.INTER_LINEAR, borderValue=border)


def print_costs(detectors, frames, repeats):
    """Processor time, which other work on the machine changes less than the time by the clock."""
    print("\nProcessor time, 640x480, against decoding the same video (medians; from and to):\n")
    with tempfile.TemporaryDirectory() as folder:
        write_dataset(folder, "ubfc-rppg", 1, scenarios=[1], seconds=frames / 30, size=SIZE)
        recordings = readers.find_recordings("UBFC-rPPG", folder)
        images = list(recordings[0].frames())
        some = images[::20]
        for name, detector in detectors.items():
            look = functools.partial(look_at, detector, some)
            print_ratio(f"a look of {name}, in frames decoded", look, recordings[0], repeats, len(images) / len(some))
        for name, every in (("HC", None), ("MTCNN", None), ("HC", 30), ("MTCNN", 30), ("MTCNN_SMOOTH", 30)):
            looks = f"a look every {every} frames" if every else "one look"
            whole = functools.partial(cache_clips, recordings, settings(name, every))
            print_ratio(f"preprocessing with {name}, {looks}", whole, recordings[0], repeats)


def look_at(detector, images):
    for image in images:
        detector.box(image)


def cache_clips(recordings, node):
    with tempfile.TemporaryDirectory() as cache:
        preprocess.preprocess(recordings, node, cache, workers=1, progress=False)


def print_ratio(what, call, recording, repeats, scale=1.0):
    call()
    pairs = [(seconds(call), seconds(lambda: decode(recording))) for _ in range(repeats)]
    ratios = [scale * ours / decoding for ours, decoding in pairs]
    print(f"| {what} | {statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} |", flush=True)


def seconds(call):
    started = time.process_time()
    call()
    return time.process_time() - started


def settings(backend, every):
    """``config.TRAIN.DATA`` for a face backend that looks once, or at every so many frames."""
    data = data_node("UBFC-rPPG")
    crop = data.PREPROCESS.CROP_FACE
    crop.BACKEND, crop.DETECTION.DO_DYNAMIC_DETECTION = backend, every is not None
    crop.DETECTION.DYNAMIC_DETECTION_FREQUENCY = every or 30
    return data


if __name__ == "__main__":
    main()
