"""``rfacenet table3``."""

from .options import add_dataset_options, add_run_options

HELP = "make the paper's Table 3, the ablations, from the two data sets"


def add_arguments(parser):
    add_dataset_options(parser)
    add_run_options(parser, "runs/table3")


def run(args, _):
    from ..report.table3 import table3_files
    from ..runs.command import make_table
    from ..runs.table3 import table3_rows

    def rows(sets, out, cache, toolbox, extra):
        return table3_rows(sets, args.seeds, out, cache, toolbox, extra)

    return make_table(args, "table3", rows, table3_files)
