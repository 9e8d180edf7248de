"""The signal methods: that they find a pulse, what the papers promise of them, and what they refuse."""

import numpy as np
import pytest

from rfacenet_toolbox.errors import DataError, RFaceNetError
from rfacenet_toolbox.evaluation import bandpass, detrend, fft_heart_rate_bpm, prepare
from rfacenet_toolbox.methods.signal import GRIDS, METHODS, colour, mean_rgb, regional_rgb
from rfacenet_toolbox.methods.signal.jade import jade

FS, BAND = 30, (0.6, 3.3)
#: those that take one mean colour for each frame
OF_MEANS = {name: method for name, method in METHODS.items() if name not in GRIDS}
SKIN = np.array([150.0, 110.0, 90.0])
PULSE = np.array([0.33, 0.77, 0.53])  # relative amplitudes in red, green and blue


def traces(rate_bpm=78.0, frames=600, motion=0.002, noise=2e-4, seed=0):
    """(T, 3) mean colours of a skin with a pulse, brightness that changes slowly, and a little noise."""
    random = np.random.default_rng(seed)
    time = np.arange(frames) / FS
    pulse = 0.01 * np.sin(2 * np.pi * rate_bpm / 60 * time)
    light = motion * np.sin(2 * np.pi * 0.2 * time + 1)
    return SKIN * (1 + pulse[:, None] * PULSE + light[:, None] + noise * random.standard_normal((frames, 3)))


def rate_of(bvp):
    return fft_heart_rate_bpm(prepare(bvp, FS, BAND, is_derivative=False), FS, BAND)


@pytest.mark.parametrize("method", OF_MEANS.values(), ids=OF_MEANS)
@pytest.mark.parametrize("rate_bpm", [54.0, 78.0, 120.0])
def test_finds_the_pulse_and_leaves_its_input_alone(method, rate_bpm):
    rgb = traces(rate_bpm)
    before = rgb.copy()
    bvp = method(rgb, FS)
    assert bvp.shape == (len(rgb),) and bvp.dtype == np.float64 and np.isfinite(bvp).all()
    assert np.array_equal(rgb, before)
    assert rate_of(bvp) == pytest.approx(rate_bpm, abs=60 * FS / 1024)


@pytest.mark.parametrize("name", ["CHROM", "PBV", "POS", "ICA"])
def test_normalising_methods_do_not_see_the_colour_of_the_light(name):
    rgb, light = traces(), np.array([2.0, 0.5, 1.25])
    one, other = METHODS[name](rgb, FS), METHODS[name](rgb * light, FS)
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-6 * np.abs(one).max())


@pytest.mark.parametrize("name", ["LGI", "OMIT", "POS", "CHROM"])
def test_what_changes_all_colours_alike_is_not_seen(name):
    """Brightness that all channels share is projected away; GREEN sees nothing else."""
    bright = SKIN * (1 + 0.01 * np.sin(2 * np.pi * 1.3 * np.arange(300) / FS))[:, None]
    assert np.abs(METHODS[name](bright, FS)).max() < 1e-9
    assert np.ptp(METHODS["GREEN"](bright, FS)) > 1


def test_pos_is_algorithm_1_of_its_paper_but_for_the_last_window():
    rgb, length = traces(frames=120), 48
    total = np.zeros(len(rgb))
    for start in range(len(rgb) - length):
        window = rgb[start : start + length] / rgb[start : start + length].mean(axis=0)
        first, second = window @ [0, 1, -1], window @ [-2, 1, 1]
        pulse = first + first.std() / second.std() * second
        total[start : start + length] += pulse - pulse.mean()
    np.testing.assert_allclose(METHODS["POS"](rgb, FS), bandpass(detrend(total), FS, (0.75, 3)), atol=1e-12)


def test_chrom_is_windowed_as_in_its_paper():
    rgb, length = traces(frames=131), 48
    total = np.zeros(len(rgb))
    for start in range(0, len(rgb) - length + 1, length // 2):
        red, green, blue = (rgb[start : start + length] / rgb[start : start + length].mean(axis=0)).T
        x, y = (
            bandpass(signal, FS, (0.7, 2.5), order=3)
            for signal in (3 * red - 2 * green, 1.5 * red + green - 1.5 * blue)
        )
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / (length - 1))
        total[start : start + length] += (x - x.std() / y.std() * y) * hann
    bvp = METHODS["CHROM"](rgb, FS)
    np.testing.assert_allclose(bvp, total, atol=1e-12)
    assert bvp[118] != 0 and not bvp[120:].any()


def test_jade_separates_what_was_mixed():
    random, time = np.random.default_rng(1), np.arange(2000) / FS
    sources = np.stack([np.sin(7.1 * time), np.sign(np.sin(3.3 * time)), random.laplace(size=2000)])
    sources -= sources.mean(axis=1, keepdims=True)
    found = jade(np.array([[1.0, 0.6, 0.3], [0.5, 1.0, -0.4], [0.2, -0.7, 1.0]]) @ sources)
    np.testing.assert_allclose(found @ found.T / 2000, np.identity(3), atol=1e-9)
    match = np.abs(np.corrcoef(sources, found)[:3, 3:])
    assert sorted(match.argmax(axis=1)) == [0, 1, 2] and match.max(axis=1).min() > 0.99


