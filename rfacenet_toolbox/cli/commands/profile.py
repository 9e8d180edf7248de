"""``rfacenet profile``."""

HELP = "what models cost: parameters, operations, memory, time a clip"


def add_arguments(parser):
    parser.add_argument("configs", nargs="+", metavar="CONFIG", help="a YAML file, such as those in toolbox_configs/")
    parser.add_argument("--repeats", type=int, default=20, help="timed clips of each model; 20 by default")
    parser.add_argument("--device", help="cpu, cuda:0, ...; the config's DEVICE by default")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(args, _):
    from ...training import profile

    found = [profile.of_config_file(path, args.repeats, args.device) for path in args.configs]
    print(profile.as_json(found) if args.json else profile.table(found))
