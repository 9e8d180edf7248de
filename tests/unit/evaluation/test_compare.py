import re

import numpy as np
import pytest
import scipy.stats

from rfacenet_toolbox.errors import EvaluationError
from rfacenet_toolbox.evaluation import Comparison, VideoScore, compare, video_errors


def skewed(n, seed=0):
    """Absolute errors of two methods, (n,) each, with a few large ones, the first method being better by 0.4 bpm."""
    random = np.random.RandomState(seed)
    errors = random.exponential(2, n)
    return errors, errors + 0.8 * random.standard_t(3, n) + 0.4


def mae(a, b, axis=-1):
    return np.mean(np.abs(a), axis) - np.mean(np.abs(b), axis)


def rmse(a, b, axis=-1):
    return np.sqrt(np.mean(np.square(a), axis)) - np.sqrt(np.mean(np.square(b), axis))


@pytest.mark.skipif(not hasattr(scipy.stats, "bootstrap"), reason="SciPy before 1.7 has no bootstrap to agree with")
@pytest.mark.parametrize("metric, statistic", [("MAE", mae), ("RMSE", rmse)])
@pytest.mark.parametrize("n", [8, 42])
def test_interval_and_p_agree_with_scipy(n, metric, statistic):
    a, b = skewed(n)
    compared = compare(a, b, metric=metric)
    assert isinstance(compared, Comparison)
    assert compared.difference == pytest.approx(statistic(a, b))
    interval = scipy.stats.bootstrap((a, b), statistic, paired=True, method="BCa", n_resamples=9999, random_state=1)
    width = compared.high - compared.low
    assert compared.low == pytest.approx(interval.confidence_interval.low, abs=0.08 * width)
    assert compared.high == pytest.approx(interval.confidence_interval.high, abs=0.08 * width)
    test = scipy.stats.permutation_test((a, b), statistic, permutation_type="samples", n_resamples=9999, random_state=1)
    assert compared.p_value == pytest.approx(test.pvalue, abs=1e-12 if n == 8 else 0.01)


def test_signs_of_errors_do_not_matter():
    a, b = skewed(20)
    assert compare(a, b) == compare(-a, b * np.where(np.arange(20) % 2, 1, -1))


def test_the_same_seed_gives_the_same_numbers():
    a, b = skewed(42)
    assert compare(a, b, seed=3) == compare(a, b, seed=3)
    assert compare(a, b, seed=3).low != compare(a, b, seed=4).low


def test_exchanging_the_methods_exchanges_the_ends():
    a, b = skewed(10)
    one, other = compare(a, b), compare(b, a)
    assert other.difference == -one.difference
    assert (-other.high, -other.low) == pytest.approx((one.low, one.high), abs=1e-2)
    assert one.p_value == other.p_value


def test_methods_that_never_differ():
    errors = np.array([0.0, 0.88, 0.0, 1.76])
    compared = compare(errors, errors)
    assert compared[:5] == (0.0, 0.0, 0.0, 1.0, 4)
    assert compared.sentence == (
        "On 4 videos, A has an MAE of 0.660 bpm and B one of 0.660: no difference "
        "(95% interval +0.000 to +0.000; permutation test p = 1)."
    )


def test_methods_that_always_differ_alike():
    compared = compare(np.ones(12), 3 * np.ones(12))
    assert (compared.low, compared.high) == pytest.approx((-2, -2))
    assert compared.p_value == pytest.approx(2 / 2**12)


def test_ties_on_the_grid_of_an_fft_are_counted_exactly():
    """One video differs, and its two errors may as well be exchanged: that is no evidence at all."""
    compared = compare([0.88, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0])
    assert compared.p_value == 1.0
    assert compared.low <= compared.difference <= compared.high


def test_sentences_say_who_is_better_and_whether_chance_explains_it():
    a, b = skewed(42)
    said = compare(a, b, names=("rFaceNet", "POS")).sentence
    assert said.startswith("On 42 videos, rFaceNet has an MAE of ") and ": rFaceNet is better by 0." in said
    assert said.endswith("more than chance explains.")
    low, high = map(float, re.search(r"95% interval (\S+) to (\S+);", said).groups())
    assert 0 < low < float(re.search(r"better by (\S+)", said)[1]) < high  # one sign, whoever is better
    assert "B is better by" in compare(b, a).sentence
    assert compare(a, np.random.RandomState(5).permutation(a) + 0.01).sentence.endswith("chance alone may explain.")
    assert compare(a[:5], a[:5] + 9).sentence.endswith("on too few videos to tell it from chance.")


def test_chance_alone_is_called_more_than_chance_one_time_in_twenty():
    random = np.random.RandomState(0)
    small = [compare(*random.exponential(2, (2, 10)), seed=trial).p_value < 0.05 for trial in range(150)]
    assert 0.01 < np.mean(small) < 0.1


