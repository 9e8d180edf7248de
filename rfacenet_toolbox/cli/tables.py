"""``rfacenet table2``, ``table3`` and ``sweep``: commands that make many runs, and a page of what they scored."""


def table2_arguments(parser):
    _add_dataset_options(parser)
    parser.add_argument(
        "--methods",
        nargs="+",
        metavar="NAME",
        help="the paper's eleven by default; OMIT and PhysFormer are there besides",
    )
    _add_run_options(parser, "runs/table2")


def table2(args):
    from ..experiments import table2
    from ..experiments.tables import make_table

    methods = table2.method_names(args.methods)
    return make_table(args, "table2", lambda settings: table2.make_rows(settings, methods), table2.make_page)


def table3_arguments(parser):
    _add_dataset_options(parser)
    _add_run_options(parser, "runs/table3")


def table3(args):
    from ..experiments import table3
    from ..experiments.tables import make_table

    return make_table(args, "table3", table3.make_rows, table3.make_page)


def sweep_arguments(parser):
    parser.add_argument("base", help="the config that the runs inherit from")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=V1,V2,...",
        dest="settings",
        help="values for a setting, read as YAML; repeat it for further settings",
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[], help="run each combination with each of these")
    parser.add_argument("--dry-run", action="store_true", help="list the runs, and whether they are done")
    _add_run_options(parser, "runs/sweep_<base>")


def sweep(args):
    from ..evaluation import get_protocol
    from ..experiments import command, sweep

    get_protocol(args.protocol)
    out = args.out or sweep.default_out(args.base)
    runs = sweep.make_runs(args.base, args.settings, args.seeds, out, command.checkout(args))
    refused = command.refused(runs)
    if args.dry_run:
        for run in runs:
            print(f"{run.name}: {'done' if run.done else refused.get(run.folder, 'to be done')} ({run.folder})")
        return 1 if refused else 0
    outcomes = command.execute(runs, out, args.jobs, args.slurm, refused)
    command.write_files(out, sweep.make_page(runs, args.protocol, out))
    return command.report_failures(outcomes)


def _add_run_options(parser, out):
    """For commands that make many runs; ``out`` says where they write by default."""
    parser.add_argument("--out", metavar="DIR", help=f"for the runs and the table; {out} by default")
    parser.add_argument("--toolbox", metavar="DIR", help="run in this rPPG-Toolbox checkout, not standalone")
    parser.add_argument("--jobs", type=int, metavar="N", help="runs at a time; 1 by default, with --slurm all of them")
    parser.add_argument("--protocol", default="neurips2023", help="neurips2023, which is the default, or toolbox2025")
    parser.add_argument(
        "--slurm",
        nargs="*",
        metavar="NAME=VALUE",
        help="submit the runs to a SLURM cluster with these parameters of submitit, e.g. slurm_partition=gpu "
        "timeout_min=600; cluster=local tries it on this machine",
    )


def _add_dataset_options(parser):
    """For commands that train and test on the two data sets."""
    parser.add_argument("--pure", required=True, metavar="DIR", help="the folder that holds 01-01, 01-02, ...")
    parser.add_argument("--ubfc", required=True, metavar="DIR", help="the folder that holds subject1, subject3, ...")
    parser.add_argument(
        "--allow-incomplete", action="store_true", help="take data sets that are not whole, or synthetic, and say so"
    )
    parser.add_argument("--host", choices=("standalone", "toolbox"), help="toolbox needs --toolbox DIR")
    parser.add_argument("--seeds", type=int, nargs="+", default=[100, 101, 102], help="100 101 102 by default")
    parser.add_argument("--cache", metavar="DIR", help="for the preprocessed clips; <out>/clips by default")
    parser.add_argument("--config", metavar="YAML", help="settings laid over those of every run, such as DEVICE: cpu")
