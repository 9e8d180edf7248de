"""``rfacenet install``."""

HELP = "add the plug-in to an rPPG-Toolbox checkout"


def add_arguments(parser):
    parser.add_argument("dir", help="the checkout")


def run(args, _):
    from ...hosts.toolbox.install import install

    print("\n".join(install(args.dir).lines))
