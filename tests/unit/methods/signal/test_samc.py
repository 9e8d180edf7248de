"""SAMC: that it completes a matrix, finds what does not belong to it, and finds a pulse that few regions have."""

import numpy as np
import pytest

from rfacenet_toolbox.errors import DataError, RFaceNetError
from rfacenet_toolbox.evaluation import fft_heart_rate_bpm
from rfacenet_toolbox.methods.signal import GRIDS, METHODS
from rfacenet_toolbox.methods.signal.samc import chrominance, complete, first_mask, samc_of_regions

FS, BAND = 30, (0.7, 4.0)
REGIONS, FRAMES = 25, 600
SKIN, PULSE = np.array([150.0, 110.0, 90.0]), np.array([0.33, 0.77, 0.53])


def rate_of(bvp):
    return fft_heart_rate_bpm(bvp, FS, BAND)


def sine(rate_bpm):
    return np.sin(2 * np.pi * rate_bpm / 60 * np.arange(FRAMES) / FS)


def faces(rate_bpm=78.0, seed=0):
    """(R, T, 3) colours of a face's regions, and (R, T) where they are disturbed: by motion for 3 s in a third of the
    regions each, at a rate and strength of its own, and by something else than skin in the last five all the time."""
    random = np.random.default_rng(seed)
    strengths = random.uniform(0.005, 0.015, REGIONS)
    colours = 1 + strengths[:, None, None] * sine(rate_bpm)[:, None] * PULSE
    disturbed = np.zeros((REGIONS, FRAMES), bool)
    for start in range(60, FRAMES - 90, 180):
        regions = random.permutation(REGIONS)[: REGIONS // 3]
        disturbed[regions, start : start + 90] = True
    disturbed[-5:] = True
    noise = 0.05 * random.standard_normal((REGIONS, FRAMES, 3)).cumsum(axis=1) * disturbed[..., None]
    return SKIN * (colours + noise + 2e-4 * random.standard_normal(noise.shape)), disturbed


@pytest.mark.parametrize("seed", range(3))
def test_a_rank_one_sine_with_a_third_of_its_entries_replaced_is_recovered_with_the_mask(seed):
    random = np.random.default_rng(seed)
    wanted = np.outer(random.uniform(0.5, 1.5, REGIONS), sine(72))
    replaced = random.random(wanted.shape) < 1 / 3
    given = np.where(replaced, 5 * random.standard_normal(wanted.shape), wanted)
    found = complete(given, np.ones_like(replaced))
    assert np.linalg.matrix_rank(found.matrix, tol=1e-6) == 1
    assert np.linalg.norm(found.matrix - wanted) < 0.06 * np.linalg.norm(wanted)
    assert (found.mask == ~replaced).mean() > 0.985
    mean = found.matrix.mean(axis=0)
    assert rate_of(mean) == rate_of(sine(72))
    # without the completion, the leading component is that of the noise
    leading = np.linalg.svd(given, full_matrices=False)[2][0]
    assert abs(np.corrcoef(leading, sine(72))[0, 1]) < 0.95 < 0.998 < np.corrcoef(mean, sine(72))[0, 1]


@pytest.mark.parametrize("rate_bpm", [54.0, 78.0, 120.0])
def test_finds_the_pulse_of_disturbed_regions_and_leaves_its_input_alone(rate_bpm):
    rgb, disturbed = faces(rate_bpm)
    before = rgb.copy()
    found = samc_of_regions(rgb, FS)
    assert found.bvp.shape == (FRAMES,) and found.bvp.dtype == np.float64 and found.mask.shape == disturbed.shape
    assert np.array_equal(rgb, before) and np.array_equal(METHODS["SAMC"](rgb, FS), found.bvp)
    assert rate_of(found.bvp) == pytest.approx(rate_bpm, abs=60 * FS / 1024)
    assert found.mask[~disturbed].mean() > 0.7 > 0.5 > found.mask[disturbed].mean()
    assert rate_of(METHODS["CHROM"](rgb.mean(axis=0), FS)) != pytest.approx(rate_bpm, abs=5)


def test_the_sign_is_that_of_chroms_signal():
    rgb, _ = faces()
    clean = chrominance(SKIN * (1 + 0.01 * sine(78)[:, None] * PULSE)[None].repeat(2, axis=0), FS)
    assert np.corrcoef(samc_of_regions(rgb, FS).bvp, clean[0])[0, 1] > 0.9


def test_the_light_of_each_region_is_not_seen():
    rgb, _ = faces()
    light = np.random.default_rng(1).uniform(0.5, 2, (REGIONS, 1, 3))
    np.testing.assert_allclose(METHODS["SAMC"](rgb * light, FS), METHODS["SAMC"](rgb, FS), atol=1e-9)


def test_regions_without_light_or_change_do_not_count():
    rgb, _ = faces()
    rgb[3], rgb[4] = 0, SKIN
    found = samc_of_regions(rgb, FS)
    assert np.isfinite(found.bvp).all() and rate_of(found.bvp) == pytest.approx(78, abs=2)


def test_moments_at_which_all_regions_are_disturbed_are_bridged():
    rgb = SKIN * (1 + 0.01 * sine(78)[:, None] * PULSE)[None].repeat(4, axis=0)
    whole = METHODS["SAMC"](rgb, FS)
    rgb[:, 300] *= [1.1, 1, 1]
    bvp = METHODS["SAMC"](rgb, FS)
    assert np.abs(bvp - whole)[:250].max() < 0.3 * np.abs(whole).max() and rate_of(bvp) == rate_of(whole)


def test_the_first_mask_leaves_out_what_varies_more_than_usual():
    signals = np.random.default_rng(0).standard_normal((REGIONS, FRAMES))
    signals[3, 200:300] *= 10
    mask = first_mask(signals, FS)
    assert mask.shape == signals.shape and not mask[3, 200:300].any()
    mask[3, 180:320] = True
    assert mask.all()
    assert first_mask(signals[:, :5], FS).shape == (REGIONS, 5)


def test_what_it_cannot_take_is_refused():
    rgb, _ = faces()
    spoilt = rgb.copy()
    spoilt[3, 7, 1] = np.nan
    for given, message in (
        (rgb[0], r"expected \(R, T, 3\) numbers"),
        (rgb.astype(complex), r"expected \(R, T, 3\) numbers"),
        (spoilt, "not finite in 1 of 600 frames, the first of them frame 7"),
        (rgb[:1], "1 regions over 600 frames, 1 of them with colours that change, and needs at least 2"),
        (np.tile(SKIN, (4, 600, 1)), "4 regions over 600 frames, 0 of them"),
        (rgb[:, :0], "25 regions over 0 frames, 0 of them"),
    ):
        with pytest.raises(DataError, match=message):
            METHODS["SAMC"](given, FS)
    with pytest.raises(RFaceNetError, match="got 9 samples and needs at least 10"):
        METHODS["SAMC"](rgb[:, :9], FS)
    with pytest.raises(RFaceNetError, match="does not fit a sampling rate of 8 Hz"):
        METHODS["SAMC"](rgb, 8)
    assert np.isfinite(METHODS["SAMC"](rgb[:, :10], FS)).all() and set(GRIDS) <= set(METHODS)
