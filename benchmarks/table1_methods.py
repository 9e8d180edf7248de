"""Does each method of Table 1 learn a pulse at all? It is trained from scratch on drawn maps or clips.

``python benchmarks/table1_methods.py --methods RhythmNet`` draws small data with pulses of 50 to 130 bpm, drift and
noise, trains the method with its own loss and augmentation, and tests it on data that it has not seen. Printed are the
errors of the heart rate, and that of always saying the mean. No video and no person is behind the data. The curve goes
to ``docs/images/learns-<method>.png`` of this checkout, or to ``--out``.
"""

import argparse
import math
import time
from pathlib import Path
from typing import Any, Dict, NamedTuple

import measuring
import torch

from rfacenet_toolbox.config.method import settings_of
from rfacenet_toolbox.config.tree import toolbox_tree
from rfacenet_toolbox.datasets.stmaps import MAP_TYPES
from rfacenet_toolbox.evaluation import HEART_RATE
from rfacenet_toolbox.methods import registry
from rfacenet_toolbox.methods.learner import UNKNOWN_SUBJECT, ClipSpec
from rfacenet_toolbox.methods.rfacenet.heart_rate import heart_rate_bpm

LOWEST_BPM, HIGHEST_BPM = 50.0, 130.0
#: how often the error on unseen data is looked at
LOOKS = 12
#: how strongly the channels of a map show the pulse
STRENGTHS = {"STMapGrid": (1.0, 0.5, 0.7), "STMapRegions": (0.3, 1.0, 0.5, 1.0, 0.5, 0.7), "STMapPos": (0.3, 0.6, 1.0)}


class Case(NamedTuple):
    """A method, small enough for some minutes of one core."""

    model: str  #: MODEL.NAME
    data: str  #: a DATA_TYPE of maps, or "clips"
    frames: int
    settings: Dict[str, Any] = {}  #: of the method's node
    model_settings: Dict[str, Any] = {}  #: directly below MODEL
    fs_hz: float = 15.0
    side: int = 32  #: of clips
    count: int = 256  #: that are drawn to learn from, and a quarter of that to be tested on
    batch: int = 8
    steps: int = 240
    rate: float = 1e-3  #: of Adam, lowered to nothing along a half cosine


