"""A recording as the sources give it: one frame at a time, each with its time.

Frames are uint8 (H, W, 3) in OpenCV's order B, G, R: only the small crops that are kept are worth converting.
"""

from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional, Union

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError

#: frames per second of a recording that does not say its own rate
DEFAULT_HZ = 30.0
_LONGEST_PAUSE_S = 10.0

AnyPath = Union[str, Path]


class Frame(NamedTuple):
    """``time_s`` from the recording's beginning, and the ``image``, uint8 (H, W, 3), BGR."""

    time_s: float
    image: NDArray[np.uint8]


class Clock:
    """Makes time stamps increase.

    A stamp that is not later than the one before it, or absurdly late, is replaced by a step of the nominal frame rate.

    Args:
        nominal_hz: frames per second, as the container claims.
    """

    def __init__(self, nominal_hz: float) -> None:
        self.replaced = 0
        self._step_s = 1.0 / nominal_hz
        self._origin_s = 0.0
        self._last_s: Optional[float] = None

    def time_s(self, stamp_s: float) -> float:
        """Time of the frame with this stamp, from the first frame."""
        if self._last_s is None:
            self._origin_s, self._last_s = stamp_s, 0.0
            return 0.0
        elapsed = stamp_s - self._origin_s - self._last_s
        if not 0 < elapsed <= _LONGEST_PAUSE_S:
            self.replaced += 1
            if abs(elapsed) > 1.0:  # the stamps started anew: count those that follow from here
                self._origin_s += elapsed - self._step_s
            elapsed = self._step_s
        self._last_s += elapsed
        return self._last_s


class Source:
    """What :func:`~rfacenet_toolbox.predict` reads from.

    Attributes:
        name: for people and file names.
        is_live: whether it goes on until it is stopped.
        length_s: how long it claims to be, None where that is not known.
        notes: what is worth knowing about the recording, a sentence each; complete when :meth:`frames` has ended.
    """

    is_live: bool = False
    length_s: Optional[float] = None

    def __init__(self, name: str) -> None:
        self.name = name
        self.notes: List[str] = []

    def frames(self) -> Iterator[Frame]:
        """Yield :class:`Frame` after :class:`Frame`, times increasing."""
        raise NotImplementedError

    def close(self) -> None:
        """Release the file or camera."""


def ends_before(path: AnyPath, end_s: float, start_s: float) -> DataError:
    """The error for a recording that is over before the part to read begins."""
    return DataError(f"{path} ends after {end_s:.1f} s, before the start of {start_s:g} s. Choose an earlier start.")
