"""``rfacenet report``."""

HELP = "figures and tables of finished runs, in one page that opens without a network"


def add_arguments(parser):
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folder of a finished run (its LOG.PATH)")
    parser.add_argument("--out", default="report", help="folder for report.html and the figures; ./report by default")
    parser.add_argument(
        "--attention-clips", type=int, default=24, metavar="N", help="test clips for Fig. 1; 24 by default, 0 for none"
    )


def run(args, _):
    from ...report.build import write_report

    print(f"Report: {write_report(args.runs, args.out, args.attention_clips)}, and figures/ beside it")
