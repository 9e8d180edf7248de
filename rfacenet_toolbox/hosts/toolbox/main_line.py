"""Our line in a checkout's ``main.py``: put in, found, taken out; bytes in and bytes out."""

import ast
import re

from ...errors import InstallError
from .contract import REVISIONS

LINE = (
    "from rfacenet_toolbox.hosts.toolbox import activate; activate()"
    "  # rFaceNet plug-in; 'rfacenet uninstall' takes this line out"
)
NEEDED = f"Expected the root of an rPPG-Toolbox checkout, such as {REVISIONS}"
UNCHANGED = "Nothing was changed."
_MARK = b"rfacenet_toolbox.hosts"
_CODING = re.compile(rb"[ \t\f]*#.*coding[:=]")
_BOM = b"\xef\xbb\xbf"


def added(content, path):
    """``content`` with our line after the comments that must stay on top, and after ``from __future__``."""
    bom, lines = _lines_of(content)
    if any(_CODING.match(line) for line in lines[1:2]):
        top = 2
    else:
        top = int(lines[0].startswith(b"#!") or _CODING.match(lines[0]) is not None)
    futures = [node.end_lineno for node in ast.parse(content).body if getattr(node, "module", "") == "__future__"]
    top = max([top, *futures])
    eol = b"\r\n" if lines[0].endswith(b"\r\n") else b"\n"
    changed = bom + b"".join(lines[:top] + [LINE.encode() + eol] + lines[top:])
    parsed(changed, path)
    return changed


def taken_out(content):
    """``content`` without our line."""
    bom, lines = _lines_of(content)
    return bom + b"".join(line for line in lines if _bare(line) != LINE.encode())


def is_in(content, path):
    """Whether our line is in ``content``.

    Raises:
        InstallError: something like it is, or it is there more than once.
    """
    ours = [line for line in _lines_of(content)[1] if _MARK in line]
    if not ours:
        return False
    if [_bare(line) for line in ours] != [LINE.encode()]:
        raise InstallError(
            f"{path} has {len(ours)} line(s) that name {_MARK.decode()}, and not exactly once the line that the "
            f"plug-in puts there: {LINE!r}. Restore main.py, or take these lines out by hand. {UNCHANGED}"
        )
    return True


def _lines_of(content):
    """The byte order mark, if there is one, and the lines with their ends."""
    bom = _BOM if content.startswith(_BOM) else b""
    return bom, content[len(bom) :].splitlines(keepends=True)


def _bare(line):
    return line.rstrip(b"\r\n")


def parsed(content, path):
    """The syntax tree of a Python file.

    Raises:
        InstallError: it is no Python.
    """
    try:
        return ast.parse(content, path)
    except (SyntaxError, ValueError) as error:
        raise InstallError(f"{path} is no Python that can be read ({error}). {NEEDED}. {UNCHANGED}") from error
