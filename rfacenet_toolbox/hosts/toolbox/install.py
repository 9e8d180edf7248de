"""Put the plug-in into an rPPG-Toolbox checkout, and give the checkout back byte for byte.

:func:`install` adds :data:`~.main_line.LINE` to ``main.py`` and YAML files to ``toolbox_configs/``, with a record
of what it did, ``toolbox_configs/.rfacenet.json``. Everything is checked before anything is written, each file is
replaced in one step, and the record is written first, so that an interrupted install can be repeated or undone.
"""

import ast
import hashlib
import importlib.metadata
import os
from pathlib import Path

from ...errors import InstallError
from ...runtime.files import write_atomically
from . import install_record, main_line
from .contract import FOLDERS, GET_CONFIG, MAIN_FILE, MODEL_FUNCTIONS, SETTINGS_FILE
from .install_record import FOLDER, RECORD
from .main_line import NEEDED, UNCHANGED
from .shipped_configs import for_checkout, yaml_files

FIRST_CONFIG = "PURE_UBFC_RFACENET.yaml"
CACHE = "PreprocessedData"  # CACHED_PATH in that config


def configs_dir():
    """Folder of the YAML files that this package ships.

    Raises:
        InstallError: the package was installed without them.
    """
    package = str(Path(__file__).resolve().parents[2])
    candidates = [os.path.join(package, FOLDER), os.path.join(os.path.dirname(package), FOLDER)]
    for folder in candidates:
        if os.path.isdir(folder):
            return folder
    raise InstallError(f"there are no {FOLDER} at {' or '.join(candidates)}. Install the package again.")


