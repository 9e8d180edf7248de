import math

import torch
from torch.utils.data import Subset

from rfacenet_toolbox.datasets import clip_cache
from rfacenet_toolbox.datasets.own_rates import OwnRates
from rfacenet_toolbox.training import loaders

RATES = {"p1_v1_source1": OwnRates(24.95, 70.0, (69.0, 71.0)), "p2_v1_source2": OwnRates(30.0)}


def test_a_batch_has_the_rates_of_its_clips():
    names, chunks = ["p1_v1_source1", "p2_v1_source2", "102", "p1_v1_source1"], ["1", "0", "0", "2"]
    found = loaders.recorded(RATES, names, chunks, fs_hz=29)
    assert found.fs_hz.tolist() == [24.95, 30.0, 29.0, 24.95]
    assert found.heart_rates_bpm[0] == 71 and torch.isnan(found.heart_rates_bpm[1:]).all()
    assert loaders.recorded(RATES, ["102"], ["0"], 29) is None


def test_the_rates_of_a_part_of_a_data_set_are_those_of_the_whole(tmp_path):
    class Clips:
        inputs = [clip_cache.input_path(str(tmp_path), "p1_v1_source1", 0)]

        def __len__(self):
            return 1

    assert loaders.own_rates(Subset(Clips(), [0])) == {}
    clip_cache.write_marker(str(tmp_path), "p1_v1_source1", True, report={"clips": 1}, measured={"fs_hz": 25.0})
    assert loaders.own_rates(Subset(Clips(), [0])) == {"p1_v1_source1": OwnRates(25.0)}
    assert math.isclose(loaders.own_rates(Clips())["p1_v1_source1"].fs_hz, 25)
