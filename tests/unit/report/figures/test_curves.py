"""When a curve has made its way."""

import numpy as np
import pytest

from rfacenet_toolbox.report.figures.curves import epoch_of_90_percent


@pytest.mark.parametrize(
    "values, index",
    [
        ([50, 20, 6, 4, 0], 3),
        ([50, 20, 5, 4, 0], 2),
        ([0.1, 0.2, 0.95, 0.5, 1.0], 2),
        ([5, 5, 5], None),
        ([5, 1], None),
        ([5, np.nan, 1], None),
        ([], None),
    ],
)
def test_the_epoch_in_which_90_percent_of_the_way_is_made(values, index):
    assert epoch_of_90_percent(values) == index
