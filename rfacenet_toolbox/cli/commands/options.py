"""Options that several subcommands have. Standard library only, as ``rfacenet --help`` reads it."""


def add_run_options(parser, out):
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


def add_dataset_options(parser):
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
