"""Functions of the checkout's main module: put ours in their place, and see which names they know."""

from ...errors import InstallError
from .contract import REVISIONS


def rebind(main, function, make):
    """Put ``make(original)`` in the place of a function of main. Safe to repeat.

    Raises:
        InstallError: main has no such function.
    """
    original = getattr(main, function, None)
    if original is None:
        raise InstallError(
            f"{getattr(main, '__file__', 'the main module')} has no function {function}, which the rPPG-Toolbox's "
            f"main.py has at {REVISIONS}. Use one of these revisions, or the standalone host."
        )
    if not hasattr(original, "toolbox_function"):
        replacement = make(original)
        replacement.toolbox_function = original
        setattr(main, function, replacement)


def knows_data_set(main_source, name):
    """Whether the text of ``main.py`` compares DATASET with ``name``; True where it finds data sets in another way."""
    return '"PURE"' not in main_source or f'"{name}"' in main_source


def constants(function):
    """The texts in a function's code: the names that it compares with are among them."""
    code = getattr(function, "__code__", None)
    return {constant for constant in getattr(code, "co_consts", ()) if isinstance(constant, str)}
