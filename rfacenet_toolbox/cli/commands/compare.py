"""``rfacenet compare``."""

from .evaluate import add_scoring_arguments, score

HELP = "whether one run's heart rates are better than another's on the same videos"


def add_arguments(parser):
    parser.add_argument("first", help="a *_outputs.pickle, or a run's folder or results.json")
    parser.add_argument("second", help="another one, of the same videos")
    add_scoring_arguments(parser)
    parser.add_argument("--metric", choices=["MAE", "RMSE"], default="MAE", help="MAE by default")
    parser.add_argument("--seed", type=int, default=0, help="of the resampling; 0 by default")
    parser.add_argument("--json", action="store_true", help="print JSON in place of text")


def run(args, _):
    import json

    from ...evaluation.files import score_text

    content = score_text.comparison(score(args.first, args), score(args.second, args), args.metric, args.seed)
    print(json.dumps(content, indent=1, allow_nan=False) if args.json else score_text.comparison_text(content))
