"""Two runs compared on the same videos: a dictionary, fit for JSON, and its text."""

from ... import evaluation
from ...errors import EvaluationError
from .score_text import method_text

SCHEMA = 1


def content(first, second, metric="MAE", seed=0):
    """Two runs compared under each protocol and method.

    Args:
        first, second: :class:`~rfacenet_toolbox.evaluation.files.score_text.Scoring` of the two, scored in the same way.
        metric, seed: as in ``evaluation.compare``.

    Raises:
        EvaluationError: frame rates that differ, or fewer than two videos that both have scored.
    """
    rates = [scoring.outputs.fs_hz for scoring in (first, second)]
    files = [scoring.outputs.path for scoring in (first, second)]
    if rates[0] != rates[1]:
        raise EvaluationError(
            f"{files[0]} is of videos at {rates[0]:g} Hz and {files[1]} at {rates[1]:g} Hz: their FFT grids and "
            f"filters differ, so that a difference would not be the methods'. Compare runs on the same recordings."
        )
    comparisons = []
    for scored, a, b in zip(first.content()["evaluations"], first.results, second.results):
        how = {key: scored[key] for key in ("protocol", "band_hz", "method", "interpolated", "window_s")}
        comparisons.append({**how, **_compared(a.per_video, b.per_video, files, metric, seed)})
    return {"schema": SCHEMA, "files": files, "metric": metric, "seed": seed, "comparisons": comparisons}


def _compared(per_video_a, per_video_b, files, metric, seed):
    errors_a, errors_b = (evaluation.video_errors(videos, metric) for videos in (per_video_a, per_video_b))
    videos = [video for video in errors_a if video in errors_b]
    if len(videos) < 2:
        raise EvaluationError(
            f"{files[0]} and {files[1]} have {len(videos)} scored videos in common, of {len(errors_a)} and "
            f"{len(errors_b)}; a comparison needs two. Name runs on the same test set."
        )
    sides = ([errors[video] for video in videos] for errors in (errors_a, errors_b))
    return {
        **evaluation.compare(*sides, seed=seed, metric=metric)._asdict(),
        "scored_in_first_only": sorted(set(errors_a) - set(errors_b)),
        "scored_in_second_only": sorted(set(errors_b) - set(errors_a)),
        "scored_in_neither": sorted((set(per_video_a) | set(per_video_b)) - set(errors_a) - set(errors_b)),
        "true_rates_differ": [video for video in videos if _truth(per_video_a[video]) != _truth(per_video_b[video])],
    }


def _truth(scores):
    return [score.label_heart_rate_bpm for score in scores]


def text(content):
    """:func:`content` for people."""
    remarks = {
        "scored_in_first_only": "left out, as only A has a score:",
        "scored_in_second_only": "left out, as only B has a score:",
        "scored_in_neither": "left out, as neither has a score:",
        "true_rates_differ": "counted, although A and B hold different true heart rates:",
    }
    lines = [f"A: {content['files'][0]}", f"B: {content['files'][1]}"]
    for compared in content["comparisons"]:
        lines += ["", f"{compared['protocol']}, {method_text(compared)}", f"  {compared['sentence']}"]
        lines += [f"  {remark} {_some(compared[key])}" for key, remark in remarks.items() if compared[key]]
    return "\n".join(lines)


def _some(videos):
    names = ", ".join(videos[:5]) + (", ..." if len(videos) > 5 else "")
    return f"{len(videos)} video{'s' if len(videos) != 1 else ''} ({names})"
