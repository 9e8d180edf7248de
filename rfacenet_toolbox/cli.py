"""``rfacenet``: thin subcommands over the package's functions."""
import argparse
import sys

from . import __version__
from .errors import RFaceNetError


def main(argv=None):
    """The ``rfacenet`` command; returns its exit status."""
    parser = _parser()
    args, rest = parser.parse_known_args(argv)
    if args.command is None:
        parser.print_help(sys.stderr)
        return 2
    if rest and args.command != "run":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return _guarded(lambda: args.function(args, rest))


def standalone(argv=None):
    """``python main.py --config_file X``; returns its exit status."""

    def job():
        from .hosts import standalone as host

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


def _install(args, _):
    from .hosts.install import install

    print("\n".join(install(args.dir).lines))


def _uninstall(args, _):
    from .hosts.install import uninstall

    print("\n".join(uninstall(args.dir, keep_edits=args.keep_edits).lines))


def _run(args, rest):
    argv = ["--config_file", args.config_file, *rest]
    if args.toolbox is None:
        return standalone(argv)
    from .hosts.launch import run

    return run(args.toolbox, argv)


def _synth(args, _):
    from .synthetic import write_dataset

    recordings = write_dataset(
        args.out,
        args.dataset,
        subjects=args.subjects,
        seed=args.seed,
        scenarios=args.scenarios,
        seconds=args.seconds,
        size=tuple(args.size),
        first_subject=args.first_subject,
        workers=args.workers,
        on_recording=lambda folder: print(f"made {folder}", flush=True),
    )
    print(f"{len(recordings)} synthetic recordings in {args.out}, in the format of {args.dataset}")


def _parser():
    parser = argparse.ArgumentParser(prog="rfacenet", description="rFaceNet for the rPPG-Toolbox, and without it.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command")

    install = commands.add_parser("install", help="add the plug-in to an rPPG-Toolbox checkout")
    install.add_argument("dir", help="the checkout")
    install.set_defaults(function=_install)

    uninstall = commands.add_parser("uninstall", help="give a checkout back as it was")
    uninstall.add_argument("dir", help="the checkout")
    uninstall.add_argument(
        "--keep-edits", action="store_true", help="main.py was edited since: take out our line and keep the edits"
    )
    uninstall.set_defaults(function=_uninstall)

    run = commands.add_parser("run", help="run a config, in a checkout without editing it, or standalone")
    run.add_argument("--toolbox", help="the checkout; without it, the standalone host runs the config")
    run.add_argument("--config_file", required=True, help="a YAML file, such as those in toolbox_configs/")
    run.set_defaults(function=_run)

    synth = commands.add_parser("synth", help="write synthetic recordings in a data set's format")
    synth.add_argument("out", help="folder to write")
    synth.add_argument("--dataset", required=True, help="pure or ubfc-rppg")
    synth.add_argument("--subjects", type=int, required=True, help="how many")
    synth.add_argument("--first-subject", type=int, default=1, help="number of the first subject")
    synth.add_argument("--scenarios", type=int, nargs="+", help="PURE's scenarios, 1 to 6; all of them by default")
    synth.add_argument("--seconds", type=float, default=60.0, help="length of each recording; 60 by default")
    synth.add_argument("--size", type=int, nargs=2, default=(640, 480), metavar=("W", "H"), help="640 480 by default")
    synth.add_argument("--seed", type=int, default=0, help="of pulse, motion and noise; 0 by default")
    synth.add_argument("--workers", type=int, help="processes; 2 by default")
    synth.set_defaults(function=_synth)
    return parser
