"""What this package raises.

Every error that a user can cause derives from :class:`RFaceNetError`, and its message says what was found, what was
expected, and what to do next. Both hosts print the message alone, without a traceback.
"""

import difflib
import sys
import unicodedata
from typing import Iterable, Optional

#: of a process that ends with an error of ours
EXIT_STATUS = 2


#: characters of a message that are shown, and how many of them are its end
MESSAGE_LENGTH, MESSAGE_END = 4000, 1000


class RFaceNetError(Exception):
    """Base of all errors of this package. As text it is fit for a terminal, whatever names and values are in it."""

    def __str__(self) -> str:
        text = printable(super().__str__())
        if len(text) <= MESSAGE_LENGTH:
            return text
        left_out = len(text) - MESSAGE_LENGTH
        return f"{text[: MESSAGE_LENGTH - MESSAGE_END]} ... ({left_out} characters) ... {text[-MESSAGE_END:]}"


def printable(text: str) -> str:
    """The text with control characters, which a terminal would obey, written as ``\\x1b``; line ends and tabs stay."""
    return "".join(character if _is_printable(character) else _escaped(character) for character in text)


def _is_printable(character: str) -> bool:
    # Cc: controls; Cf: directions and the like; Cs: bytes of file names that are no text
    return character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


class ConfigError(RFaceNetError, ValueError):
    """A setting is unknown, misspelt, or does not fit another."""


class ShapeError(RFaceNetError, ValueError):
    """A size or a tensor's shape that the network, the loss or a metric cannot take."""


class DataError(RFaceNetError):
    """Recordings, ground truth or cached clips that are missing, damaged or too short."""


class CheckpointError(RFaceNetError):
    """A weights or state file that is missing, damaged, or belongs to another model."""


class OutputError(RFaceNetError):
    """A file that cannot be written: the disk is full, or the folder is not writable."""


class InstallError(RFaceNetError):
    """A directory that is no rPPG-Toolbox checkout, or one that cannot be changed safely."""


class NotFiniteError(RFaceNetError, ArithmeticError):
    """A loss or a prediction became NaN or infinite; the message names the clips of the batch."""


class EvaluationError(RFaceNetError, ValueError):
    """Signals that cannot be scored: empty, not finite, or of lengths that do not match."""


def unknown(what: str, name: object, known: Iterable[str]) -> str:
    """The message for a ``name`` that is none of ``known``, with the closest of them.

    >>> unknown("DATASET", "pur", ["PURE", "UBFC-rPPG"])
    "DATASET is 'pur', which is unknown. Did you mean 'PURE'? Available: PURE, UBFC-rPPG."
    """
    known = list(known)
    similar = closest(name, known)
    hint = f" Did you mean {similar!r}?" if similar else ""
    return f"{what} is {name!r}, which is unknown.{hint} Available: {', '.join(known)}."


def check_distinct(what: str, values: Iterable[object]) -> None:
    """Refuse a list in which something is there more than once.

    Raises:
        ConfigError: with what is repeated.
    """
    values = list(values)
    repeated = list(dict.fromkeys(str(value) for value in values if values.count(value) > 1))
    if repeated:
        raise ConfigError(f"{what}: {', '.join(map(repr, repeated))} is there more than once. Give each value once.")


def closest(name: object, known: Iterable[str], cutoff: float = 0.5) -> Optional[str]:
    """The spelling among ``known`` that ``name`` most resembles, ignoring case; None if none does by ``cutoff``."""
    spellings = {spelling.lower(): spelling for spelling in known}
    similar = difflib.get_close_matches(str(name).lower(), spellings, n=1, cutoff=cutoff)
    return spellings[similar[0]] if similar else None


def print_error(error: BaseException) -> None:
    """Print the message alone, on stderr, after what was printed before."""
    sys.stdout.flush()
    print(f"error: {error}", file=sys.stderr)


def print_uncaught_errors_alone() -> None:
    """From now on an uncaught error of this package ends the process with its message alone and exit status 2."""
    previous = sys.excepthook
    if getattr(previous, "is_rfacenets", False):
        return

    def hook(kind, error, traceback):  # type: ignore[no-untyped-def]
        if not issubclass(kind, RFaceNetError):
            previous(kind, error, traceback)
            return
        print_error(error)
        raise SystemExit(EXIT_STATUS)  # Python ends the process with this status when a hook raises it

    setattr(hook, "is_rfacenets", True)  # noqa: B010
    sys.excepthook = hook
