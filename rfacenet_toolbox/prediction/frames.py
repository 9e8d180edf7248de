"""A recording as the sources give it: one frame at a time, each with its time.

Frames are uint8 (H, W, 3) in OpenCV's order B, G, R: only the small crops that are kept are worth converting.
"""

import math
import numbers
from pathlib import Path
from typing import Any, Iterator, List, NamedTuple, Optional, Union

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError, DataError

#: frames per second of a recording that does not say its own rate
DEFAULT_HZ = 30.0
#: stamps that jump ahead by more than this are damaged, not a pause
_LONGEST_PAUSE_S = 3600.0
#: a pause of so many seconds is said
_PAUSE_WORTH_SAYING_S = 1.0

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

    Attributes:
        replaced, jumps: stamps that were replaced, and those of them that were too late.
        longest_pause_s, paused_at_s: the longest step between stamps, and the time before it.
    """

    def __init__(self, nominal_hz: float) -> None:
        self.replaced = self.jumps = 0
        self.longest_pause_s, self.paused_at_s = 0.0, 0.0
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
            self.jumps += elapsed > 0
            if abs(elapsed) > 1.0:  # the stamps started anew: count those that follow from here
                self._origin_s += elapsed - self._step_s
            elapsed = self._step_s
        elif elapsed > self.longest_pause_s:
            self.longest_pause_s, self.paused_at_s = elapsed, self._last_s
        self._last_s += elapsed
        return self._last_s

    def notes(self, count: int) -> List[str]:
        """What is worth knowing about the stamps of ``count`` frames, a sentence each."""
        said = []
        if self.longest_pause_s > _PAUSE_WORTH_SAYING_S:
            said.append(
                f"The time stamps pause for {self.longest_pause_s:.1f} s after {self.paused_at_s:.1f} s; nothing is "
                f"known of the time between."
            )
        steps = f"replaced by steps of the nominal {1 / self._step_s:g} frames per second."
        if self.replaced > self.jumps:
            said.append(f"{self.replaced - self.jumps} of {count} time stamps did not increase and were {steps}")
        if self.jumps:
            said.append(
                f"{self.jumps} of {count} time stamps jumped ahead by more than {_LONGEST_PAUSE_S:g} s and were {steps}"
            )
        return said


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


def check_part(start_s: float, duration_s: Optional[float], fps_hz: Optional[float]) -> None:
    """Refuse a part of a recording, or a frame rate, that cannot be.

    Raises:
        ConfigError: with the one.
    """
    if not is_number(start_s) or not 0 <= start_s < math.inf:
        raise ConfigError(f"--start (start_s) is {start_s!r}; expected seconds, 0 or more.")
    if duration_s is not None and not (is_number(duration_s) and duration_s > 0):
        raise ConfigError(f"--duration (duration_s) is {duration_s!r}; expected seconds, above 0.")
    if fps_hz is not None and not (is_number(fps_hz) and 0 < fps_hz < math.inf):
        raise ConfigError(f"--fps (fps_hz) is {fps_hz!r}; expected frames per second, above 0.")


def is_number(value: Any) -> bool:
    """Whether it is a number, and neither text nor a truth value."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
