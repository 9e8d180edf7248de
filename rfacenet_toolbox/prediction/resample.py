"""From a recording's own frame times to an even grid and back, and from overlapping stretches to one waveform."""

from typing import NamedTuple

import numpy as np

from ..datasets.times import LONGEST_FILLED_GAP_S as LONGEST_GAP_S

#: a recording whose rate differs by less than this share from the wanted one keeps its own
_NEAR = 0.02
#: rate at which the signal methods work, whose settings are made for it
COMMON_HZ = 30.0
#: frames from which a recording's rate is learned
_WARM_UP = 16


class GridFrame(NamedTuple):
    """``image`` uint8 at the next time of the grid; ``known`` is False where it only repeats the last one."""

    image: np.ndarray
    known: bool


class GridResampler:
    """Small frames at any times in, frames on an even grid out, by linear interpolation; two frames are held at a time.

    Args:
        fs_hz: wanted frames per second. A recording within 2 % of it keeps its own rate, so that its frames pass
            unchanged; any other is interpolated.
        kept_hz: lowest and highest rate that is as good; a recording between them keeps its own. None is ``fs_hz``.

    Attributes:
        start_s: time of the grid's first frame, None before it.
        rate_hz: the grid's rate, None before it is known.
    """

    def __init__(self, fs_hz, kept_hz=None):
        self.start_s = self.rate_hz = None
        self._fs_hz, self._kept_hz = fs_hz, kept_hz
        self._waiting = []  # the first frames, of which the recording's own rate is learned
        self._last = None
        self._made = 0

    def add(self, time_s, image):
        """The grid's frames up to this time, as a list of :class:`GridFrame`.

        Args:
            time_s: later than the one before.
            image: uint8 array, or None where there is no face; then the last one is repeated, and not ``known``.
        """
        if self.rate_hz is not None:
            return self._up_to(time_s, image)
        if image is not None or self._waiting:
            self._waiting.append((time_s, image))
        return self.flush() if len(self._waiting) == _WARM_UP else []

    def flush(self):
        """The frames that were held back at the beginning of a recording too short to learn its rate from."""
        if self.rate_hz is not None or not self._waiting:
            return []
        times = [time_s for time_s, _ in self._waiting]
        self.rate_hz = _grid_rate(times, self._fs_hz, self._kept_hz)
        self.start_s = times[0]
        self._last = (*self._waiting[0], True)
        made = [GridFrame(self._waiting[0][1], True)]
        self._made = 1
        for time_s, image in self._waiting[1:]:
            made += self._up_to(time_s, image)
        self._waiting = []
        return made

    def _up_to(self, time_s, image):
        before_s, before, before_known = self._last
        known = before_known and image is not None and time_s - before_s <= LONGEST_GAP_S
        after = before if image is None else image
        made = []
        while True:
            grid_s = self.start_s + self._made / self.rate_hz
            if grid_s > time_s + 1e-9:
                break
            share = (grid_s - before_s) / (time_s - before_s)
            made.append(GridFrame(_blend(before, after, share) if known else before, known))
            self._made += 1
        self._last = time_s, after, image is not None
        return made


def _blend(before, after, share):
    if share < 1e-3:
        return before
    if share > 1 - 1e-3:
        return after
    mixed = (1.0 - share) * before.astype(np.float32) + share * after.astype(np.float32)
    return np.rint(mixed).astype(np.uint8)


def frame_rate_hz(times_s):
    """Frames per second of frames at increasing times, gaps left out.

    The median step, where it agrees with the mean one: it is the recording's own to the last digit. Where frames arrive
    in pairs or with changing steps, the median step is none that recurs, and the mean one counts.
    """
    steps_s = np.diff(times_s)
    without_gaps = steps_s[steps_s <= LONGEST_GAP_S]
    median_hz = 1.0 / np.median(steps_s)
    mean_hz = len(without_gaps) / without_gaps.sum() if len(without_gaps) else median_hz
    return float(median_hz if abs(median_hz / mean_hz - 1.0) < _NEAR else mean_hz)


def _grid_rate(times_s, fs_hz, kept_hz=None):
    own_hz = frame_rate_hz(times_s) if len(times_s) > 1 else fs_hz
    lowest_hz, highest_hz = kept_hz or (fs_hz, fs_hz)
    is_kept = own_hz / lowest_hz - 1.0 > -_NEAR and own_hz / highest_hz - 1.0 < _NEAR
    return float(own_hz if is_kept else fs_hz)


