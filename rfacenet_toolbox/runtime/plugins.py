"""Modules that register methods and data sets from outside the package, imported in every process of a command.

Tables and sweeps execute each run in a process of its own, which knows what a module of :data:`VARIABLE` registers and
nothing that was registered in the process that started it.
"""

import importlib
import os

from ..errors import ConfigError

#: environment variable with the modules' names, separated by commas
VARIABLE = "RFACENET_PLUGINS"


def names():
    """The names of the modules in :data:`VARIABLE`, in their order."""
    return [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]


def import_all():
    """Import the modules of :data:`VARIABLE`, so that they register what they have. Safe to repeat.

    Raises:
        ConfigError: there is no such module.
    """
    for name in names():
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
            raise ConfigError(
                f"{VARIABLE} names the module {name!r}, and Python finds no {error.name!r}. Put the folder that holds "
                f"it on PYTHONPATH, or correct the name."
            ) from error


def reaches_other_processes(kind):
    """Whether a class is the package's, or comes from a module or package that :data:`VARIABLE` names."""
    tops = {name.partition(".")[0] for name in ("rfacenet_toolbox", *names())}
    return kind.__module__.partition(".")[0] in tops
