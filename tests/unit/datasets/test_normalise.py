import numpy as np
import pytest
from support.recordings import noise_frames, pulse

from rfacenet_toolbox.datasets.normalise import FrameFeatures, diff_normalise_label, normalise_label, standardise_label


def frame_features(frames, data_types):
    return FrameFeatures(frames, data_types).clip(0, len(frames))


def diff_normalise_frames(frames):
    return frame_features(frames, ["DiffNormalized"])


def standardise_frames(frames):
    return frame_features(frames, ["Standardized"])


def test_diff_normalised_frames_follow_the_formula():
    frames = noise_frames(9)
    wide = frames.astype(np.float64)
    quotient = (wide[1:] - wide[:-1]) / (wide[1:] + wide[:-1] + 1e-7)
    got = diff_normalise_frames(frames)
    assert got.dtype == np.float32 and got.shape == frames.shape
    np.testing.assert_allclose(got[:-1], quotient / quotient.std(), atol=1e-6)
    assert not got[-1].any()


def test_the_deviation_is_numpys_to_the_last_bit():
    frames = noise_frames(150, 72, 72)
    later, earlier = frames[1:].astype(np.float64), frames[:-1].astype(np.float64)
    quotients = ((later - earlier) / (later + earlier + 1e-7)).astype(np.float32)
    np.testing.assert_array_equal(diff_normalise_frames(frames)[:-1], quotients / np.std(quotients))


def test_black_pixels_do_not_divide_by_zero():
    frames = noise_frames(4)
    frames[:, :5] = 0
    got = diff_normalise_frames(frames)
    assert np.isfinite(got).all() and not got[:, :5].any()


def test_standardised_frames_have_zero_mean_and_unit_deviation():
    frames = noise_frames(9)
    got = standardise_frames(frames)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, (frames - frames.mean()) / frames.std(), atol=1e-6)


def test_standardised_frames_are_the_float64_ones_rounded_as_a_loader_rounds_them():
    """Caches of before, and the toolbox's, are float64."""
    frames = noise_frames(9)
    levels, counts = np.arange(256.0), np.bincount(frames.ravel(), minlength=256)
    mean = np.dot(levels, counts) / counts.sum()
    wide = (frames - mean) / np.sqrt(np.dot((levels - mean) ** 2, counts) / counts.sum())
    assert wide.dtype == np.float64
    np.testing.assert_array_equal(standardise_frames(frames), np.float32(wide))


def test_scaled_frames_lie_between_minus_and_plus_one():
    frames = noise_frames(5)
    frames[0, 0, :3] = [[0, 127, 255]] * 3
    got = frame_features(frames, ["Scaled"])
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, (frames.astype(np.float64) - 127.5) / 128)
    assert got[0, 0, 0].tolist() == [-127.5 / 128, -0.5 / 128, 127.5 / 128]


@pytest.mark.parametrize("normalise", [diff_normalise_frames, standardise_frames])
def test_a_still_video_is_all_zeros(normalise):
    assert not normalise(np.full((5, 4, 4, 3), 90, np.uint8)).any()


def test_types_are_concatenated_in_order():
    frames = noise_frames(6)
    got = frame_features(frames, ["Standardized", "DiffNormalized", "Raw"])
    assert got.shape == (6, 24, 32, 9) and got.dtype == np.float32
    np.testing.assert_array_equal(got[..., :3], standardise_frames(frames))
    np.testing.assert_array_equal(got[..., 3:6], diff_normalise_frames(frames))
    np.testing.assert_array_equal(got[..., 6:], frames)


def test_stretches_fit_together():
    frames = noise_frames(11)
    features = FrameFeatures(frames, ["DiffNormalized"])
    parts = [features.clip(begin, min(begin + 4, 11)) for begin in (0, 4, 8)]
    np.testing.assert_array_equal(np.concatenate(parts), diff_normalise_frames(frames))


def test_labels_follow_the_formulas():
    label = pulse(50, 30)
    difference = np.diff(label)
    np.testing.assert_allclose(diff_normalise_label(label), np.append(difference / difference.std(), 0), atol=1e-12)
    np.testing.assert_allclose(standardise_label(label), (label - label.mean()) / label.std(), atol=1e-12)
    np.testing.assert_array_equal(normalise_label(label, "Raw"), label)
    np.testing.assert_array_equal(normalise_label(label, "Standardized"), standardise_label(label))
    np.testing.assert_array_equal(normalise_label(label, "DiffNormalized"), diff_normalise_label(label))