#: method as the paper names it -> how it is trained here
CASES = {
    "RhythmNet": Case(
        "RhythmNet", "STMapGrid", 90, {"FRAMES": 75, "STEP_S": 0.2, "GAP_FRAMES": [3, 8]}, batch=6, steps=200
    ),
    "ST-Attention": Case("STAttention", "STMapGrid", 114, {"FRAMES": 76}, batch=12, steps=400),
    "NAS-HR": Case("NASHR", "STMapPos", 90, {"START_BPM": (LOWEST_BPM + HIGHEST_BPM) / 2}, steps=160),
    "CVD": Case("CVD", "STMapRegions", 90, {"SIDE": 64}, steps=160),
    "Dual-GAN": Case("DualGAN", "STMapGrid", 92, {"WIDTH": 16}, steps=160),
    "I3D": Case("I3D", "clips", 64, model_settings={"DROP_RATE": 0.0}, side=16, count=192, steps=200),
    "AutoHR": Case("AutoHR", "clips", 64, {"CHANNELS": 8, "CELLS": 1}, side=16, count=192, steps=160),
    "PhysFormer++": Case(
        "PhysFormer++", "clips", 64, {"DIM": 48, "FF_DIM": 72, "NUM_LAYERS": 3}, count=128, batch=4, steps=150
    ),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", choices=list(CASES), default=list(CASES), help="all by default")
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--out", type=Path, default=measuring.ROOT / "docs" / "images", help="folder of the curves")
    args = parser.parse_args()
    print(measuring.machine())
    print("| method | trained on | steps | error in training | error on unseen data | always the mean | seconds |")
    print("|---|---|---|---|---|---|---|")
    for name in args.methods:
        started = time.monotonic()
        curve, mean_error = trained(CASES[name], args.seed)
        drawn_curve(name, curve, mean_error, args.out)
        case, (_, last, unseen) = CASES[name], curve[-1]
        cells = [name, f"{case.count} {case.data}, {case.frames / case.fs_hz:.1f} s each", case.steps]
        cells += [f"{value:.2f} bpm" for value in (last, unseen, mean_error)]
        print(f"| {' | '.join(map(str, cells))} | {time.monotonic() - started:.0f} |", flush=True)


def trained(case, seed):
    """``([(step, error in training, error on unseen data)], error of always saying the mean)``, in bpm."""
    torch.manual_seed(seed)
    learner = built(case)
    clips, labels, _ = drawn(case, case.count, seed)
    unseen_clips, unseen_labels, truth = drawn(case, case.count // 4, seed + 1)
    mean_error = float((truth - drawn(case, case.count, seed)[2].mean()).abs().mean())
    parameters = [*learner.model.parameters(), *learner.loss.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=case.rate)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, case.steps)
    curve, errors, every = [], [0.0, 0], max(1, case.steps // LOOKS)
    for step in range(1, case.steps + 1):
        if (step - 1) % every == 0:
            learner.start_epoch((step - 1) // every, LOOKS)
        learner.model.train()
        chosen = torch.randint(len(clips), (case.batch,))
        done = learner.step(clips[chosen], labels[chosen], torch.full((case.batch,), UNKNOWN_SUBJECT))
        optimizer.zero_grad()
        done.loss.backward()
        optimizer.step()
        scheduler.step()
        total, count = _error(learner, case, done, labels[chosen])
        errors = [errors[0] + total, errors[1] + count]
        if step % every == 0:
            curve.append((step, errors[0] / errors[1], unseen_error(learner, case, unseen_clips, truth)))
            errors = [0.0, 0]
    return curve, mean_error


def _error(learner, case, done, labels):
    """Sum of the absolute errors of a step, and their number; of a waveform by Eq. 3."""
    if "heart_rate_mae_bpm" in done.log:
        return done.log["heart_rate_mae_bpm"]
    estimate = torch.stack([heart_rate_bpm(bvp.detach(), case.fs_hz) for bvp in done.bvp])
    return float((estimate - heart_rate_bpm(labels, case.fs_hz)).abs().sum()), len(labels)


def unseen_error(learner, case, clips, truth):
    """The mean absolute error in bpm on data that were not learned from."""
    learner.model.eval()
    estimates = []
    with torch.no_grad():
        for first in range(0, len(clips), case.batch):
            predicted = learner.predict(clips[first : first + case.batch])
            if learner.gives != HEART_RATE:
                predicted = torch.stack([heart_rate_bpm(bvp, case.fs_hz) for bvp in predicted])
            estimates.append(predicted)
    return float((torch.cat(estimates) - truth).abs().mean())


def built(case):
    """The learner of a case, with its settings over the defaults."""
    tree = toolbox_tree()
    tree.MODEL.NAME = case.model
    tree.MODEL.update(case.model_settings)
    node = registry.settings_node(case.model)
    if node is not None:
        tree.MODEL[node].update(case.settings)
    height, width = (MAP_TYPES[case.data].rows, 1) if case.data in MAP_TYPES else (case.side, case.side)
    return registry.build(case.model, settings_of(tree), ClipSpec(case.frames, height, width, case.fs_hz, False), 0)


def drawn(case, count, seed):
    """``(clips (N, C, T, H, W), labels (N, T), heart rates (N,))``; a map's H is its rows, and its W 1."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(*shape):
        return torch.rand(shape, generator=generator)

    bpm = LOWEST_BPM + (HIGHEST_BPM - LOWEST_BPM) * uniform(count)
    time_s = torch.arange(case.frames) / case.fs_hz
    phase = 2 * math.pi * (bpm[:, None] / 60 * time_s + uniform(count, 1))
    labels = torch.sin(phase) + 0.3 * torch.sin(2 * phase + 0.5)
    strengths = torch.tensor(STRENGTHS.get(case.data, (0.5, 1.0, 0.7)))
    rows = MAP_TYPES[case.data].rows if case.data in MAP_TYPES else case.side
    width = 1 if case.data in MAP_TYPES else case.side
    seen = strengths[:, None, None, None] * labels[:, None, :, None, None]
    seen = seen * (0.5 + uniform(count, 1, 1, rows, width))
    drift = torch.sin(2 * math.pi * (0.1 * time_s[:, None, None] + uniform(count, len(strengths), 1, 1, 1)))
    noise = torch.randn(count, len(strengths), case.frames, rows, width, generator=generator)
    colours = seen + drift + 0.5 * noise
    return (128 + 4 * colours if case.data in MAP_TYPES else colours), labels, bpm


def drawn_curve(name, curve, mean_error, folder):
    """Write the picture of a training."""
    from rfacenet_toolbox.report.figures.style import BLUE, COLUMN, GREY, VERMILION, new_figure, styled

    @styled
    def figure():
        picture = new_figure(COLUMN, 2.2)
        axes = picture.subplots()
        steps, training, unseen = zip(*curve)
        axes.plot(steps, training, color=BLUE, marker="o", markersize=3, label="training")
        axes.plot(steps, unseen, color=VERMILION, marker="s", markersize=3, label="unseen")
        axes.axhline(mean_error, color=GREY, linestyle="--", label="always the mean")
        axes.set_ylim(bottom=0)
        axes.set_xlabel("step")
        axes.set_ylabel("heart-rate MAE (bpm)")
        axes.set_title(f"{name}, drawn data", loc="left")
        axes.legend()
        return picture

    folder.mkdir(parents=True, exist_ok=True)
    figure().savefig(str(folder / f"learns-{name.lower().replace('++', '-plus-plus')}.png"), dpi=100)


if __name__ == "__main__":
    main()
