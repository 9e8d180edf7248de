"""``rfacenet uninstall``."""

HELP = "give a checkout back as it was"


def add_arguments(parser):
    parser.add_argument("dir", help="the checkout")
    parser.add_argument(
        "--keep-edits", action="store_true", help="main.py was edited since: take out our line and keep the edits"
    )


def run(args, _):
    from ...hosts.toolbox.install import uninstall

    print("\n".join(uninstall(args.dir, keep_edits=args.keep_edits).lines))
