import numpy as np
import pytest

from rfacenet_toolbox.datasets import clip_cache, own_rates
from rfacenet_toolbox.datasets.dataset import Measured
from rfacenet_toolbox.datasets.own_rates import OwnRates
from rfacenet_toolbox.errors import DataError


def write(folder, name, **facts):
    clip_cache.write_marker(str(folder), name, complete=True, report={"clips": 2}, **facts)


def inputs(folder, *names):
    return [clip_cache.input_path(str(folder), name, index) for name in names for index in range(2)]


def test_what_was_measured_comes_back_by_recording(tmp_path):
    measured = Measured(24.95, np.arange(50, 90.0), 70.5)
    write(tmp_path, "p1_v1_source1", **own_rates.for_marker(measured, [(0, 10), (10, 20)]))
    write(tmp_path, "p2_v1_source2", **own_rates.for_marker(Measured(30.0), [(0, 10)]))
    write(tmp_path, "102")
    found = own_rates.of_inputs(inputs(tmp_path, "p1_v1_source1", "p2_v1_source2", "102", "subject7"))
    assert found == {
        "p1_v1_source1": OwnRates(24.95, 70.5, (54.5, 64.5)),
        "p2_v1_source2": OwnRates(30.0),
    }


def test_a_data_set_of_one_rate_adds_nothing_to_its_markers():
    assert own_rates.for_marker(None, [(0, 10)]) == {}


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"fs_hz": 0},
        {"fs_hz": "25"},
        {"fs_hz": True},
        {"fs_hz": 25, "heart_rate_bpm": 1e9},
        {"fs_hz": 25, "clip_heart_rates_bpm": [70, None]},
        [25],
    ],
)
def test_a_marker_with_what_cannot_be_is_refused(tmp_path, content):
    write(tmp_path, "p1_v1_source1", measured=content)
    with pytest.raises(
        DataError, match="p1_v1_source1_cached.json gives .* frames per second.*Delete it and run again"
    ):
        own_rates.of_inputs(inputs(tmp_path, "p1_v1_source1"))