def even_grid(times_s, values, known, fs_hz=COMMON_HZ):
    """A signal at uneven times, brought to an even grid.

    Args:
        times_s: (N,) increasing.
        values: (N, C).
        known: (N,) bool; values that are not known are bridged by a line.
        fs_hz: the grid's rate. A recording within 2 % of it keeps its own; of a faster one, each value of the grid is
            the mean over a step of the grid, so that no frame is lost and nothing aliases.

    Returns:
        ``(fs_hz, grid_s (M,), values (M, C), known (M,))``. A grid time is known where the two frames around it are,
        and lie no more than :data:`LONGEST_GAP_S` apart.
    """
    times_s, values, known = np.asarray(times_s), np.asarray(values, dtype=np.float64), np.asarray(known, dtype=bool)
    rate_hz = _grid_rate(times_s, fs_hz)
    grid_s = times_s[0] + np.arange(int((times_s[-1] - times_s[0]) * rate_hz + 1e-6) + 1) / rate_hz
    sure_s, sure = times_s[known], values[known]
    is_faster = frame_rate_hz(times_s) > (1.0 + _NEAR) * rate_hz
    read = _step_mean if is_faster and len(sure_s) > 1 else np.interp
    even = np.stack([read(grid_s, sure_s, channel) for channel in sure.T], axis=1)
    return rate_hz, grid_s, even, known_at(grid_s, times_s, known)


def _step_mean(grid_s, times_s, values):
    """The mean of the line through ``values`` over the step around each time of the grid."""
    half_s = (grid_s[1] - grid_s[0]) / 2 if len(grid_s) > 1 else 0.0
    first_s, last_s = (np.clip(grid_s + side * half_s, times_s[0], times_s[-1]) for side in (-1, 1))
    areas = np.concatenate([[0.0], np.cumsum(np.diff(times_s) * (values[1:] + values[:-1]) / 2)])
    width_s = last_s - first_s
    area = _integral(last_s, times_s, values, areas) - _integral(first_s, times_s, values, areas)
    at_grid = np.interp(grid_s, times_s, values)
    return np.divide(area, width_s, out=at_grid, where=width_s > 0)


def _integral(query_s, times_s, values, areas):
    """The area under the line through ``values`` up to each time, ``areas`` being that at ``times_s``."""
    before = np.clip(np.searchsorted(times_s, query_s, side="right") - 1, 0, len(times_s) - 2)
    part_s = query_s - times_s[before]
    slope = (values[before + 1] - values[before]) / (times_s[before + 1] - times_s[before])
    return areas[before] + part_s * (values[before] + slope * part_s / 2)


def known_at(query_s, times_s, known):
    """Whether each time of ``query_s`` lies between two known times that are no more than a gap apart."""
    after = np.clip(np.searchsorted(times_s, query_s - 1e-6), 0, len(times_s) - 1)
    before = np.clip(np.searchsorted(times_s, query_s + 1e-6, side="right") - 1, 0, len(times_s) - 1)
    near = times_s[after] - times_s[before] <= LONGEST_GAP_S
    return known[before] & known[after] & near


def stretches(total, length, shared):
    """(first, last) of stretches of ``length`` that cover ``total`` samples to the end and share ``shared`` or more."""
    length = min(total, length)
    count = int(np.ceil((total - length) / max(1, length - shared))) + 1
    return [(int(first), int(first) + length) for first in np.rint(np.linspace(0, total - length, count))]


class OverlapAdd:
    """Clips' waveforms, each z-scored, faded into each other with Hann weights.

    Args:
        length: T, samples of a clip.
    """

    def __init__(self, length):
        self._weights = np.hanning(length + 2)[1:-1]  # no zero at the ends: where one clip is alone, it counts in full
        self._sum = np.zeros(0)
        self._weight = np.zeros(0)

    def add(self, start, clip):
        """Lay ``clip`` (T,) at sample ``start``; a clip that does not vary adds zeros."""
        self._grow(start + len(clip))
        clip = np.asarray(clip, dtype=np.float64)
        spread = np.std(clip)
        scored = (clip - clip.mean()) / spread if spread > 1e-9 else np.zeros_like(clip)
        self._sum[start : start + len(clip)] += self._weights * scored
        self._weight[start : start + len(clip)] += self._weights

    def signal(self, length):
        """The waveform (length,); zeros where no clip was laid."""
        self._grow(length)
        weight = self._weight[:length]
        return np.divide(self._sum[:length], weight, out=np.zeros(length), where=weight > 0)

    def with_clip(self, first, start, clip):
        """The waveform from sample ``first`` to the end of ``clip``, as if that lay at ``start``; nothing is kept."""
        last = start + len(clip)
        self._grow(last)
        part = OverlapAdd(len(clip))
        part._sum, part._weight = self._sum[first:last].copy(), self._weight[first:last].copy()
        part.add(start - first, clip)
        return part.signal(last - first)

    def _grow(self, length):
        """Room for ``length`` samples, doubled each time so that adding stays cheap."""
        if length > len(self._sum):
            room = max(length, 2 * len(self._sum)) - len(self._sum)
            self._sum = np.concatenate([self._sum, np.zeros(room)])
            self._weight = np.concatenate([self._weight, np.zeros(room)])
