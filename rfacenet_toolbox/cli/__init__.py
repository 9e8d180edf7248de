"""``rfacenet``: its subcommands are the modules of :mod:`.commands`."""

import argparse
import importlib
import sys

from .. import __version__
from ..errors import RFaceNetError
from . import commands


def main(argv=None):
    """The ``rfacenet`` command; returns its exit status."""
    parser = _parser()
    args, rest = parser.parse_known_args(argv)
    if args.command is None:
        parser.print_help(sys.stderr)
        return 2
    if rest and not args.takes_more:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return _guarded(lambda: args.function(args, rest))


def standalone(argv=None):
    """``python main.py --config_file X``; returns its exit status."""

    def job():
        from ..hosts import standalone as host

        host.main(argv)

    return _guarded(job)


def _guarded(function):
    """Run ``function``; an error that the user can mend is its message alone, on stderr, and exit status 2."""
    try:
        return function() or 0
    except RFaceNetError as error:
        sys.stdout.flush()
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped. The same command goes on from what is done already.", file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(prog="rfacenet", description="rFaceNet for the rPPG-Toolbox, and without it.")
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(dest="command")
    for name in commands.NAMES:
        module = importlib.import_module(f".commands.{name}", __package__)
        subparser = subparsers.add_parser(name, help=module.HELP)
        module.add_arguments(subparser)
        subparser.set_defaults(function=module.run, takes_more=getattr(module, "TAKES_MORE", False))
    return parser
