"""Rows of the data's way to the network: preprocessing, loaders, a worker's memory."""

import contextlib
import tempfile
from pathlib import Path

from rows import Row, sides

PASSES = 3


def preprocessing(checkout, args):
    """Decode, crop, resize, normalise and cache recordings, against decoding the same files on the same cores."""
    from rfacenet_toolbox.datasets import preprocess, readers
    from rfacenet_toolbox.runtime import pool
    from rfacenet_toolbox.synthetic import write_dataset

    workers = pool.default_workers(args.recordings)
    for dataset, name in (("pure", "PURE"), ("ubfc-rppg", "UBFC-rPPG")):

        @contextlib.contextmanager
        def opened(dataset=dataset, name=name):
            with tempfile.TemporaryDirectory() as folder:
                raw = Path(folder) / name
                write_dataset(raw, dataset, args.recordings, scenarios=[1], seconds=args.frames / 30)
                recordings = readers.find_recordings(name, str(raw))

                def ours():
                    with tempfile.TemporaryDirectory() as cache:
                        preprocess.preprocess(recordings, _data_node(name), cache, workers=workers, progress=False)

                def decoding():
                    for _, _, failure in pool.run(decode, recordings, workers):
                        assert failure is None, failure

                yield ours, decoding

        yield Row(
            f"preprocessing:{dataset}",
            f"preprocessing, {name}",
            opened,
            "decoding alone",
            1.3,
            f"{args.recordings} recordings of {args.frames} frames, 640x480, {workers} processes",
        )


def decode(recording):
    """Decode every frame of a recording, and no more: colours stay in the decoder's order."""
    return sum(1 for _ in recording.frames(bgr=True))


def loaders(checkout, args):
    """Passes over a tiny loader whose workers live on, against starting them at each pass as the toolbox does."""
    from rfacenet_toolbox.runtime import machine

    capped = machine.worker_count(-1)
    yield Row(
        "loaders:kept",
        f"{PASSES} passes, {capped} kept workers",
        sides(lambda: passes(machine.KeptLoader, capped), lambda: passes(_data_loader(), capped)),
        f"{capped} workers started at each pass",
    )
    yield Row(
        "loaders:toolbox",
        f"{PASSES} passes, {capped} kept workers",
        sides(
            lambda: passes(machine.KeptLoader, capped),
            lambda: passes(_data_loader(), machine.TOOLBOX_WORKERS),
        ),
        f"the toolbox's {machine.TOOLBOX_WORKERS}, started at each pass",
        once=True,
    )


def passes(make, workers):
    """Go ``PASSES`` times over 8 items, 2 a batch."""
    import torch
    from torch.utils.data import TensorDataset

    loader = make(TensorDataset(torch.zeros(8, 3)), batch_size=2, num_workers=workers, multiprocessing_context="spawn")
    for _ in range(PASSES):
        list(loader)


def memory(checkout, args):
    """Peak memory of a preprocessing worker, where ``benchmarks/memory.py`` measures it."""
    from memory import memory as measured

    for number, row in enumerate(measured(checkout, args)):
        frames = row.aim_frames or max(row.megabytes)
        figures = ", ".join(f"{length} frames {peak:.0f} MB" for length, peak in row.megabytes.items())
        yield Row(
            f"memory:{number}",
            f"{row.name}, {frames} frames",
            sides(lambda peak=row.megabytes[frames]: peak),
            aim=row.aim,
            note="; ".join(filter(None, [figures, row.note])),
            unit="MB",
        )


def _data_loader():
    from torch.utils.data import DataLoader

    return DataLoader


def _data_node(dataset):
    from rfacenet_toolbox.config.tree import toolbox_tree

    data = toolbox_tree().TRAIN.DATA
    data.DATASET, data.FS = dataset, 30
    node = data.PREPROCESS
    node.DATA_TYPE, node.LABEL_TYPE, node.CHUNK_LENGTH = ["DiffNormalized"], "DiffNormalized", 128
    node.RESIZE.W = node.RESIZE.H = 72
    return data
