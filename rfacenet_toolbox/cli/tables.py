"""``rfacenet table1``, ``table2``, ``table3``, ``table``, ``sweep``: commands with many runs, and a page of scores."""

_SEEDS_HELP = "seeds of the trained methods; 100 101 102 by default"


def table1_arguments(parser):
    parser.add_argument(
        "--vipl", required=True, metavar="DIR", help="the folder that holds data/ (p1, p2, ...) and fold/"
    )
    parser.add_argument(
        "--allow-incomplete",
        action="store_true",
        help="accept a data set that is incomplete or synthetic; the table says so",
    )
    parser.add_argument(
        "--folds", type=int, nargs="+", default=[1, 2, 3, 4, 5], help="which folds; all five by default"
    )
    parser.add_argument(
        "--methods",
        nargs="+",
        metavar="NAME",
        help="only these rows, as the paper names them, such as CVD or rFaceNet; all fifteen by default",
    )
    parser.add_argument(
        "--seeds",
        type=int,
        nargs="+",
        default=[100],
        help="seeds of the trained methods; one by default, 100, as each makes five trainings",
    )
    _add_table_options(parser)
    _add_execution_options(parser, "runs/table1")
    parser.set_defaults(protocol="vipl", toolbox=None)


def table1(args):
    from ..experiments import table1
    from ..experiments.completeness import check_vipl
    from ..experiments.tables import make_table

    methods = table1.method_names(args.methods)
    return make_table(
        args,
        "table1",
        lambda: check_vipl(args.vipl, args.allow_incomplete),
        lambda settings: table1.make_rows(settings, methods, args.folds),
        table1.make_page,
    )


def table2_arguments(parser):
    _add_dataset_options(parser)
    parser.add_argument(
        "--methods",
        nargs="+",
        metavar="NAME",
        help="only these rows; the paper's eleven by default. OMIT and PhysFormer can be named, too",
    )
    _add_run_options(parser, "runs/table2")


def table2(args):
    from ..experiments import table2
    from ..experiments.tables import make_table

    methods = table2.method_names(args.methods)
    find_sets = _pure_and_ubfc(args)
    return make_table(args, "table2", find_sets, lambda settings: table2.make_rows(settings, methods), table2.make_page)


def table3_arguments(parser):
    _add_dataset_options(parser)
    _add_run_options(parser, "runs/table3")


def table3(args):
    from ..experiments import table3
    from ..experiments.tables import make_table

    return make_table(args, "table3", _pure_and_ubfc(args), table3.make_rows, table3.make_page)


def table_arguments(parser):
    parser.add_argument("--train", required=True, metavar="CSV", help="the manifest to train on, or its folder")
    parser.add_argument("--test", required=True, metavar="CSV", help="the manifest to test on, or its folder")
    parser.add_argument(
        "--methods", nargs="+", metavar="NAME", help="rows, as those of table2; the paper's eleven by default"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[100, 101, 102], help=_SEEDS_HELP)
    parser.add_argument("--protocol", default="toolbox2025", help="toolbox2025 (the default) or neurips2023")
    _add_table_options(parser)
    _add_execution_options(parser, "runs/table")
    parser.set_defaults(toolbox=None)


def table(args):
    from ..experiments import own_table, table2
    from ..experiments.tables import make_table

    methods = table2.method_names(args.methods)
    return make_table(
        args,
        "table",
        lambda: own_table.find_sets(args.train, args.test),
        lambda settings: own_table.make_rows(settings, methods),
        own_table.make_page,
    )


def _pure_and_ubfc(args):
    """What finds the two data sets."""
    from ..experiments.completeness import check_datasets

    return lambda: check_datasets(args.pure, args.ubfc, args.allow_incomplete)


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
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=[], help="run each combination with each of these seeds"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="list the runs and whether they are done, and run nothing"
    )
    _add_run_options(
        parser, "runs/sweep_<base>", "neurips2023 (the default), toolbox2025, or vipl for tests on VIPL-HR"
    )


def sweep(args):
    from ..experiments import command, sweep

    command.check_launch(args.jobs, args.slurm)
    out = args.out or sweep.default_out(args.base)
    runs = sweep.make_runs(args.base, args.settings, args.seeds, out, command.checkout(args))
    command.check_protocol(runs, args.protocol)
    refused = command.refused(runs)
    if args.dry_run:
        for run in runs:
            print(f"{run.name}: {'done' if run.done else refused.get(run.folder, 'to be done')} ({run.folder})")
        return 1 if refused else 0
    outcomes = command.execute(runs, out, args.jobs, args.slurm, refused)
    command.write_files(out, sweep.make_page(runs, args.protocol, out))
    return command.report_failures(outcomes)


def _add_run_options(parser, out, protocols="neurips2023 (the default) or toolbox2025"):
    """For commands that make many runs in either host; ``out`` says where they write by default."""
    parser.add_argument("--toolbox", metavar="DIR", help="run in this rPPG-Toolbox checkout instead of standalone")
    parser.add_argument("--protocol", default="neurips2023", help=protocols)
    _add_execution_options(parser, out)


def _add_execution_options(parser, out):
    """How the runs are executed, and where they write."""
    parser.add_argument("--out", metavar="DIR", help=f"folder for the runs and the table; {out} by default")
    parser.add_argument("--jobs", type=int, metavar="N", help="runs at a time; 1 by default, all of them with --slurm")
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
        "--allow-incomplete",
        action="store_true",
        help="accept data sets that are incomplete or synthetic; the table says so",
    )
    parser.add_argument("--host", choices=("standalone", "toolbox"), help="where to run; toolbox needs --toolbox DIR")
    parser.add_argument("--seeds", type=int, nargs="+", default=[100, 101, 102], help=_SEEDS_HELP)
    _add_table_options(parser)


def _add_table_options(parser):
    parser.add_argument("--cache", metavar="DIR", help="folder for the preprocessed clips; clips/ in --out by default")
    parser.add_argument(
        "--reuse",
        metavar="DIR",
        help="another table's --out; its finished runs with equal settings are taken, not repeated",
    )
    parser.add_argument(
        "--config",
        nargs="+",
        default=[],
        metavar="YAML",
        help="settings to lay over those of every run, such as DEVICE: cpu; from a folder, each file over the shipped "
        "config of its name",
    )
