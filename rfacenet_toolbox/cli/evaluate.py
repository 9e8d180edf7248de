"""``rfacenet evaluate`` and ``compare``: saved outputs scored, and two of them compared."""

import json
import os

METHODS = {"FFT": "FFT", "peak": "peak detection"}


def evaluate_arguments(parser):
    parser.add_argument("file", nargs="*", help="a *_outputs.pickle, or a run's folder or results.json")
    _add_scoring_arguments(parser)
    parser.add_argument(
        "--published",
        action="store_true",
        help="print the rows of the paper's tables first, with the number of videos behind each; needs no file",
    )
    parser.add_argument(
        "--per-video", metavar="CSV", help="also write the scores of every video (or window) to this file"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def evaluate(args):
    from ..errors import ConfigError
    from ..evaluation.files import SCHEMA, score_text

    if not (args.file or args.published):
        raise ConfigError("rfacenet evaluate needs a file: a *_outputs.pickle, or a run's folder or results.json.")
    if args.per_video and not args.file:
        raise ConfigError("--per-video lists the videos of a file, and none is given. Name one, or leave it out.")
    scorings = [_score(path, args) for path in args.file]
    contents = [scoring.content() for scoring in scorings]
    if args.per_video:
        _write(args.per_video, score_text.per_video_csv(scorings))
    if args.json:
        rows = {"published": _published().records()} if args.published else {}
        print(json.dumps({"schema": SCHEMA, **rows, "files": contents}, indent=1, allow_nan=False))
    else:
        texts = [_published().text()] if args.published else []
        texts += [score_text.scoring_text({**content, "file": name}) for content, name in zip(contents, args.file)]
        print("\n\n".join(texts))


def _published():
    from ..experiments import published

    return published


def compare_arguments(parser):
    parser.add_argument("first", help="a *_outputs.pickle, or a run's folder or results.json")
    parser.add_argument("second", help="another, of the same videos")
    _add_scoring_arguments(parser)
    parser.add_argument(
        "--metric", choices=["MAE", "RMSE", "SNR"], default="MAE", help="what is compared; MAE by default"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the resampling; 0 by default")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def compare(args):
    from ..datasets.subjects import subjects_of
    from ..evaluation.files import comparison

    runs = _score(args.first, args), _score(args.second, args)
    content = comparison.compare(*runs, args.metric, args.seed, subjects_of)
    if args.json:
        print(json.dumps(content, indent=1, allow_nan=False))
    else:
        print(comparison.text({**content, "files": [args.first, args.second]}))


def _add_scoring_arguments(parser):
    """How saved outputs are scored; :func:`_score` takes them."""
    parser.add_argument(
        "--protocol",
        action="append",
        help="neurips2023, toolbox2025, or vipl (Table 1's); repeat it for several. By default the first two, and vipl "
        "where the recordings have frame rates or heart rates of their own",
    )
    parser.add_argument("--method", action="append", choices=list(METHODS), help="FFT by default; repeat it for both")
    parser.add_argument(
        "--window", type=float, metavar="SECONDS", help="score windows of this length, not whole videos"
    )
    parser.add_argument(
        "--interpolate", action="store_true", help="read FFT peaks between the lines of the grid; the toolbox does not"
    )


def _score(path, args):
    """The :class:`~rfacenet_toolbox.evaluation.files.score_text.Scoring` of a file by the command line's arguments."""
    from ..evaluation.files.score_text import scoring

    methods = [METHODS[method] for method in args.method or ["FFT"]]
    return scoring(path, args.protocol, methods, args.window, args.interpolate)


def _write(path, text):
    from ..errors import OutputError
    from ..runtime.files import write_text

    if not os.path.isdir(os.path.dirname(path) or os.curdir):
        raise OutputError(f"{path} cannot be written: its folder does not exist. Name a file in an existing folder.")
    write_text(path, text)
