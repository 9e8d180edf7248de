"""``rfacenet table2``."""

from .options import add_dataset_options, add_run_options

HELP = "make the paper's Table 2 from the two data sets"


def add_arguments(parser):
    add_dataset_options(parser)
    parser.add_argument(
        "--methods", nargs="+", metavar="NAME", help="the paper's eleven by default; OMIT is there besides"
    )
    add_run_options(parser, "runs/table2")


def run(args, _):
    from ...experiments.command import make_table
    from ...experiments.table2 import PAPER, method_names, table2_rows
    from ...experiments.table2_page import table2_files

    methods = method_names(args.methods) if args.methods else PAPER

    def rows(sets, out, cache, toolbox, extra):
        return table2_rows(sets, methods, args.seeds, out, cache, toolbox, extra)

    return make_table(args, "table2", rows, table2_files)
