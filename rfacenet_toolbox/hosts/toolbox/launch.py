"""Run a checkout's ``main.py`` with the plug-in, without an edit of the checkout.

``python -m rfacenet_toolbox.hosts.toolbox.launch --config_file X``, started in the checkout, calls
:func:`~.plugin.activate` and then runs main.py, in the namespace of this module and not in one of its own: spawned
processes (loader workers, preprocessing) import the main module again by its name, which is this module's. So they get
the plug-in too, and what was pickled by main's name is found here.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from ...errors import ConfigError
from .contract import MAIN_FILE

MODULE = "rfacenet_toolbox.hosts.toolbox.launch"


def run(toolbox_dir, argv):
    """Run ``main.py`` of a checkout in a process of its own.

    Args:
        toolbox_dir: root of the checkout.
        argv: arguments for main.py. A relative ``--config_file`` is looked for in the working folder, in the
            checkout, in its ``toolbox_configs`` and in this package's.

    Returns:
        Exit status of the process.

    Raises:
        InstallError: ``toolbox_dir`` is no checkout that the plug-in fits.
        ConfigError: there is no such config file.
    """
    from .install import check_checkout

    root = check_checkout(toolbox_dir)
    command = [sys.executable, "-m", MODULE, *_with_config_found(argv, root)]
    return subprocess.call(command, cwd=root, env=environment())


def _with_config_found(argv, root):
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--config_file")
    given, rest = parser.parse_known_args(argv)
    if given.config_file is None:
        return list(argv)
    return ["--config_file", _found(given.config_file, root), *rest]


def _found(config_file, root):
    from .install import FOLDER, configs_dir

    folders = [os.getcwd(), root, os.path.join(root, FOLDER), configs_dir()]
    for folder in folders:
        path = os.path.join(folder, config_file)
        if os.path.isfile(path):
            return path
    searched = "" if os.path.isabs(config_file) else f" below {', '.join(folders)}"
    raise ConfigError(f"no config file {config_file}{searched}. Give --config_file the path of a YAML file.")


def environment():
    """The environment in which a new Python finds this package even where it is not installed."""
    variables = dict(os.environ)
    package_parent = str(Path(__file__).resolve().parents[3])
    if os.path.basename(package_parent) not in ("site-packages", "dist-packages"):
        paths = [package_parent, variables.get("PYTHONPATH")]
        variables["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return variables


def _main_code():
    path = os.path.abspath(MAIN_FILE)
    with open(path, "rb") as file:
        return path, compile(file.read(), path, "exec", dont_inherit=True)


if __name__ in ("__main__", "__mp_main__"):
    from . import activate

    activate()
    __file__, _code = _main_code()
    sys.argv[0] = __file__
    exec(_code)
