"""The rows of the benchmark: what is measured against what, and what a row needs to be measured."""

import contextlib
import importlib.util
import sys
from typing import Callable, ContextManager, NamedTuple, Optional, Tuple

Call = Callable[[], object]


class Row(NamedTuple):
    """``ours`` and ``theirs`` do the same work; ``aim`` is the ratio of ours to theirs that is aimed at.

    Attributes:
        key: ``group:row``, by which the row is run alone.
        sides: opens what the row needs and gives ``(ours, theirs)``; ``theirs`` is None where it cannot be had.
        against: what ``theirs`` is.
        unit: of what is measured. ``"s"`` is the time a call takes; of another unit a call returns the figure, is
            made once, and the aim is in that unit where there is nothing to compare with.
        scale: one call is this share of what the row is about: its time is multiplied by it.
        once: too long to be repeated: one pair, and no call before it that does not count.
    """

    key: str
    name: str
    sides: Callable[[], ContextManager[Tuple[Call, Optional[Call]]]]
    against: str = ""
    aim: Optional[float] = None
    note: str = ""
    unit: str = "s"
    scale: float = 1.0
    once: bool = False


def sides(ours, theirs=None):
    """The ``sides`` of a row whose calls need nothing to be opened."""
    return lambda: contextlib.nullcontext((ours, theirs))


def groups():
    """{group: generator function of its rows, called with the checkout or None and the command line's arguments}."""
    import rows_data
    import rows_evaluation
    import rows_host
    import rows_signal
    import rows_step

    found = {
        "step": rows_step.step,
        "vipl": rows_step.vipl,
        "epoch": rows_step.epoch,
        "loaders": rows_data.loaders,
        "builtin": rows_host.builtin,
        "preprocessing": rows_data.preprocessing,
        "memory": rows_data.memory,
        "evaluation": rows_evaluation.evaluation,
        "signal": rows_signal.signal,
    }
    if importlib.util.find_spec("memory") is None:
        del found["memory"]
    return found


def from_checkout(checkout, module):
    """A module of the toolbox in the folder ``checkout``."""
    if checkout not in sys.path:
        sys.path.append(checkout)
    return importlib.import_module(module)
