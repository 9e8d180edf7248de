"""Scores of saved outputs: dictionaries fit for JSON, and their text for people."""

from typing import Dict, List, NamedTuple

from ... import evaluation
from ...errors import check_distinct, printable
from ...runtime.tables import csv_text
from . import outputs

PER_VIDEO_COLUMNS = ("file", "protocol", "method", "video", *evaluation.SCORE_COLUMNS, "skipped")


def scoring(path, protocols=None, methods=("FFT",), window_s=None, interpolate=False):
    """The :class:`Scoring` of saved outputs.

    Args:
        path: a ``*_outputs.pickle``, or a run's folder or ``results.json``.
        protocols: their names; None is what fits the recordings.
        methods: "FFT" and "peak detection".
        window_s: length of windows to score in the place of whole videos.
        interpolate: read FFT peaks between the grid's lines. Peak detection may stand beside FFT without it; alone, it
            is refused.

    Raises:
        ConfigError: a protocol or a method is there twice.
        DataError: the outputs cannot be read.
        EvaluationError: a protocol, method or window that there is not.
    """
    check_distinct("The protocols", protocols or [])
    check_distinct("The methods", methods)
    saved = outputs.read(path)
    plain = window_s is None and not interpolate
    schemes = []
    for method in methods:
        interpolated = interpolate and (method == "FFT" or "FFT" not in methods)
        fitting = saved.protocols if plain and method == "FFT" else evaluation.TOOLBOX_PROTOCOLS
        schemes.append(evaluation.Scheme(protocols or fitting, method, window_s, interpolated))
    return Scoring(saved, schemes)


class Scored(NamedTuple):
    """Saved outputs under one protocol of a scheme; see ``evaluation.evaluate`` for the last two."""

    protocol: evaluation.Protocol
    scheme: evaluation.Scheme
    summary: dict
    per_video: Dict[str, List[evaluation.VideoScore]]


class Scoring:
    """Saved outputs under every scheme that was asked for.

    Args:
        outputs: an :class:`~rfacenet_toolbox.evaluation.files.outputs.Outputs`.
        schemes: some ``evaluation.Scheme``, which may differ in their method.

    Raises:
        EvaluationError: windows or a frame rate that cannot be used.
    """

    def __init__(self, outputs, schemes):
        self.outputs = outputs
        #: A :class:`Scored` for every scheme and protocol.
        self.results = [
            Scored(evaluation.get_protocol(name), scheme, summary, per_video)
            for scheme in schemes
            for name, (summary, per_video) in outputs.evaluate(scheme).items()
        ]

    def content(self):
        """Everything that was measured, fit for JSON."""
        own_rates = {"fs_hz_of_videos": self.outputs.own_fs_hz} if self.outputs.own_fs_hz else {}
        return {
            "file": self.outputs.path,
            "label_type": self.outputs.label_type,
            "fs_hz": self.outputs.fs_hz,
            **own_rates,
            "videos": self.outputs.videos,
            "evaluations": [self._evaluation(scored) for scored in self.results],
        }

    def _evaluation(self, scored):
        left_out = evaluation.left_out(scored.per_video)
        return {
            **how(scored),
            "fft_grid_bpm": self._grids(scored) if is_on_fft_grid(scored.protocol, scored.scheme) else None,
            "videos_scored": len(scored.per_video) - len(left_out),
            "left_out": left_out,
            "metrics": scored.summary,
        }

    def _grids(self, scored):
        grids = evaluation.fft_grids_bpm(scored.per_video, self.outputs.rates_hz)
        return grids and list(grids)

    def rows(self):
        """A row of ``PER_VIDEO_COLUMNS`` for every video or window, under every protocol and method."""
        rates_hz = self.outputs.rates_hz
        for scored in self.results:
            named = (self.outputs.path, scored.protocol.name, scored.scheme.method)
            for video, scores in scored.per_video.items():
                yield from ((*named, video, *score_cells(score, rates_hz[video])) for score in scores)


def score_cells(score, fs_hz):
    """A ``VideoScore`` as text: ``evaluation.SCORE_COLUMNS`` to six digits, and why it was skipped; empty for None."""
    return [*("" if value is None else f"{value:.6g}" for value in score.columns(fs_hz)), score.skipped or ""]


