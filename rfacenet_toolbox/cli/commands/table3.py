"""``rfacenet table3``."""

from .options import add_dataset_options, add_run_options

HELP = "make the paper's Table 3, the ablations, from the two data sets"


def add_arguments(parser):
    add_dataset_options(parser)
    add_run_options(parser, "runs/table3")


def run(args, _):
    from ...experiments.command import make_table
    from ...experiments.table3 import table3_rows
    from ...experiments.table3_page import table3_files

    def rows(sets, out, cache, toolbox, extra):
        return table3_rows(sets, args.seeds, out, cache, toolbox, extra)

    return make_table(args, "table3", rows, table3_files)
