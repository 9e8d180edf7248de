"""``rfacenet run``: a config, in either host."""


def run_arguments(parser):
    parser.add_argument(
        "--toolbox", metavar="DIR", help="run in this checkout; without it, the standalone host runs the config"
    )
    parser.add_argument("--config_file", required=True, help="a YAML file, such as those in toolbox_configs/")


def run(args):
    argv = ["--config_file", args.config_file, *args.rest]
    if args.toolbox is None:
        from ..hosts import standalone

        standalone.main(argv)
        return None
    from ..hosts.toolbox import launch

    return launch.run(args.toolbox, argv)
