"""Run folders -> ``report.html`` with all their figures and tables, and each figure as PNG and PDF beside it."""

import json
import os
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from ..errors import DataError, RFaceNetError
from ..evaluation import PROTOCOLS
from ..evaluation.files.run_folder import read_run
from ..methods.rfacenet import build_rfacenet
from ..runtime.files import write_text
from ..synthetic import is_synthetic
from ..training.learners import config_of, with_classifier
from . import figures
from .fig1_attention import attention_of
from .html import SORT_SCRIPT, page, paragraph, picture, sortable
from .table import distinct_ends, plus_minus
from .tracing import trace

PROTOCOL = "neurips2023"  # the paper's
_FUSED = ("stage1", "stage2", "stage3")


def write_report(folders, out, attention_clips=24):
    """Write ``out/report.html`` and ``out/figures``.

    Where something cannot be shown, a sentence on the page says why; the rest is shown.

    Args:
        folders: of finished runs.
        out: folder, made if missing.
        attention_clips: test clips that Fig. 1 looks at; 0 leaves it out.

    Returns:
        The page's path.

    Raises:
        DataError: a folder is not a finished run, or is named twice.
    """
    runs = _named([read_run(folder) for folder in folders])
    album = _Album(Path(out) / "figures")
    sections = [("", _summary(runs))]
    shown = tqdm(runs, desc="Figures", unit="run", ncols=100)
    sections += [(run.name, "\n".join(_run_parts(run, album))) for run in shown]
    if attention_clips:
        sections.append(("Where the pulse branch looks (Fig. 1)", _guarded(_attention, runs, album, attention_clips)))
    sections.append(("The network and its fusion schemes (Fig. 2, Fig. 5)", _guarded(_architecture, runs, album)))
    sections.append(("", SORT_SCRIPT))
    path = Path(out) / "report.html"
    write_text(path, page("Runs of the rFaceNet toolbox", sections))
    return path


def _named(runs):
    """The runs, named after their folders; where those are alike, as ``seed100`` in a sweep, with those above."""
    paths = [Path(run.folder).resolve() for run in runs]
    twice = sorted({str(path) for path in paths if paths.count(path) > 1})
    if twice:
        raise DataError(f"named more than once: {', '.join(twice)}. Name each run once.")
    return [run._replace(name="_".join(end)) for run, end in zip(runs, distinct_ends([path.parts for path in paths]))]


class _Album:
    """Saves figures in ``folder`` and makes parts of the page of them."""

    def __init__(self, folder):
        self.folder = folder

    def add(self, name, figure, caption):
        png, _ = figures.save(figure, self.folder, name)
        return picture(png, caption)


def _guarded(function, *args):
    """The HTML from ``function``, or, where something is missing, the reason."""
    try:
        return function(*args)
    except RFaceNetError as error:
        return paragraph(f"Not shown: {error}")


def _summary(runs):
    columns = ("run", "model", "trained on", "tested on", "seed", "videos", "protocol", "MAE (bpm)", "RMSE (bpm)", "ρ")
    rows = []
    for run in runs:
        results = run.results
        videos = "{scored} of {expected}".format(**results["videos"])
        for protocol, summary in results["protocols"].items():
            metrics = [plus_minus(*summary[metric]) for metric in ("MAE", "RMSE", "Pearson")]
            sets = results["train_set"] or "–", results["test_set"]
            rows.append((run.name, results["model"], *sets, str(results["seed"]), videos, protocol, *metrics))
    return "\n".join([paragraph(_origin(runs)), sortable(columns, rows)])


def _origin(runs):
    """Which runs used synthetic recordings, as far as it can be told here."""
    folders = {f"{run.name} (tested)": config_of(run).TEST.DATA.DATA_PATH for run in runs}
    folders.update(
        (f"{run.name} (trained)", config_of(run).TRAIN.DATA.DATA_PATH) for run in runs if run.results["train_set"]
    )
    synthetic = sorted(use for use, folder in folders.items() if is_synthetic(folder))
    unknown = sorted(use for use, folder in folders.items() if not os.path.isdir(folder))
    parts = []
    if synthetic:
        parts.append(
            f"Synthetic recordings, drawn faces and computed pulses, whose numbers say nothing about people: "
            f"{', '.join(synthetic)}."
        )
    if unknown:
        parts.append(f"The recordings are not here, so it cannot be told if they are real: {', '.join(unknown)}.")
    return " ".join(parts) or "None of the recordings bears the mark of synthetic ones."


