"""``rfacenet evaluate`` and ``compare``: saved outputs scored, and two of them compared."""

import json
import os

METHODS = {"FFT": "FFT", "peak": "peak detection"}
#: what :func:`_add_scoring_arguments` adds
_SCORING_OPTIONS = ("protocol", "method", "window", "interpolate")


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
    from ..evaluation.files import SCHEMA, score_text
    from ..runtime.files import write_text

    _check(args)
    scorings = [_score(path, args) for path in args.file]
    contents = [scoring.content() for scoring in scorings]
    if args.per_video:
        write_text(args.per_video, score_text.per_video_csv(scorings))
    if args.json:
        rows = {"published": _published().records()} if args.published else {}
        print(json.dumps({"schema": SCHEMA, **rows, "files": contents}, indent=1, allow_nan=False))
    else:
        texts = [_published().text()] if args.published else []
        texts += [score_text.scoring_text({**content, "file": name}) for content, name in zip(contents, args.file)]
        print("\n\n".join(texts))


def _check(args):
    """Refuse what would have no effect, or fail only after everything is scored."""
    from ..errors import ConfigError, OutputError, check_distinct

    if not (args.file or args.published):
        raise ConfigError("rfacenet evaluate needs a file: a *_outputs.pickle, or a run's folder or results.json.")
    given = [option for option in ("per_video", *_SCORING_OPTIONS) if getattr(args, option)]
    if given and not args.file:
        raise ConfigError(
            f"--{given[0].replace('_', '-')} says how a file is scored, and none is given. Name one, or leave it out."
        )
    check_distinct("The files", map(os.path.realpath, args.file))
    if args.per_video and not os.path.isdir(os.path.dirname(args.per_video) or os.curdir):
        raise OutputError(
            f"{args.per_video} cannot be written: its folder does not exist. Name a file in an existing folder."
        )
    if args.per_video and os.path.isdir(args.per_video):
        raise OutputError(f"{args.per_video} cannot be written, because it is a folder. Name a file.")


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
    from ..errors import ConfigError
    from ..evaluation.files import comparison

    if os.path.realpath(args.first) == os.path.realpath(args.second):
        raise ConfigError(f"{args.first} is compared with itself. Name two runs.")
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
