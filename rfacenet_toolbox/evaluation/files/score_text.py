"""Scores of saved outputs as one dictionary, fit for JSON, and from it the text and the table of videos for people."""

import csv
import io
from typing import Dict, List, NamedTuple

from ... import evaluation

SCHEMA = 1
UNITS = {"MAE": "bpm", "RMSE": "bpm", "MAPE": "%", "Pearson": "", "SNR": "dB", "MACC": ""}
PER_VIDEO_COLUMNS = ("file", "protocol", "method", "video", *evaluation.SCORE_COLUMNS, "skipped")


class Scored(NamedTuple):
    """Saved outputs under one protocol and method; see ``evaluation.evaluate`` for the last two."""

    protocol: evaluation.Protocol
    method: str
    interpolated: bool
    summary: dict
    per_video: Dict[str, List[evaluation.VideoScore]]


class Scoring:
    """Saved outputs under every protocol and method that were asked for.

    Args:
        outputs: an :class:`~rfacenet_toolbox.evaluation.files.outputs.Outputs`.
        protocols: names in ``evaluation.PROTOCOLS``.
        methods: of ``evaluation.METHODS``.
        window_s: seconds a window; None for whole videos.
        interpolate: read FFT heart rates off between the grid's lines; peak detection has no grid.

    Raises:
        EvaluationError: a protocol, method, window or frame rate that cannot be used.
    """

    def __init__(self, outputs, protocols, methods=("FFT",), window_s=None, interpolate=False):
        self.outputs, self.window_s = outputs, window_s
        #: A :class:`Scored` for every method and protocol.
        self.results = []
        for method in methods:
            interpolated = interpolate and (method == "FFT" or "FFT" not in methods)  # the last is refused below
            scored = outputs.evaluate(protocols, method, window_s, interpolated)
            self.results += [
                Scored(evaluation.get_protocol(name), method, interpolated, *scored[name]) for name in scored
            ]

    def content(self):
        """Everything that was measured, fit for JSON."""
        return {
            "file": self.outputs.path,
            "label_type": self.outputs.label_type,
            "fs_hz": self.outputs.fs_hz,
            "videos": self.outputs.videos,
            "evaluations": [self._evaluation(scored) for scored in self.results],
        }

    def _evaluation(self, scored):
        left_out = evaluation.left_out(scored.per_video)
        return {
            "protocol": scored.protocol.name,
            "band_hz": list(scored.protocol.band_hz),
            "method": scored.method,
            "interpolated": scored.interpolated,
            "window_s": self.window_s,
            "fft_grid_bpm": self._grids(scored.per_video) if scored.method == "FFT" else None,
            "videos_scored": len(scored.per_video) - len(left_out),
            "left_out": left_out,
            "metrics": scored.summary,
        }

    def _grids(self, per_video):
        """The finest and the coarsest FFT grid of what was scored, in bpm; None if nothing was."""
        lengths = {score.stop - score.start for scores in per_video.values() for score in scores if not score.skipped}
        grids = [evaluation.fft_grid_bpm(length, self.outputs.fs_hz) for length in lengths]
        return [min(grids), max(grids)] if grids else None

    def rows(self):
        """A row of ``PER_VIDEO_COLUMNS`` for every video or window, under every protocol and method."""
        for scored in self.results:
            for video, scores in scored.per_video.items():
                for score in scores:
                    figures = map(_figure, score.figures(self.outputs.fs_hz))
                    yield (self.outputs.path, scored.protocol.name, scored.method, video, *figures, score.skipped or "")


def per_video_csv(scorings):
    """The rows of some :class:`Scoring` as the text of a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(PER_VIDEO_COLUMNS)
    for scoring in scorings:
        writer.writerows(scoring.rows())
    return text.getvalue()


def text(content):
    """:meth:`Scoring.content` for people."""
    lines = [f"{content['file']}: {content['videos']} videos, {content['label_type']}, {content['fs_hz']:g} Hz"]
    for scored in content["evaluations"]:
        lines += ["", *_heading(scored, content["videos"])]
        lines += [_metric_line(metric, scored["metrics"]) for metric in evaluation.METRICS]
        lines += [f"  left out: {video}: {reason}" for video, reason in scored["left_out"].items()]
    return "\n".join(lines)


def method_text(scored):
    """How heart rates were read, e.g. "FFT with an interpolated peak, windows of 10 s"."""
    method = scored["method"] + (" with an interpolated peak" if scored["interpolated"] else "")
    return f"{method}, " + ("whole videos" if scored["window_s"] is None else f"windows of {scored['window_s']:g} s")


def _heading(scored, videos):
    low, high = scored["band_hz"]
    yield f"{scored['protocol']} ({low:g}-{high:g} Hz), {method_text(scored)}"
    summary = scored["metrics"]
    counts = f"  {scored['videos_scored']} of {videos} videos scored"
    if scored["window_s"] is not None:
        counts += f", {summary['n']} windows ({summary['windows_skipped']} left out)"
    if scored["fft_grid_bpm"]:
        finest, coarsest = (f"{grid:.2f}" for grid in scored["fft_grid_bpm"])
        counts += f"; FFT grid {finest if finest == coarsest else f'{finest} to {coarsest}'} bpm a line"
    yield counts


def _metric_line(metric, summary):
    value, error = summary[metric]
    if value is None:
        return f"  {metric:8}undefined: {summary['undefined'][metric]}"
    line = f"  {metric:8}{value:.3f} ± {error:.3f} {UNITS[metric]}".rstrip()
    if metric == "RMSE":
        line += f"   (by formula A {summary['RMSE_se_A']:.3f} bpm^2, by B {summary['RMSE_se_B']:.3f} bpm)"
    return line


def _figure(value):
    return "" if value is None else f"{value:.6g}"
