"""What augmentation does to arrays."""

import numpy as np
import pytest

from rfacenet_toolbox.methods.rfacenet.heart_rate import heart_rate_bpm
from rfacenet_toolbox.training import augment

FS_HZ = 30


def pulse(count, bpm):
    return np.sin(2 * np.pi * bpm / 60 * np.arange(count) / FS_HZ).astype(np.float32)


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.0, 1.25, 2.0])
def test_a_faster_pulse_has_the_heart_rate_times_the_factor(factor):
    needed = augment.samples_needed(160, factor)
    faster = augment.at_speed(pulse(needed, 72), 160, factor, 0, is_difference=False)
    assert faster.shape == (160,) and faster.dtype == np.float32
    np.testing.assert_allclose(faster, pulse(160, 72 * factor), atol=0.012)
    assert float(heart_rate_bpm(faster, FS_HZ)) == pytest.approx(72 * factor, abs=1)


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.25, 2.0])
def test_differences_are_those_of_the_faster_signal(factor):
    whole = pulse(augment.samples_needed(128, factor) + 1, 72)
    faster = augment.at_speed(np.diff(whole), 128, factor, 0, is_difference=True)
    expected = np.diff(augment.resampled(whole, np.arange(129) * factor, 0))
    np.testing.assert_allclose(faster, expected, atol=1e-5)


def test_twice_as_fast_is_every_second_frame_and_half_as_fast_puts_one_between_two(rng):
    frames = rng.standard_normal((3, 40, 4, 4)).astype(np.float32)
    assert np.array_equal(augment.at_speed(frames, 20, 2.0, 1, False), frames[:, ::2])
    slower = augment.at_speed(frames, 40, 0.5, 1, False)
    assert np.array_equal(slower[:, ::2], frames[:, :20])
    np.testing.assert_allclose(slower[:, 1::2], (frames[:, :20] + frames[:, 1:21]) / 2, atol=1e-6)
    pairs = augment.at_speed(frames, 20, 2.0, 1, True)
    np.testing.assert_allclose(pairs, frames[:, ::2] + frames[:, 1::2], atol=1e-5)


def test_any_factor_up_to_the_number_of_clips_finds_its_frames():
    for clips in (1, 2, 3):
        for factor in np.linspace(0.25, clips, 200):
            needed = augment.samples_needed(16, factor)
            assert needed <= 16 * clips and (factor == 1 or 15 * factor <= needed - 1 and 16 * factor <= needed)


def test_frames_are_mirrored_enlarged_and_shifted():
    frames = np.arange(48, dtype=np.float32).reshape(1, 1, 6, 8)
    assert np.array_equal(augment.moved(frames), frames)
    assert np.array_equal(augment.moved(frames, flip=True), frames[..., ::-1])
    shifted = augment.moved(frames, right=1 / 8)
    assert np.array_equal(shifted[..., :-1], frames[..., 1:]) and np.array_equal(shifted[..., -1], frames[..., -1])
    assert np.array_equal(augment.moved(frames, down=-1 / 6)[..., 1:, :], frames[..., :-1, :])
    enlarged = augment.moved(frames, zoom=2.0)
    assert enlarged.shape == frames.shape and enlarged.mean() == pytest.approx(frames.mean())
    assert np.ptp(enlarged) == pytest.approx(np.ptp(frames) / 2, rel=1e-5)
    assert augment.moved(frames, zoom=2.0, down=0.25, right=0.25).max() == pytest.approx(frames.max(), abs=2.5)


def test_light_is_in_standard_deviations_of_the_clip(rng):
    frames = (5 + 2 * rng.standard_normal((3, 8, 6, 6))).astype(np.float32)
    lit = augment.lit(frames, brightness=0.5, contrast=1.5)
    assert lit.dtype == np.float32
    assert lit.mean() == pytest.approx(frames.mean() + 0.5 * frames.std(), rel=1e-4)
    assert lit.std() == pytest.approx(1.5 * frames.std(), rel=1e-4)


def test_noise_has_its_share(rng):
    frames = (4 * rng.standard_normal((3, 16, 16, 16))).astype(np.float32)
    noise = augment.noisy(frames, 0.25, np.random.default_rng(1)) - frames
    assert noise.dtype == np.float32 and noise.std() == pytest.approx(0.25 * frames.std(), rel=0.03)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_what_is_erased_is_a_box_of_the_mean_colour(rng):
    frames = rng.standard_normal((3, 40, 20, 10)).astype(np.float32) + 5
    for _ in range(20):
        box = augment.random_box(frames.shape[1:], rng)
        lengths = [one.stop - one.start for one in box]
        shares = np.divide(lengths, frames.shape[1:])
        assert (shares >= 0.1).all() and (shares <= 0.4).all()
        assert all(one.start >= 0 and one.stop <= size for size, one in zip(frames.shape[1:], box))
    found = augment.erased(frames, box)
    changed = np.not_equal(found, frames)
    assert changed[(slice(None), *box)].all() and changed.sum() == 3 * np.prod(lengths)
    for channel, mean in zip(found[(slice(None), *box)], frames.mean(axis=(1, 2, 3))):
        np.testing.assert_allclose(channel, mean, rtol=1e-5)
