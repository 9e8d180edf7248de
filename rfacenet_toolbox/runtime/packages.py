"""Packages that only some commands need."""

import importlib.util

from ..errors import ConfigError


def require(package, extra, what):
    """Check that a package is installed, before it is imported.

    Args:
        package: its name, the same in Python and for pip.
        extra: of this project, which brings it.
        what: needs it, as the beginning of a sentence.

    Raises:
        ConfigError: it is not installed; the message says what to run.
    """
    if importlib.util.find_spec(package) is None:
        raise ConfigError(
            f"{what} needs the package {package}, which is not installed. Run pip install 'rfacenet-toolbox[{extra}]'."
        )
