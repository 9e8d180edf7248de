"""Raw, DiffNormalized and Standardized, for frames and labels; and Scaled, for frames.

The numbers are those of the toolbox's ``diff_normalize_data``, ``standardized_data``, ``diff_normalize_label`` and
``standardized_label``: frames in float32, labels in float64. The toolbox caches frames that are not all DiffNormalized
in float64, twice as large, and both hosts round them to float32 when they read them: a network is given the same
numbers. Frames are uint8, so a normalised value depends on one or two of 256 levels and is looked up in a table.
DiffNormalized frames equal the toolbox's to the last bit. The toolbox has no ``Scaled`` frames, (x - 127.5) / 128.
"""

import numpy as np

from .summation import sum_in_stretches

LEVELS = 256
#: those of the toolbox, and those that this package has besides
TOOLBOX_FRAME_TYPES = ("Raw", "DiffNormalized", "Standardized")
FRAME_TYPES = (*TOOLBOX_FRAME_TYPES, "Scaled")
LABEL_TYPES = ("Raw", "DiffNormalized", "Standardized")


def _level_pairs(earlier, later):
    return later.astype(np.uint16) * LEVELS + earlier


def _mean_and_std(values, counts):
    """Mean and standard deviation of ``values`` that occur ``counts`` times each, in float64."""
    total = counts.sum()
    if total == 0:
        return 0.0, 0.0
    mean = np.dot(values, counts) / total
    return mean, np.sqrt(np.dot((values - mean) ** 2, counts) / total)


def _std_of_pairs(frames, quotients):
    """``np.std`` of the looked-up float32 quotients, to the last bit, without an array of their size.

    A weighted sum over the table would be shorter, but differs from the toolbox's in the seventh digit, and so would
    every value of a clip. Where a signal is all but lost, the SNR shows it.
    """
    earlier, later = frames[:-1].reshape(-1), frames[1:].reshape(-1)
    count = len(earlier)
    if not count:
        return np.float32(0)

    def mean(table):
        def looked_up(start, stop):
            return np.take(table, _level_pairs(earlier[start:stop], later[start:stop]))

        return np.float32(sum_in_stretches(looked_up, count) / count)

    deviations = quotients - mean(quotients)
    return np.sqrt(mean(deviations * deviations))


def _over(values, std):
    """``values / std``, and 0 where nothing varies, with which the toolbox replaces the NaN of 0/0."""
    return values / std if std > 0 else np.zeros_like(values)


class FrameFeatures:
    """A recording's normalised frames, made clip by clip.

    Statistics are those of the whole recording, so that its clips fit together. Agrees with the toolbox's
    ``diff_normalize_data`` and ``standardized_data``.

    Args:
        frames: uint8 (T, H, W, 3).
        data_types: one or more of :data:`FRAME_TYPES`, whose channels are concatenated in this order.
    """

    #: what is worth saying of how they were made: nothing
    notes = ()

    def __init__(self, frames, data_types):
        makers = {
            "Raw": self._raw,
            "DiffNormalized": self._diff_normalised,
            "Standardized": self._standardised,
            "Scaled": self._scaled,
        }
        self._frames = frames
        self._parts = [makers[data_type]() for data_type in data_types]

    def clip(self, start, stop):
        """Frames ``start`` to ``stop``: float32 (stop - start, H, W, 3 * number of data types)."""
        made = [part(start, stop) for part in self._parts]
        return made[0] if len(made) == 1 else np.concatenate(made, axis=-1)

    def _raw(self):
        return lambda start, stop: self._frames[start:stop].astype(np.float32)

    def _standardised(self):
        levels = np.arange(LEVELS, dtype=np.float64)
        counts = sum(np.bincount(frame.ravel(), minlength=LEVELS) for frame in self._frames)
        mean, std = _mean_and_std(levels, counts)
        table = _over(levels - mean, std).astype(np.float32)
        return lambda start, stop: table[self._frames[start:stop]]

    def _scaled(self):
        table = (np.arange(LEVELS, dtype=np.float32) - 127.5) / 128
        return lambda start, stop: table[self._frames[start:stop]]

    def _diff_normalised(self):
        frames = self._frames
        later, earlier = np.divmod(np.arange(LEVELS * LEVELS, dtype=np.float64), LEVELS)
        # The toolbox stores the quotients as float32 before it takes their standard deviation.
        quotients = ((later - earlier) / (later + earlier + 1e-7)).astype(np.float32)
        table = _over(quotients, _std_of_pairs(frames, quotients))

        def clip(start, stop):
            out = np.zeros((stop - start,) + frames.shape[1:], dtype=np.float32)
            for index in range(start, min(stop, len(frames) - 1)):  # a frame at a time stays in the processor's cache
                pairs = _level_pairs(frames[index], frames[index + 1])
                np.take(table, pairs, out=out[index - start], mode="clip")  # "raise" would copy through a buffer
            return out

        return clip


def diff_normalise_label(label):
    """Differences of neighbouring samples over their standard deviation, and a final 0: (T,) -> float64 (T,).

    Agrees with the toolbox's ``diff_normalize_label``.
    """
    difference = np.diff(np.asarray(label, dtype=np.float64))
    return np.append(_over(difference, np.std(difference)), 0.0)


def standardise_label(label):
    """Samples minus their mean, over their standard deviation: (T,) -> float64 (T,).

    Agrees with the toolbox's ``standardized_label``.
    """
    centred = np.asarray(label, dtype=np.float64) - np.mean(label)
    return _over(centred, np.std(centred))


def normalise_label(label, label_type):
    """``label`` normalised as ``label_type`` says, one of :data:`LABEL_TYPES`."""
    if label_type == "DiffNormalized":
        return diff_normalise_label(label)
    return standardise_label(label) if label_type == "Standardized" else np.asarray(label, dtype=np.float64)
