import numpy as np
import pytest

from rfacenet_toolbox.datasets import summation
from rfacenet_toolbox.datasets.summation import BUFFER, STRETCH, sum_in_stretches


@pytest.mark.parametrize("count", [0, 1, BUFFER, BUFFER + 1, STRETCH, STRETCH + 7, 3 * STRETCH - 5, 1234567])
def test_the_sum_is_numpys_to_the_last_bit(count):
    for seed in range(4):
        values = np.random.RandomState(seed).standard_normal(count).astype(np.float32)
        got = sum_in_stretches(lambda start, stop, values=values: values[start:stop], count)
        assert got == values.sum() and got.dtype == np.float32


def test_an_unknown_order_is_left_to_numpy(monkeypatch):
    monkeypatch.setattr(summation, "_is_numpys", lambda order: False)
    monkeypatch.setattr(summation, "_order", summation._order.__wrapped__)
    values = np.random.RandomState(0).standard_normal(2 * STRETCH).astype(np.float32)
    assert sum_in_stretches(lambda start, stop: values[start:stop], len(values)) == values.sum()


def test_no_more_than_a_stretch_is_made_at_a_time():
    made = []

    def ones(start, stop):
        made.append(stop - start)
        return np.ones(stop - start, np.float32)

    assert sum_in_stretches(ones, 5 * STRETCH + 3) == 5 * STRETCH + 3
    assert max(made) <= STRETCH and sum(made) == 5 * STRETCH + 3
