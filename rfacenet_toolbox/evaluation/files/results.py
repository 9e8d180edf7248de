"""``results.json`` and ``per_video.csv``: what a test run scored, with all that is needed to know what was tested."""

import json
import os
import platform
from typing import Mapping, NamedTuple, Optional, Sequence

from ... import __version__, evaluation
from ...errors import DataError, printable
from ...runtime.files import write_text
from ...runtime.tables import csv_text
from . import SCHEMA
from .score_text import is_on_fft_grid, metric_lines, score_cells

RESULTS, PER_VIDEO = "results.json", "per_video.csv"
PER_VIDEO_COLUMNS = ("protocol", "video", *evaluation.SCORE_COLUMNS, "skipped")


class TestRun(NamedTuple):
    """What was tested on what, where and how; and where its files go."""

    #: ``MODEL.NAME``, or the signal method's name.
    model: str
    #: ``standalone``, or ``toolbox`` with the short commit hash of its checkout.
    host: str
    host_revision: Optional[str]
    #: ``TOOLBOX_MODE``.
    mode: str
    #: None where nothing was trained in this run.
    train_set: Optional[str]
    test_set: str
    #: The weights file; None for a signal method.
    weights: Optional[str]
    seed: int
    #: What it ran on, and how fast it was asked to be.
    runtime: dict
    #: The recordings that the test set should have; None where that is not known.
    expected: Optional[Sequence[str]]
    label_type: str
    fs_hz: float
    #: Whether predictions and labels are derivatives, whose running sum is the pulse.
    is_derivative: bool
    scheme: evaluation.Scheme
    #: The whole configuration, as plain dicts and lists.
    config: dict
    #: Of :data:`RESULTS` and :data:`PER_VIDEO`.
    folder: str
    #: Path of the outputs pickle.
    outputs: str
    #: Sentences about what may be meant, or may be a mistake.
    warnings: Sequence[str] = ()
    #: ``{video: frames per second}`` of recordings that have their own, and ``{video: mean heart rate}`` of those that
    #: come with one.
    own_fs_hz: Mapping[str, float] = {}
    true_bpm: Mapping[str, float] = {}
    #: What the method gives for a clip: ``"waveform"`` or ``"heart_rate"``.
    gives: str = evaluation.WAVEFORM

    @property
    def results(self):
        """Path of ``results.json``."""
        return os.path.join(self.folder, RESULTS)


def write(run, scored):
    """Write ``per_video.csv``, then ``results.json``.

    Args:
        run: a :class:`TestRun`.
        scored: what ``evaluation.evaluate`` gave; videos without a score are counted as left out.

    Returns:
        The content of ``results.json``.

    Raises:
        DataError: no video has a score; nothing is written.
        OutputError: the folder cannot be written to.
    """
    content = _content(run, scored)
    rows = (
        [protocol, video, *score_cells(score, run.own_fs_hz.get(video, run.fs_hz))]
        for protocol, (_, per_video) in scored.items()
        for video in sorted(per_video, key=_natural)
        for score in per_video[video]
    )
    write_text(os.path.join(run.folder, PER_VIDEO), csv_text(PER_VIDEO_COLUMNS, rows))
    write_text(run.results, json.dumps(content, indent=1, allow_nan=False) + "\n")
    return content


def coarsest_grids_bpm(run, scored):
    """``{protocol: distance of two heart rates in bpm, at most}`` of a run that was scored by FFT.

    Args:
        run, scored: as for :func:`write`.
    """
    if run.scheme.interpolate:
        return {}
    grids = {
        name: evaluation.fft_grids_bpm(per_video, {video: run.own_fs_hz.get(video, run.fs_hz) for video in per_video})
        for name, (_, per_video) in scored.items()
        if is_on_fft_grid(evaluation.get_protocol(name), run.scheme)
    }
    return {name: grid[1] for name, grid in grids.items() if grid}


def text(content, grids_bpm=None):
    """The content of a ``results.json`` for people: counts, and a table of each protocol.

    Args:
        content: what :func:`write` gave.
        grids_bpm: of :func:`coarsest_grids_bpm`.
    """
    videos = content["videos"]
    lines = [f"{content['model']} on {content['test_set']}: {videos['scored']} of {videos['expected']} videos"]
    lines += [f"  {video} has no estimate: {reason}" for video, reason in videos.get("left_out", {}).items()]
    for name, summary in content["protocols"].items():
        lines.append(f"  {name} (n = {summary['n']})")
        lines += [f"    {line}" for line in metric_lines(name, summary, (grids_bpm or {}).get(name))]
    return printable("\n".join(lines))


def _content(run, scored):
    content = {
        "schema": SCHEMA,
        "model": run.model,
        "host": run.host,
        "host_revision": run.host_revision,
        "mode": run.mode,
        "train_set": run.train_set,
        "test_set": run.test_set,
        "weights": run.weights,
        "seed": run.seed,
        "runtime": run.runtime,
        "videos": _videos(run, next(iter(scored.values()))[1]),
        "evaluation_method": run.scheme.method,
        "protocols": {name: summary for name, (summary, _) in scored.items()},
        "versions": _versions(),
        "config": run.config,
    }
    if run.gives != evaluation.WAVEFORM:
        content["gives"] = run.gives
    return {**content, "warnings": list(run.warnings)} if run.warnings else content


def _videos(run, per_video):
    left_out = evaluation.left_out(per_video)
    if len(left_out) == len(per_video):
        video, reason = next(iter(left_out.items()))
        raise DataError(f"{run.model} has no estimate for any of the {len(left_out)} videos. {video}: {reason}")
    expected = per_video if run.expected is None else run.expected
    videos = {
        "expected": len(expected),
        "scored": len(per_video) - len(left_out),
        "missing": sorted(set(expected) - set(per_video)),
    }
    return {**videos, "left_out": left_out} if left_out else videos


def _versions():
    import cv2
    import numpy
    import scipy
    import torch

    modules = {"torch": torch, "numpy": numpy, "scipy": scipy, "opencv": cv2}
    versions = {name: module.__version__ for name, module in modules.items()}
    return {"rfacenet_toolbox": __version__, "python": platform.python_version(), **versions}


def _natural(video):
    """Sorts videos by the number in their name."""
    digits = "".join(character for character in video if character.isdigit())
    return int(digits) if digits else -1, video
