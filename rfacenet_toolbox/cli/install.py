"""``rfacenet install`` and ``uninstall``: the plug-in in an rPPG-Toolbox checkout."""


def install_arguments(parser):
    parser.add_argument("dir", help="folder of the checkout")


def install(args):
    from ..hosts.toolbox.install import install

    print("\n".join(install(args.dir)))


def uninstall_arguments(parser):
    parser.add_argument("dir", help="folder of the checkout")
    parser.add_argument(
        "--keep-edits", action="store_true", help="where main.py was edited since, take out our line and keep the edits"
    )


def uninstall(args):
    from ..hosts.toolbox.install import uninstall

    print("\n".join(uninstall(args.dir, keep_edits=args.keep_edits)))
