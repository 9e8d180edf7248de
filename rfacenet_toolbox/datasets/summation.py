"""``np.sum`` of float32 values that are made piece by piece, to the last bit.

A sum of float32 values depends on the order of its additions, and so does every value that is normalised with it.
NumPy 1 sums 8,192 values (its buffer) at a time and adds up these sums one after the other; NumPy 2 halves the array
until few values are left. Both orders can be followed without holding all values at once.

Adding up in float64 would be simpler, but gives other clips than the toolbox and than earlier versions did: on eight
synthetic recordings it moved every value of four of them in the seventh digit.
"""

import functools

import numpy as np

#: values made at a time, at most: a megabyte
STRETCH = 1 << 18
BUFFER = 8192  # np.getbufsize(), where nobody changed it


def sum_in_stretches(values, count):
    """``values(0, count).sum()``, to the last bit, in the memory of :data:`STRETCH` values.

    Args:
        values: ``values(start, stop)`` -> this part of the 1-D float32 array to be summed.
        count: length of the array.

    Returns:
        np.float32.
    """
    return _order()(values, count)


def _buffer_by_buffer(values, count):
    total = np.float32(0)
    for start in range(0, count, STRETCH):
        stretch = values(start, min(start + STRETCH, count))
        for first in range(0, len(stretch), BUFFER):
            total += stretch[first : first + BUFFER].sum()
    return total


def _half_by_half(values, count, start=0):
    if count <= STRETCH:
        return values(start, start + count).sum()
    half = count // 2
    half -= half % 8
    return _half_by_half(values, half, start) + _half_by_half(values, count - half, start + half)


def _at_once(values, count):
    return values(0, count).sum()


@functools.lru_cache(maxsize=None)
def _order():
    """This NumPy's order of additions; if it is neither of the two, all values are summed at once."""
    return next((order for order in (_buffer_by_buffer, _half_by_half) if _is_numpys(order)), _at_once)


def _is_numpys(order):
    random = np.random.RandomState(0)
    for _ in range(8):
        sample = random.standard_normal(2 * STRETCH + 12345).astype(np.float32)
        if order(lambda start, stop, sample=sample: sample[start:stop], len(sample)) != sample.sum():
            return False
    return True
