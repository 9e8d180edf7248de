"""The heart rate of waveforms of any origin: what has none is named."""

import numpy as np
import pytest
import torch

import rfacenet_toolbox
from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.rfacenet import heart_rate

WAVES = np.sin(2 * np.pi * np.array([[1.2], [1.5]]) * np.arange(128) / 30)


def test_it_is_eq_3():
    for settings in ({}, {"is_derivative": True}, {"band_hz": (0.7, 3.0), "resolution_bpm": 0.1}):
        ours, theirs = (one.heart_rate_bpm(WAVES, 30, **settings) for one in (rfacenet_toolbox, heart_rate))
        assert torch.equal(ours, theirs)
    assert ours.tolist() == pytest.approx([72, 90], abs=1)


@pytest.mark.parametrize(
    "bvp, settings, said",
    [
        (0 * WAVES, {}, "a BVP is constant"),
        (np.stack([WAVES[0], 0 * WAVES[0]]), {}, "a BVP is constant"),
        (np.where(WAVES > 0.9, np.nan, WAVES), {}, "no finite real numbers"),
        (1j * WAVES, {}, "no finite real numbers"),
        ([1, 2, 3], {}, "16 samples or more"),
        (WAVES, {"fs_hz": float("nan")}, "fs_hz is nan; expected a number from 0.1"),
        (WAVES, {"fs_hz": "30"}, "fs_hz is '30'"),
        (WAVES, {"fs_hz": 1e9}, "fs_hz is 1000000000.0"),
        (WAVES, {"resolution_bpm": 0}, "resolution_bpm is 0; expected a number from 0.001"),
        (WAVES, {"band_hz": (4, 1)}, r"band_hz is \(4, 1\); expected the lowest and the highest"),
        (WAVES, {"band_hz": (1,)}, "band_hz is .*; expected the lowest and the highest"),
        (WAVES, {"band_hz": (-1, 4)}, "band_hz is .*; expected the lowest and the highest"),
        (WAVES, {"band_hz": (0.5, float("nan"))}, "band_hz is .*; expected the lowest and the highest"),
        (WAVES, {"band_hz": (20, 30)}, "no frequency lies between"),
        (WAVES, {"fs_hz": True}, "fs_hz is True; expected a number"),
        (WAVES, {"is_derivative": "no"}, "is_derivative is 'no'; expected True or False"),
        ("abc", {}, "the BVP is a str of no numbers"),
        (None, {}, "the BVP is a NoneType of no numbers"),
        (np.zeros((0, 128)), {}, r"the BVP has the shape \(0, 128\), with nothing in it"),
    ],
)
def test_what_has_no_heart_rate_is_named(bvp, settings, said):
    with pytest.raises(ShapeError, match=said):
        rfacenet_toolbox.heart_rate_bpm(bvp, **{"fs_hz": 30, **settings})