def test_mean_rgb_is_the_mean_in_the_frames_precision():
    frames = np.random.default_rng(2).integers(0, 256, (5, 7, 9, 6))
    for dtype, wanted in (("uint8", "float64"), ("float32", "float32"), ("float64", "float64"), ("int64", "float64")):
        rgb = mean_rgb(frames.astype(dtype))
        assert rgb.dtype == wanted and rgb.shape == (5, 3)
        np.testing.assert_allclose(rgb, frames[..., :3].mean(axis=(1, 2)), rtol=1e-6 if dtype == "float32" else 1e-12)


def test_regional_rgb_is_the_mean_of_each_cell_of_the_grid():
    frames = np.random.default_rng(2).integers(0, 256, (5, 7, 9, 6))
    for dtype, wanted in (("uint8", "float64"), ("float32", "float32")):
        rgb = regional_rgb(frames.astype(dtype), (3, 2))
        assert rgb.shape == (6, 5, 3) and rgb.dtype == wanted
        rows, columns = ((0, 2), (2, 4), (4, 7)), ((0, 4), (4, 9))
        cells = [frames[:, a:b, c:d, :3].mean(axis=(1, 2)) for a, b in rows for c, d in columns]
        np.testing.assert_allclose(rgb, cells, rtol=1e-6)
    np.testing.assert_allclose(regional_rgb(frames, (1, 1))[0], mean_rgb(frames), rtol=1e-12)
    with pytest.raises(DataError, match="frames are 9x7 pixels and are divided into 5x8 regions"):
        regional_rgb(frames, (8, 5))


@pytest.mark.parametrize("shape", [(5, 7, 9), (5, 7, 9, 2), (0, 7, 9, 3), (5, 0, 9, 3)])
def test_frames_of_another_shape_are_refused(shape):
    with pytest.raises(DataError, match=r"frames are an array of shape .*; expected \(T, H, W, 3\)"):
        mean_rgb(np.zeros(shape))


@pytest.mark.parametrize("method", OF_MEANS.values(), ids=OF_MEANS)
def test_what_no_method_can_take_is_refused(method):
    spoilt = traces()
    spoilt[7, 1] = np.nan
    for rgb, message in (
        (traces().T, r"expected \(T, 3\)"),
        (traces()[:, :2], r"expected \(T, 3\)"),
        (traces().astype(complex), r"expected \(T, 3\)"),
        (spoilt, "not finite in 1 of 600 frames, the first of them frame 7"),
        (np.tile(SKIN, (600, 1)), "the same colour in all 600 frames"),
        (traces()[:0], "got 0 frames and needs at least"),
    ):
        with pytest.raises(DataError, match=message):
            method(rgb, FS)


@pytest.mark.parametrize("name, least", [("POS", 49), ("CHROM", 48), ("ICA", 22), ("LGI", 3), ("PBV", 3), ("OMIT", 3)])
def test_the_fewest_frames(name, least):
    assert np.isfinite(METHODS[name](traces()[:least], FS)).all()
    with pytest.raises(DataError, match=rf"{name} got {least - 1} frames and needs at least {least}"):
        METHODS[name](traces()[: least - 1], FS)


@pytest.mark.parametrize("name", ["ICA", "PBV"])
def test_a_grey_video_is_refused_where_three_channels_are_needed(name):
    with pytest.raises(DataError, match="depend on one another, as those of a grey video"):
        METHODS[name](np.repeat(traces()[:, 1:2], 3, axis=1), FS)


def test_a_channel_that_never_changes():
    rgb = traces()
    rgb[:, 2] = 90
    with pytest.raises(DataError, match="whose blue never changes"):
        METHODS["ICA"](rgb, FS)
    for name in ("POS", "CHROM", "GREEN", "LGI", "OMIT"):
        assert rate_of(METHODS[name](rgb, FS)) == pytest.approx(78, abs=2)


@pytest.mark.parametrize("name", ["POS", "CHROM", "PBV"])
def test_a_black_channel_cannot_be_normalised(name):
    with pytest.raises(DataError, match="black in at least one channel"):
        METHODS[name](traces() * [1, 1, 0], FS)


@pytest.mark.parametrize("name", ["POS", "CHROM"])
def test_a_stretch_without_any_change_gives_no_nan(name):
    """Of the toolbox's, the whole waveform becomes NaN."""
    rgb = traces()
    rgb[200:300] = 128.0
    bvp = METHODS[name](rgb, FS)
    assert np.isfinite(bvp).all() and rate_of(bvp) == pytest.approx(78, abs=2)


def test_a_frame_rate_too_low_for_the_filter_is_refused():
    with pytest.raises(DataError, match="CHROM filters windows of 1.6 s, 16 frames at 10 Hz, and needs 22"):
        METHODS["CHROM"](traces(), 10)
    with pytest.raises(RFaceNetError, match="does not fit a sampling rate of 5 Hz"):
        METHODS["POS"](traces(), 5)


def test_overlap_add_is_the_sum_of_shifted_windows():
    windows = np.random.default_rng(3).random((5, 6))
    for hop in (1, 2, 3):
        expected = np.zeros(30)
        for number, window in enumerate(windows):
            expected[number * hop : number * hop + 6] += window
        np.testing.assert_allclose(colour.overlap_add(windows, hop, 30), expected)
        used = 4 * hop + 6
        np.testing.assert_allclose(colour.overlap_add(windows, hop, used), expected[:used])
