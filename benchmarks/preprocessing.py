"""How much longer than decoding alone is preprocessing?

``python benchmarks/preprocessing.py`` decodes, crops, resizes, normalises and caches synthetic recordings of PURE and
UBFC-rPPG, 640x480, and only decodes the same files, with the same number of processes. ``--dataset VIPL-HR --size 1920
1080`` does so with the largest videos of VIPL-HR, by the phone, in Motion JPEG. ``--cpu`` compares CPU times in one
process, which hold on a machine that has other work.
"""

import argparse
import tempfile
import time
from pathlib import Path

from measuring import compare, machine

from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.datasets import preprocess, readers
from rfacenet_toolbox.runtime import pool
from rfacenet_toolbox.synthetic import write_dataset


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", nargs="+", default=["PURE", "UBFC-rPPG"], help="of those and VIPL-HR")
    parser.add_argument("--size", type=int, nargs=2, default=(640, 480), metavar=("W", "H"))
    parser.add_argument("--recordings", type=int, default=2)
    parser.add_argument("--frames", type=int, default=500, help="of a recording")
    parser.add_argument("--repeats", type=int, default=5, help="pairs")
    parser.add_argument("--cpu", action="store_true", help="compare CPU times, in one process")
    args = parser.parse_args()
    print(machine())
    workers = 1 if args.cpu else pool.default_workers(args.recordings)
    print(f"{args.recordings} recordings of {args.frames} frames, {workers} processes")
    for dataset in args.dataset:
        with tempfile.TemporaryDirectory() as folder:
            look = {"scenarios": [1]} if dataset != "VIPL-HR" else {"scenarios": [8], "codec": "MJPG"}
            seconds = args.frames / 30
            write_dataset(Path(folder), dataset.lower(), args.recordings, seconds=seconds, size=args.size, **look)
            recordings = readers.find_recordings(dataset, folder)

            def ours(recordings=recordings, dataset=dataset):
                with tempfile.TemporaryDirectory() as cache:
                    preprocess.preprocess(recordings, data_node(dataset), cache, workers=workers, progress=False)

            def decoding(recordings=recordings):
                failures = [failure for _, _, failure in pool.run(decode, recordings, workers)]
                assert not any(failures), failures

            clock = time.process_time if args.cpu else time.perf_counter
            compare(f"preprocessing, {dataset}", ours, decoding, "decoding alone", args.repeats, clock=clock)


def decode(recording):
    """Decode every frame of a recording, and no more: colours stay in the decoder's order."""
    return sum(1 for _ in recording.frames(bgr=True))


def data_node(dataset):
    """``config.TRAIN.DATA``: face boxes by the toolbox's defaults, 128 frames of 72x72, DiffNormalized."""
    data = toolbox_tree().TRAIN.DATA
    data.DATASET, data.FS = dataset, 30
    node = data.PREPROCESS
    node.DATA_TYPE, node.LABEL_TYPE, node.CHUNK_LENGTH = ["DiffNormalized"], "DiffNormalized", 128
    node.RESIZE.W = node.RESIZE.H = 72
    return data


if __name__ == "__main__":
    main()
