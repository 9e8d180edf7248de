"""``rfacenet``: the command line.

A command is two functions in a module of this folder: one adds its arguments to a parser, the other runs it, prints for
people, and returns the exit status or None. What it needs beyond the standard library it imports when it runs, so that
``rfacenet --help`` stays quick.
"""

import argparse
import os
import sys

from .. import __version__
from ..errors import EXIT_STATUS, RFaceNetError, print_error
from ..runtime import failures, plugins
from . import evaluate, install, live, manifest, predict, report, run, search, synth, tables

#: of a command whose reader has gone, as the shell has it for SIGPIPE
BROKEN_PIPE_STATUS = 141
#: name -> (module, help), in the order of ``rfacenet --help``. The module has ``NAME(args)`` and
#: ``NAME_arguments(parser)``, with _ for -.
COMMANDS = {
    "install": (install, "add the plug-in to an rPPG-Toolbox checkout"),
    "uninstall": (install, "restore a checkout to what it was"),
    "run": (run, "run a config, standalone or in a checkout without editing it"),
    "synth": (synth, "write synthetic recordings in a data set's format"),
    "manifest": (manifest, "propose the CSV file that describes a data set of your own (DATASET: Manifest)"),
    "predict": (predict, "read heart rate and pulse waveform from your own face videos"),
    "live": (live, "show a video or a camera in a page on this machine while its heart rate is measured"),
    "export": (report, "write a run's trained network to one .safetensors or .onnx file, for rfacenet predict"),
    "evaluate": (evaluate, "score saved outputs, of any toolbox trainer or ours, under each protocol"),
    "compare": (evaluate, "compare two runs on the same videos: the difference, its interval, and a test"),
    "table1": (tables, "make the paper's Table 1: fifteen methods on five folds of VIPL-HR"),
    "table2": (tables, "make the paper's Table 2: eleven methods, PURE to UBFC-rPPG and back"),
    "table3": (tables, "make the paper's Table 3: six variants of rFaceNet, PURE to UBFC-rPPG"),
    "table": (tables, "make such a table from data sets of your own (DATASET: Manifest)"),
    "sweep": (tables, "run a config with every combination of some settings' values"),
    "search-nas-hr": (search, "find a cell for NAS-HR on the training maps of a config"),
    "report": (report, "draw figures and tables of finished runs, in one page that opens without a network"),
    "profile": (report, "measure what models cost: parameters, operations, memory, time per clip"),
}


def main(argv=None):
    """The ``rfacenet`` command; returns its exit status."""
    parser = _parser()
    args, rest = parser.parse_known_args(argv)
    if args.command is None:
        parser.print_help(sys.stderr)
        return 2
    if args.command == "run":  # the toolbox's main.py has more arguments, which are passed on as they are
        args.rest = rest
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    _check_not_empty(args)
    return _guarded(lambda: args.function(args))


def standalone(argv=None):
    """``python main.py --config_file X``; returns its exit status."""

    def job():
        from ..hosts import standalone as host

        host.main(argv)

    return _guarded(job)


def _guarded(function):
    """Run ``function``; of an error that the user can mend, print the message alone, and give exit status 2."""
    _print_any_name()
    try:
        with failures.explained():
            plugins.import_all()
            status = function() or 0
            sys.stdout.flush()
        return status
    except RFaceNetError as error:
        print_error(error)
        return EXIT_STATUS
    except BrokenPipeError:  # the reader of the output has gone, as head does; the rest goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE_STATUS
    except KeyboardInterrupt:
        print("\nstopped. The same command continues from what is done already.", file=sys.stderr)
        return 130


def _print_any_name():
    """File names may have characters that the terminal lacks."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


def _parser():
    parser = argparse.ArgumentParser(prog="rfacenet", description="rFaceNet for the rPPG-Toolbox, and on its own.")
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(dest="command")
    for name, (module, help_text) in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=help_text, description=f"{help_text[0].upper()}{help_text[1:]}.")
        function = name.replace("-", "_")
        getattr(module, f"{function}_arguments")(subparser)
        subparser.set_defaults(function=getattr(module, function), parser=subparser)
    return parser


def _check_not_empty(args):
    """Refuse an empty text, which most paths and names would take for something else without a word."""
    for action in args.parser._actions:
        value = getattr(args, action.dest, None)
        if any(isinstance(one, str) and not one.strip() for one in (value if isinstance(value, list) else [value])):
            name = action.option_strings[-1] if action.option_strings else action.metavar or action.dest
            args.parser.error(f"argument {name}: found an empty text; give a value, or leave it out")