def check_checkout(directory):
    """The absolute path of a checkout that the plug-in fits.

    Raises:
        InstallError: parts of a checkout are missing, or ``main.py`` has not the functions that the plug-in serves.
    """
    root = _folder(directory)
    wanted = {MAIN_FILE: os.path.isfile, SETTINGS_FILE: os.path.isfile, **dict.fromkeys(FOLDERS, os.path.isdir)}
    missing = [name for name, is_there in wanted.items() if not is_there(os.path.join(root, name))]
    if missing:
        raise InstallError(f"{root} has no {', '.join(missing)}. {NEEDED}. {UNCHANGED}")
    main = _parsed_file(os.path.join(root, MAIN_FILE))
    functions = set(MODEL_FUNCTIONS)
    absent = functions - {node.name for node in main.body if isinstance(node, ast.FunctionDef)}
    called = {node.func.id for node in ast.walk(main) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    uncalled = (functions | {GET_CONFIG}) - called
    if absent or uncalled:
        found = [f"does not define {name}" for name in sorted(absent)]
        found += [f"does not call {name}" for name in sorted(uncalled)]
        raise InstallError(f"{root}/{MAIN_FILE} {', '.join(found)}. {NEEDED}. {UNCHANGED}")
    settings = _parsed_file(os.path.join(root, SETTINGS_FILE))
    if not any(isinstance(node, ast.FunctionDef) and node.name == GET_CONFIG for node in settings.body):
        raise InstallError(f"{root}/{SETTINGS_FILE} does not define {GET_CONFIG}. {NEEDED}. {UNCHANGED}")
    return root


def install(directory):
    """Add the plug-in to a checkout. Safe to repeat.

    YAML files of the user's in ``toolbox_configs/`` stay as they are, also where one has the name of one of ours.

    Returns:
        What was done, in lines for people to read.

    Raises:
        OutputError: a file cannot be written.
        InstallError: no such checkout, or our line in ``main.py`` was altered; nothing was changed then.
    """
    root = check_checkout(directory)
    main, configs = os.path.join(root, MAIN_FILE), os.path.join(root, FOLDER)
    if os.path.lexists(configs) and not os.path.isdir(configs):
        raise InstallError(f"{configs} is not a folder, and one of this name is needed. Rename it. {UNCHANGED}")
    _check_writable(root, main)
    record = install_record.read(root)
    before = _read(main)
    copies, lines = _plan_configs(root, record, before.decode("utf-8", "replace"))
    after = before if main_line.is_in(before, main) else main_line.added(before, main)
    if after != before or record["main"] is None:
        record["main"] = _sha256(after)
    try:
        os.makedirs(configs, exist_ok=True)
        install_record.write(root, record)
        for path, content in copies.items():
            _replace(path, content)
        if after != before:
            _replace(main, after)
    except OSError as error:
        raise InstallError(f"{error.filename} cannot be written ({error.strerror}). Make {root} writable.") from error
    done = f"{MAIN_FILE}: {'one line added' if after != before else 'the line is there already'}"
    return [f"rFaceNet installed in {root}", done, *lines, *_next_steps(root)]


def uninstall(directory, keep_edits=False):
    """Take the plug-in out again. Safe to repeat.

    Args:
        directory: root of the checkout.
        keep_edits: where ``main.py`` was edited since, take out our line and keep the edits.

    Returns:
        What was done, in lines for people to read.

    Raises:
        OutputError: a file cannot be written.
        InstallError: ``main.py`` was edited since, or our line in it was altered; nothing was changed then.
    """
    root = _folder(directory)
    main = os.path.join(root, MAIN_FILE)
    if not os.path.isfile(main):
        raise InstallError(f"{root} has no {MAIN_FILE}. {NEEDED}. {UNCHANGED}")
    record = install_record.read(root)
    content = _read(main)
    has_line = main_line.is_in(content, main)
    edited = record["main"] is not None and _sha256(content) != record["main"]
    if has_line and edited and not keep_edits:
        raise InstallError(
            f"{main} was edited after the plug-in was installed, so it cannot be given back as it was. {UNCHANGED} "
            f"Undo the edits, or use --keep-edits to take out our line and keep them."
        )
    if not has_line and record["main"] is None:
        return [f"rFaceNet is not installed in {root}; nothing to remove"]
    _check_writable(root, main)
    lines = [f"rFaceNet removed from {root}"]
    try:
        if has_line:
            _replace(main, main_line.taken_out(content))
            lines.append(f"{MAIN_FILE}: {'our line taken out, your edits kept' if edited else 'as it was'}")
        lines += _remove_configs(root, record)
    except OSError as error:
        raise InstallError(f"{error.filename} cannot be changed ({error.strerror}). Make {root} writable.") from error
    return lines


def _folder(directory):
    root = os.path.abspath(directory)
    if not os.path.isdir(root):
        found = "not a folder" if os.path.lexists(root) else "not there"
        raise InstallError(f"{root} is {found}. {NEEDED}. {UNCHANGED}")
    return root


def _check_writable(root, main):
    configs = os.path.join(root, FOLDER)
    for folder in (os.path.dirname(os.path.realpath(main)), configs if os.path.isdir(configs) else root):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise InstallError(f"{folder} is not writable. Make it writable, or run this as its owner. {UNCHANGED}")


def _next_steps(root):
    steps = [
        f"in {FOLDER}/{FIRST_CONFIG}, set DATA_PATH of TRAIN, VALID and TEST to your data sets; beside it, CACHED_PATH "
        f"names a folder with room for clips, {CACHE} if it is left out",
        f"in {root}, run: python {MAIN_FILE} --config_file {FOLDER}/{FIRST_CONFIG}",
    ]
    try:
        importlib.metadata.distribution("rfacenet-toolbox")
    except importlib.metadata.PackageNotFoundError:
        source = str(Path(__file__).resolve().parents[3])
        steps.insert(0, f"this package is not installed in this Python; 'pip install -e {source}' lets main.py find it")
    return ["next:", *(f"  {number}. {step}" for number, step in enumerate(steps, start=1))]


def _plan_configs(root, record, main_source):
    """{path: content} to write, and lines that say so; ``record`` learns what will be ours."""
    copies, kept, same, updated = {}, [], 0, 0
    source = configs_dir()
    wanted = for_checkout(source, main_source)
    earlier = {name for name in yaml_files(source) if name in record["configs"]} - wanted
    earlier = {name for name in earlier if os.path.lexists(os.path.join(root, FOLDER, name))}
    for name in sorted(wanted | earlier):
        content, path = _read(os.path.join(source, name)), os.path.join(root, FOLDER, name)
        there = _sha256(_read(path)) if os.path.lexists(path) else None
        if there is not None and there != record["configs"].get(name):
            kept.append(name)
        elif there == _sha256(content):
            same += 1
        else:
            copies[path] = content
            updated += there is not None
            record["configs"][name] = _sha256(content)
    of_before = f", {updated} updated" if updated else ""
    lines = [f"{FOLDER}/: {len(copies) - updated} files added{of_before}, {same} there already"]
    if earlier:
        lines.append(
            f"{FOLDER}/: {len(earlier)} of these came with an earlier version and do not run in a checkout; they stay"
        )
    return copies, lines + [f"{FOLDER}/{name}: yours, left as it is" for name in kept]


def _remove_configs(root, record):
    folder = os.path.join(root, FOLDER)
    removed, kept = 0, []
    for name, ours in sorted(record["configs"].items()):
        path = os.path.join(folder, name)
        if not os.path.lexists(path):
            continue
        if _sha256(_read(path)) == ours:
            os.remove(path)
            removed += 1
        else:
            kept.append(name)
    if os.path.lexists(os.path.join(folder, RECORD)):
        os.remove(os.path.join(folder, RECORD))
    for below in {os.path.dirname(os.path.join(folder, name)) for name in record["configs"]} - {folder}:
        if os.path.isdir(below) and not os.listdir(below):
            os.rmdir(below)
    if record["made_folder"] and os.path.isdir(folder) and not os.listdir(folder):
        os.rmdir(folder)
    lines = [f"{FOLDER}/: {removed} files removed"] if record["configs"] else []
    return lines + [f"{FOLDER}/{name}: edited since, kept" for name in kept]


def _parsed_file(path):
    return main_line.parsed(_read(path), path)


def _read(path):
    with open(path, "rb") as file:
        return file.read()


def _replace(path, content):
    write_atomically(path, lambda file: file.write(content))


def _sha256(content):
    return hashlib.sha256(content).hexdigest()
