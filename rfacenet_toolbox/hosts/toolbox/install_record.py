"""What :mod:`.install` did to a checkout, in a file there: ``toolbox_configs/.rfacenet.json``."""

import json
import os

from ...errors import InstallError
from ...runtime.files import write_text
from ...runtime.json_files import read_json
from .main_line import UNCHANGED

FOLDER = "toolbox_configs"
RECORD = ".rfacenet.json"


def read(root):
    """``{"main": digest of main.py with our line, "configs": {name: digest}, "made_folder": bool}``.

    Raises:
        InstallError: the file is not the record that was written.
    """
    path = os.path.join(root, FOLDER, RECORD)
    if not os.path.lexists(path):
        return {"main": None, "configs": {}, "made_folder": not os.path.isdir(os.path.join(root, FOLDER))}
    try:
        record = read_json(path)
    except ValueError:
        record = None
    if not _is_record(record):
        raise InstallError(f"{path} is not the record that install wrote. Delete it, and run again. {UNCHANGED}")
    return record


def write(root, record):
    """Write what :func:`read` gives."""
    write_text(os.path.join(root, FOLDER, RECORD), json.dumps(record, indent=1) + "\n")


def _is_record(content):
    if not isinstance(content, dict) or set(content) != {"main", "configs", "made_folder"}:
        return False
    main, configs = content["main"], content["configs"]
    return (
        (main is None or isinstance(main, str))
        and isinstance(content["made_folder"], bool)
        and isinstance(configs, dict)
        and all(isinstance(digest, str) for digest in configs.values())
        and not any("\0" in name or {"", ".", ".."} & set(name.split("/")) for name in configs)
    )