def _run_parts(run, album):
    unit = config_of(run).MODEL.RFACENET.LOSS.HEART_RATE_UNIT
    if run.epochs:
        yield album.add(
            f"{run.name}-curves",
            figures.learning_curves(run.epochs),
            f"Fig. 3. {figures.settling_sentence(run.epochs)} A ring marks where a curve has made 90 % of its way.",
        )
        yield album.add(
            f"{run.name}-loss",
            figures.loss_curves(run.epochs, unit),
            "The terms of Eq. 4 on the training clips, and their sigmas.",
        )
    yield _guarded(_waves, run, album)
    names, estimate, truth = run.heart_rates(PROTOCOL)
    left_out = sum(row["protocol"] == PROTOCOL for row in run.videos) - len(names)
    note = f" {left_out} without an estimate are left out." if left_out else ""
    yield album.add(
        f"{run.name}-bland-altman",
        figures.bland_altman_plot(estimate, truth),
        f"Fig. 4b. Bland-Altman, protocol {PROTOCOL}, {len(names)} videos or windows; lines: mean difference and 95 % "
        f"limits of agreement.{note}",
    )
    yield album.add(
        f"{run.name}-scatter",
        figures.scatter(estimate, truth),
        f"Fig. 4c. Estimated against true heart rate, protocol {PROTOCOL}; band: the paper's 8 bpm.{note}",
    )
    if run.videos:
        columns = list(run.videos[0])
        yield sortable(columns, [[row[column] for column in columns] for row in run.videos])


def _waves(run, album):
    video, reason = _example(run)
    prediction, label, fs_hz = run.waveforms(video, PROTOCOL)
    figure = figures.signals(prediction, label, fs_hz, title=video)
    low, high = PROTOCOLS[PROTOCOL].band_hz
    return album.add(
        f"{run.name}-signals",
        figure,
        f"Fig. 4a. Predicted and true BVP of {video}, {reason}, as they are scored: integrated if need be, detrended, "
        f"filtered to {low:g}-{high:g} Hz. Marks: peaks.",
    )


def _example(run):
    """The video whose error is the median of all, so that the figure is neither the best nor the worst."""
    names, estimate, truth = run.heart_rates(PROTOCOL)
    if not names:
        raise DataError(f"no video of {run.name} has an estimated and a true heart rate.")
    errors = np.abs(estimate - truth)
    middle = int(np.argsort(errors, kind="stable")[(len(errors) - 1) // 2])
    return names[middle], f"the one with the median error ({errors[middle]:.2f} bpm)"


def _attention(runs, album, most_clips):
    seen = attention_of(runs, most_clips)
    clips = f"{len(seen.clips)} test clips"
    write_text(album.folder.parent / "attention.json", json.dumps(seen.to_dict(), indent=1) + "\n")
    rows = []
    for label, values in seen.shares.items():
        percent = 100 * values[np.isfinite(values)]
        if len(percent):
            rows.append((label.replace("\n", ", "), f"{percent.mean():.1f}", f"{percent.std():.1f}", str(len(percent))))
    return "\n".join(
        [
            album.add(
                "attention-maps",
                figures.attention_maps(seen.face, seen.maps),
                f"Fig. 1. Grad-CAM of the map that the BVP is predicted from, on {seen.example}. White: the face's "
                f"contour, known from {seen.contour}.",
            ),
            album.add(
                "attention-shares",
                figures.attention_shares(seen.shares, seen.areas),
                f"The share of the attention inside the face's contour, over {clips}. Dashed: the share that an even "
                f"map has, the contour's mean area.",
            ),
            sortable(["model", "mean share inside (%)", "standard deviation (%)", "clips"], rows),
            *map(paragraph, seen.effect_of_ctfc),
        ]
    )


def _architecture(runs, album):
    ours = [run for run in runs if run.results["model"] == "rFaceNet"]
    if not ours:
        raise DataError("none of these runs is of rFaceNet.")
    shown = next((run for run in ours if config_of(run).MODEL.RFACENET.FUSION != "none"), ours[0])
    config = config_of(shown)
    node, resize = config.MODEL.RFACENET, config.TEST.DATA.PREPROCESS.RESIZE
    clip = torch.zeros(1, 3, node.FRAME_NUM, resize.H, resize.W)
    shape = tuple(clip.shape[1:])
    schemes = {}
    for fusion in _FUSED:
        scheme = node.clone()
        scheme.update(FUSION=fusion, IDENTITY="tcu")
        schemes[fusion] = trace(build_rfacenet(scheme, 0), clip)
    return "\n".join(
        [
            album.add(
                "network",
                figures.network(trace(with_classifier(shown), clip), shape),
                f"Fig. 2. The network of {shown.name}, from a trace of a forward pass: blocks by their names in the "
                f"model, with the sizes of what they give (channels, time, height, width).",
            ),
            album.add(
                "fusion-schemes",
                figures.fusion_schemes(schemes, shape),
                "Fig. 5. The three fusion schemes, from a trace of each: where the CTFC sits, its inputs and output.",
            ),
        ]
    )
