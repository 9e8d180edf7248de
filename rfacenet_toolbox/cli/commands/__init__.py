"""``rfacenet``'s subcommands, a module each, named as the command is.

A module has ``HELP``, one line for the list of commands; ``add_arguments(parser)``; and ``run(args, rest)``, which
prints for people and returns the exit status or None. What it needs beyond the standard library it imports inside
``run``, so that ``rfacenet --help`` stays quick.
"""

NAMES = (
    "install", "uninstall", "run", "synth", "predict", "export", "evaluate", "compare", "table2", "table3", "sweep",
    "report", "profile",
)  # fmt: skip