def per_video_csv(scorings):
    """The rows of some :class:`Scoring` as the text of a CSV file."""
    return csv_text(PER_VIDEO_COLUMNS, (row for scoring in scorings for row in scoring.rows()))


def scoring_text(content):
    """:meth:`Scoring.content` for people."""
    lines = [f"{content['file']}: {content['videos']} videos, {content['label_type']}, {_rates_text(content)}"]
    for scored in content["evaluations"]:
        lines += ["", *_heading(scored, content["videos"])]
        grid_bpm = scored["fft_grid_bpm"][1] if scored["fft_grid_bpm"] and not scored["interpolated"] else None
        lines += [f"  {line}" for line in metric_lines(scored["protocol"], scored["metrics"], grid_bpm)]
        lines += [f"  left out: {video}: {reason}" for video, reason in scored["left_out"].items()]
    return printable("\n".join(lines))


def _rates_text(content):
    own = content.get("fs_hz_of_videos")
    return f"{min(own.values()):g} to {max(own.values()):g} Hz, each its own" if own else f"{content['fs_hz']:g} Hz"


def _heading(scored, videos):
    low, high = scored["band_hz"]
    yield f"{scored['protocol']} ({low:g}-{high:g} Hz), {method_text(scored)}"
    summary = scored["metrics"]
    counts = f"  {scored['videos_scored']} of {videos} videos scored"
    if scored["window_s"] is not None:
        counts += f", {summary['n']} windows ({summary['windows_skipped']} left out)"
    if scored["fft_grid_bpm"]:
        finest, coarsest = (f"{grid:.2f}" for grid in scored["fft_grid_bpm"])
        counts += f"; FFT grid {finest if finest == coarsest else f'{finest} to {coarsest}'} bpm"
    yield counts


def metric_lines(protocol, summary, grid_bpm=None):
    """Lines for people: each metric of a summary, and whether its errors are smaller than what can be told apart.

    Args:
        protocol: name of the summary's protocol.
        summary: of ``evaluation.summarise``.
        grid_bpm: the coarsest distance of two heart rates; None where they lie on no grid.
    """
    lines = [_metric_line(metric, unit, summary) for metric, (unit, _) in evaluation.metrics_of(protocol).items()]
    mae_bpm, _ = summary["MAE"]
    if grid_bpm is not None and mae_bpm is not None and mae_bpm < grid_bpm:
        lines.append(
            f"the FFT grid of {grid_bpm:.2f} bpm is coarser than this MAE: rates that differ by less may count as equal"
        )
    return lines


def _metric_line(metric, unit, summary):
    value, error = summary[metric]
    if value is None:
        return f"{metric:8}undefined: {summary['undefined'][metric]}"
    line = f"{metric:8}{value:.3f} ± {error:.3f} {unit}".rstrip()
    if metric == "RMSE":
        line += f"   (by formula A {summary['RMSE_se_A']:.3f} bpm^2, by B {summary['RMSE_se_B']:.3f} bpm)"
    return line


def how(scored):
    """How heart rates were read, for JSON."""
    return {
        "protocol": scored.protocol.name,
        "band_hz": list(scored.protocol.band_hz),
        "method": scored.scheme.method,
        "interpolated": scored.scheme.interpolate,
        "window_s": scored.scheme.window_s,
    }


def is_on_fft_grid(protocol, scheme):
    """Whether heart rates under a protocol and a scheme are frequencies of one FFT."""
    return scheme.method == "FFT" and protocol.segment_s is None


def method_text(how):
    """What :func:`how` gave, for people, e.g. "FFT with an interpolated peak, windows of 10 s"."""
    segment_s = evaluation.get_protocol(how["protocol"]).segment_s
    if segment_s is not None:
        return f"Eq. 3, mean over segments of about {segment_s:g} s"
    method = how["method"] + (" with an interpolated peak" if how["interpolated"] else "")
    return f"{method}, " + ("whole videos" if how["window_s"] is None else f"windows of {how['window_s']:g} s")
