"""Two runs compared on the same videos: a dictionary fit for JSON, and its text for people."""

from ... import evaluation
from ...errors import EvaluationError, printable
from . import SCHEMA, score_text


def compare(first, second, metric="MAE", seed=0, subjects_of=None):
    """Two runs compared on the same videos, under each protocol and method.

    Args:
        first, second: a :class:`~.score_text.Scoring` of each, by the same schemes.
        metric, seed: as in ``evaluation.compare``.
        subjects_of: called with names of videos, gives whom each shows, or None where they do not tell.

    Returns:
        A dictionary fit for JSON.

    Raises:
        EvaluationError: frame rates that differ, or fewer than two videos that both have scored.
    """
    files = [scoring.outputs.path for scoring in (first, second)]
    _check_rates(first.outputs, second.outputs)
    comparisons = [
        {**score_text.how(a), **_compared(a.per_video, b.per_video, files, metric, seed, subjects_of)}
        for a, b in zip(first.results, second.results)
    ]
    return {"schema": SCHEMA, "files": files, "metric": metric, "seed": seed, "comparisons": comparisons}


def _check_rates(first, second):
    rates = first.rates_hz, second.rates_hz
    for video in rates[0]:
        if rates[0][video] != rates[1].get(video, rates[0][video]):
            raise EvaluationError(
                f"{first.path} has {video} at {rates[0][video]:g} Hz and {second.path} has it at "
                f"{rates[1][video]:g} Hz: their FFT grids and filters differ, so a difference would not be the "
                f"methods'. Compare runs on the same recordings."
            )


def _compared(per_video_a, per_video_b, files, metric, seed, subjects_of):
    errors_a, errors_b = (evaluation.video_errors(videos, metric) for videos in (per_video_a, per_video_b))
    videos = [video for video in errors_a if video in errors_b]
    if len(videos) < 2:
        raise EvaluationError(
            f"{files[0]} and {files[1]} have {len(videos)} scored videos in common, of {len(errors_a)} and "
            f"{len(errors_b)}; a comparison needs two. Name runs on the same test set."
        )
    subjects = None if subjects_of is None else subjects_of(videos)
    pair = ([errors[video] for video in videos] for errors in (errors_a, errors_b))
    return {
        **evaluation.compare(*pair, seed=seed, metric=metric, subjects=subjects)._asdict(),
        "scored_in_first_only": sorted(set(errors_a) - set(errors_b)),
        "scored_in_second_only": sorted(set(errors_b) - set(errors_a)),
        "scored_in_neither": sorted((set(per_video_a) | set(per_video_b)) - set(errors_a) - set(errors_b)),
        "true_rates_differ": [video for video in videos if _truth(per_video_a[video]) != _truth(per_video_b[video])],
    }


def _truth(scores):
    return [score.label_heart_rate_bpm for score in scores]


def text(content):
    """:func:`compare`'s dictionary for people."""
    remarks = {
        "scored_in_first_only": "left out, as only A has a score:",
        "scored_in_second_only": "left out, as only B has a score:",
        "scored_in_neither": "left out, as neither has a score:",
        "true_rates_differ": "counted, although A and B hold different true heart rates:",
    }
    lines = [f"A: {content['files'][0]}", f"B: {content['files'][1]}"]
    for compared in content["comparisons"]:
        lines += ["", f"{compared['protocol']}, {score_text.method_text(compared)}", f"  {compared['sentence']}"]
        lines += [f"  {remark} {_some(compared[key])}" for key, remark in remarks.items() if compared[key]]
    return printable("\n".join(lines))


def _some(videos):
    names = ", ".join(videos[:5]) + (", ..." if len(videos) > 5 else "")
    return f"{len(videos)} video{'s' if len(videos) != 1 else ''} ({names})"