@pytest.mark.parametrize(
    "a, b, metric, message",
    [
        ([1.0], [1.0], "MAE", r"shapes \(1,\) and \(1,\)"),
        ([1.0, 2.0], [1.0, 2.0, 3.0], "MAE", r"shapes \(2,\) and \(3,\)"),
        (np.ones((2, 3)), np.ones((2, 3)), "MAE", r"shapes \(2, 3\)"),
        ([1.0, float("nan")], [1.0, 2.0], "MAE", "not finite"),
        ([1.0, 2.0], [1.0, 2.0], "MACC", "compared by MAE or RMSE or SNR, not by 'MACC'"),
    ],
)
def test_what_cannot_be_compared_is_refused(a, b, metric, message):
    with pytest.raises(EvaluationError, match=message):
        compare(a, b, metric=metric)


def test_the_errors_of_a_video_are_one_number():
    def score(estimate, truth=70.0, skipped=None):
        return VideoScore(0, 300, estimate, truth, 1.0, 0.5, skipped)

    per_video = {
        "subject1": [score(71.0), score(63.0)],
        "subject2": [score(70.0), score(None, None, "8 samples")],
        "subject3": [score(None, None, "8 samples")],
    }
    assert video_errors(per_video) == {"subject1": 4.0, "subject2": 0.0}
    assert video_errors(per_video, "RMSE") == {"subject1": 5.0, "subject2": 0.0}
    assert video_errors(per_video, "SNR") == {"subject1": 1.0, "subject2": 1.0}


def test_of_signal_to_noise_ratios_the_higher_is_better():
    snrs_db = np.linspace(-3.0, 8.0, 12)
    found = compare(snrs_db + np.linspace(0.5, 1.5, 12), snrs_db, metric="SNR", names=("ours", "theirs"))
    assert found.difference == pytest.approx(1.0) and 0.5 < found.low < found.high < 1.5 and found.p_value < 0.001
    assert "ours has an SNR of 3.500 dB and theirs one of 2.500: ours is better by 1.000 dB" in found.sentence


def test_the_subject_is_the_unit_not_the_video():
    """Six copies of a person's video say nothing that one does not: the interval and p are those of one each."""
    random = np.random.RandomState(3)
    a, b = random.rand(2, 8) * 5
    alone = compare(a, b)
    copies = compare(np.repeat(a, 6), np.repeat(b, 6), subjects=np.repeat(list("abcdefgh"), 6))
    assert (copies.n, copies.subjects, alone.subjects) == (48, 8, 8)
    for one, other in zip(copies[:4], alone[:4]):
        assert one == pytest.approx(other, rel=0.01)
    as_if_independent = compare(np.repeat(a, 6), np.repeat(b, 6))
    assert as_if_independent.high - as_if_independent.low < 0.6 * (copies.high - copies.low)
    assert copies.sentence.startswith("On 48 videos of 8 subjects, A has")


def test_subjects_may_have_different_numbers_of_videos():
    a, b = np.array([1.0, 2, 3, 10]), np.array([2.0, 2, 2, 2])
    for metric, value in (("MAE", 4 - 2), ("RMSE", 28.5**0.5 - 2)):
        found = compare(a, b, metric=metric, subjects=["1", "1", "1", "2"])
        assert found.difference == pytest.approx(value) and found.subjects == 2


def test_one_person_is_not_compared():
    with pytest.raises(EvaluationError, match="All 3 videos are of the subject PURE/1"):
        compare([1, 2, 3], [2, 3, 4], subjects=["PURE/1"] * 3)
    with pytest.raises(EvaluationError, match="3 videos and the subjects of 2"):
        compare([1, 2, 3], [2, 3, 4], subjects=["a", "b"])


def test_the_detectable_difference_is_found_in_four_of_five_tests():
    random = np.random.default_rng(0)
    sizes = [compare(random.normal(20, 3, 40), random.normal(20, 4, 40), seed).detectable for seed in range(20)]
    assert np.mean(sizes) == pytest.approx((1.96 + 0.84) * np.sqrt((3**2 + 4**2) / 40), rel=0.05)
    found = [
        compare(random.normal(20 + np.mean(sizes), 3, 40), random.normal(20, 4, 40), seed).p_value < 0.05
        for seed in range(60)
    ]
    assert 0.65 <= np.mean(found) <= 0.95


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", None])
def test_a_seed_that_numpy_does_not_take_is_named(seed):
    with pytest.raises(EvaluationError, match="The seed is .*; expected a whole number from 0 to 4294967295"):
        compare([1, 2, 3], [2, 3, 4], seed=seed)
