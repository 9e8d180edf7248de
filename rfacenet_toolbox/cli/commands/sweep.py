"""``rfacenet sweep``."""

from .options import add_run_options

HELP = "run a config with every combination of some settings' values"


def add_arguments(parser):
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
    add_run_options(parser, "runs/sweep_<base>")


def run(args, _):
    from ...evaluation import get_protocol
    from ...experiments import command
    from ...experiments.sweep import default_out, sweep_runs
    from ...experiments.sweep_page import sweep_files

    get_protocol(args.protocol)
    args.out = args.out or default_out(args.base)
    runs = sweep_runs(args.base, args.settings, args.seeds, args.out, command.checkout(args))
    refused = command.refused(runs)
    if args.dry_run:
        for one in runs:
            print(f"{one.name}: {'done' if one.done else refused.get(one.folder, 'to be done')} ({one.folder})")
        return 1 if refused else 0
    outcomes = command.execute(runs, args, refused)
    command.write_files(args.out, sweep_files(runs, args.protocol, args.out))
    return command.report_failures(outcomes)
