"""How much longer than decoding alone is preprocessing?

``python benchmarks/preprocessing.py`` decodes, crops, resizes, normalises and caches synthetic recordings of PURE and
UBFC-rPPG, 640x480, and only decodes the same files, with the same number of processes. ``--dataset VIPL-HR --size 1920
1080`` does so with the largest videos of VIPL-HR, by the phone, in Motion JPEG. ``--cpu`` compares CPU times in one
process, which hold on a machine that has other work, and says how much of them the look for the face and the resizing
take. ``--face MTCNN --side 128`` are Table 1's.
"""

import argparse
import tempfile
import time
from pathlib import Path

import cv2
from measuring import compare, machine

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.datasets import preprocess, readers
from rfacenet_toolbox.datasets.face_boxes import crop_and_resize
from rfacenet_toolbox.datasets.face_detectors import face_detector
from rfacenet_toolbox.datasets.settings import preprocess_settings
from rfacenet_toolbox.runtime import pool
from rfacenet_toolbox.synthetic import write_dataset


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", nargs="+", default=["PURE", "UBFC-rPPG"], help="of those and VIPL-HR")
    parser.add_argument("--size", type=int, nargs=2, default=(640, 480), metavar=("W", "H"))
    parser.add_argument("--recordings", type=int, default=2)
    parser.add_argument("--frames", type=int, default=500, help="of a recording")
    parser.add_argument("--repeats", type=int, default=5, help="pairs")
    parser.add_argument("--face", default="HC", metavar="BACKEND", help="what finds the face")
    parser.add_argument("--side", type=int, default=72, help="width and height of a clip, pixels")
    parser.add_argument("--cpu", action="store_true", help="compare CPU times, in one process")
    args = parser.parse_args()
    print(machine())
    workers = 1 if args.cpu else pool.default_workers(args.recordings)
    if args.cpu:
        cv2.setNumThreads(1)  # as in a worker process: threads that wait for each other would count, too
    print(f"{args.recordings} recordings of {args.frames} frames, {workers} processes")
    for dataset in args.dataset:
        with tempfile.TemporaryDirectory() as folder:
            look = {"scenarios": [1]} if dataset != "VIPL-HR" else {"scenarios": [8], "codec": "MJPG"}
            seconds = args.frames / 30
            write_dataset(Path(folder), dataset.lower(), args.recordings, seconds=seconds, size=args.size, **look)
            recordings = readers.find_recordings(dataset, folder)

            node = data_node(dataset, args.face, args.side)

            def ours(recordings=recordings, node=node):
                with tempfile.TemporaryDirectory() as cache:
                    preprocess.preprocess(recordings, node, cache, workers=workers, progress=False)

            def decoding(recordings=recordings):
                failures = [failure for _, _, failure in pool.run(decode, recordings, workers)]
                assert not any(failures), failures

            clock = time.process_time if args.cpu else time.perf_counter
            compare(f"preprocessing, {dataset}", ours, decoding, "decoding alone", args.repeats, clock=clock)
            if args.cpu:
                print_parts(recordings, node)


def decode(recording):
    """Decode every frame of a recording, and no more: colours stay in the decoder's order."""
    return sum(1 for _ in recording.frames(bgr=True))


def print_parts(recordings, node):
    """Print the CPU times of a pass over recordings, part by part, in times of decoding them.

    The look for the face and the resizing are measured where they occur, between a frame and the next, in this thread:
    FFmpeg decodes in others.
    """
    settings = preprocess_settings(node)
    detector = face_detector(settings)
    started = time.process_time()
    for recording in recordings:
        decode(recording)
    decoding = time.process_time() - started
    looking = resizing = 0.0
    for recording in recordings:
        box = None
        for frame in recording.frames(bgr=True):
            started = time.thread_time()
            if box is None:
                box, _ = detector.box(frame, bgr=True)
                looking += time.thread_time() - started
                started = time.thread_time()
            crop_and_resize(frame, box, settings, bgr=True)
            resizing += time.thread_time() - started
    print(
        f"    one look for the face {looking / decoding:.3g}, cropping and resizing {resizing / decoding:.3g}", end=""
    )
    print(f" times decoding; the last box is {box[2]}x{box[3]} pixels")


def data_node(dataset, face="HC", side=72):
    """``config.TRAIN.DATA``: face boxes by the toolbox's defaults, 128 square frames, DiffNormalized."""
    data = toolbox_tree().TRAIN.DATA
    data.DATASET, data.FS = dataset, 30
    node = data.PREPROCESS
    node.DATA_TYPE, node.LABEL_TYPE, node.CHUNK_LENGTH = ["DiffNormalized"], "DiffNormalized", 128
    node.RESIZE.W = node.RESIZE.H = side
    node.CROP_FACE.BACKEND = face
    return data


if __name__ == "__main__":
    main()
