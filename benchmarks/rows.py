"""The rows of the benchmark: what is timed against what."""
import sys
import tempfile
from pathlib import Path
from typing import Callable, NamedTuple, Optional

import numpy as np


class Row(NamedTuple):
    """``ours`` and ``theirs`` do the same work; ``aim`` is the ratio of their times that is aimed at."""

    name: str
    ours: Callable[[], object]
    theirs: Optional[Callable[[], object]]
    against: str
    aim: Optional[float] = None
    note: str = ""


def evaluation(checkout, args):
    """All metrics of one video of 2,000 samples."""
    from rfacenet_toolbox.evaluation import score_video

    time = np.arange(2000) / 30
    rng = np.random.default_rng(0)
    label = np.diff(np.sin(2 * np.pi * 1.2 * time), append=0).astype(np.float32)
    prediction = (label + 0.1 * rng.standard_normal(2000)).astype(np.float32)
    for method, theirs_method in (("FFT", "FFT"), ("peak detection", "Peak")):
        theirs = None
        if checkout:
            scorer = _from_checkout(checkout, "evaluation.post_process").calculate_metric_per_video

            def theirs(scorer=scorer, name=theirs_method):
                return scorer(prediction, label, fs=30, diff_flag=True, hr_method=name)

        def ours(method=method):
            return score_video(prediction, label, 30, "toolbox2025", method=method)

        yield Row(f"evaluation, {method}", ours, theirs, "the toolbox's evaluation", 0.01)


def step(checkout, args):
    """One training step on a batch of four clips: forward, loss, backward, Adam."""
    theirs = None
    if checkout:
        physnet = _from_checkout(checkout, "neural_methods.model.PhysNet").PhysNet_padding_Encoder_Decoder_MAX(128)
        theirs = _physnet_step(physnet, args.size)
    against = "PhysNet of the toolbox, fp32"
    yield Row("training step, fp32", _our_step(args.size), theirs, against, 0.8)
    yield Row("training step, channels-last", _our_step(args.size, channels_last=True), theirs, against)
    yield Row("training step, bf16", _our_step(args.size, precision="bf16"), theirs, against)
    yield Row("training step, fused Adam", _our_step(args.size, fused=True), theirs, against)
    every = {"channels_last": True, "precision": "bf16", "fused": True}
    yield Row("training step, all levers", _our_step(args.size, **every), theirs, against, 0.4)


def preprocessing(checkout, args):
    """Decode, crop, resize, normalise and cache one recording, against decoding it."""
    from rfacenet_toolbox.data import preprocess, readers
    from rfacenet_toolbox.synthetic import write_dataset

    with tempfile.TemporaryDirectory() as folder:
        for dataset, name in (("pure", "PURE"), ("ubfc-rppg", "UBFC-rPPG")):
            raw = Path(folder) / name
            write_dataset(raw, dataset, 1, scenarios=[1], seconds=args.frames / 30, workers=1)
            (recording,) = readers.find_recordings(name, str(raw))

            def decode(recording=recording):
                return sum(1 for _ in readers.frames(recording))

            def ours(recording=recording, name=name):
                with tempfile.TemporaryDirectory() as cache:
                    preprocess.preprocess([recording], _data_node(name), cache, workers=1, progress=False)

            yield Row(f"preprocessing, {name}, 640x480", ours, decode, "decoding alone", 1.3)


def loaders(checkout, args):
    """Three passes over a loader with two workers that live on, against starting them at each pass."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    from rfacenet_toolbox.runtime import KeptLoader

    clips = TensorDataset(torch.zeros(8, 3))

    def passes(make):
        def run():
            loader = make(clips, batch_size=2, num_workers=2, multiprocessing_context="spawn")
            for _ in range(3):
                list(loader)

        return run

    yield Row("three passes, kept workers", passes(KeptLoader), passes(DataLoader), "workers started at each pass")


ROWS = {"evaluation": evaluation, "step": step, "preprocessing": preprocessing, "loaders": loaders}


def _from_checkout(checkout, module):
    import importlib

    if checkout not in sys.path:
        sys.path.append(checkout)
    return importlib.import_module(module)


def _batch(size):
    import torch

    generator = torch.Generator().manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    clips = torch.randn(4, 3, 128, size, size, generator=generator)
    return clips.to(device), torch.randn(4, 128, generator=generator).to(device)


def _our_step(size, channels_last=False, precision="fp32", fused=False):
    import torch

    from rfacenet_toolbox import runtime
    from rfacenet_toolbox.network import RFaceNet
    from rfacenet_toolbox.objective import MultiTaskLoss

    clips, labels = _batch(size)
    model, loss = RFaceNet(128, 8).to(clips.device), MultiTaskLoss(30).to(clips.device)
    if channels_last:
        model.use_channels_last()
    optimizer = torch.optim.Adam([*model.parameters(), *loss.parameters()], fused=fused)
    classes = torch.arange(4, device=clips.device)

    def run():
        with runtime.autocast(clips.device, precision):
            out = model(clips)
        loss(out.bvp, labels, out.identity, classes).total.backward()
        optimizer.step()
        optimizer.zero_grad()
        _finish(clips)

    return run


def _physnet_step(model, size):
    import torch

    clips, labels = _batch(size)
    model.to(clips.device)
    optimizer = torch.optim.Adam(model.parameters())

    def run():
        bvp = model(clips)[0]
        pairs = torch.stack([bvp - bvp.mean(1, keepdim=True), labels - labels.mean(1, keepdim=True)])
        correlation = torch.nn.functional.cosine_similarity(pairs[0], pairs[1], dim=1)
        (1 - correlation).mean().backward()
        optimizer.step()
        optimizer.zero_grad()
        _finish(clips)

    return run


def _finish(tensor):
    """Wait for a GPU to have done what it was given."""
    import torch

    if tensor.is_cuda:
        torch.cuda.synchronize()


def _data_node(dataset):
    from rfacenet_toolbox.config.toolbox_tree import toolbox_tree

    data = toolbox_tree().TRAIN.DATA
    data.DATASET, data.FS = dataset, 30
    node = data.PREPROCESS
    node.DATA_TYPE, node.LABEL_TYPE, node.CHUNK_LENGTH = ["DiffNormalized"], "DiffNormalized", 128
    node.RESIZE.W = node.RESIZE.H = 72
    return data
