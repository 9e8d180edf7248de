"""Which of the package's YAML files a checkout gets."""

import importlib.util
import os

from ...errors import ConfigError, InstallError
from .rebinding import knows_data_set

#: what DATA_PATH begins with where the recordings are the user's; what `make` draws in a clone has folders of its own
_OWN_RECORDINGS = "data/"


def for_checkout(folder, main_source):
    """The YAML files that run in a checkout, and those that they inherit.

    They are whole configs, of data sets that ``main.py`` knows, for recordings of the user's own.

    Args:
        folder: where the files are, and below.
        main_source: text of the checkout's ``main.py``.

    Returns:
        set of paths below ``folder``, separated by ``/``.

    Raises:
        InstallError: this Python cannot read configs.
    """
    if importlib.util.find_spec("yacs") is None:
        raise InstallError(
            "this Python has no yacs, which the rPPG-Toolbox needs to read configs. Run the command with the Python "
            "that runs the checkout's main.py. Nothing was changed."
        )
    from ...config import check_yaml

    wanted = set()
    for name in yaml_files(folder):
        path = os.path.join(folder, name)
        if _runs(path, main_source):
            wanted.update(os.path.relpath(file, os.path.realpath(folder)) for file in check_yaml(path))
    return {name.replace(os.sep, "/") for name in wanted}


def yaml_files(folder):
    """Paths below ``folder`` and its folders, separated by ``/``, sorted."""
    found = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names if name.endswith(".yaml")]
    return sorted(os.path.relpath(path, folder).replace(os.sep, "/") for path in found)


def _runs(path, main_source):
    from ...config import load
    from ...config.splits_used import splits_used

    try:
        config = load(path)
    except ConfigError:  # it has no TOOLBOX_MODE: others inherit it, or it is laid over others
        return False
    data = [config[split].DATA for split in splits_used(config)]
    return all(one.DATA_PATH.startswith(_OWN_RECORDINGS) and knows_data_set(main_source, one.DATASET) for one in data)
