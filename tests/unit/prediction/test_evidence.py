"""What speaks for a heart rate and against it, on signals that are made so."""

import numpy as np
import pytest

from rfacenet_toolbox.prediction import evidence
from rfacenet_toolbox.prediction.evidence import Evidence
from rfacenet_toolbox.prediction.face_signals import REGIONS, EvenSignals
from rfacenet_toolbox.prediction.waveform import Window

FS_HZ, SECONDS = 30.0, 20.0
TIMES_S = np.arange(int(SECONDS * FS_HZ)) / FS_HZ


def colours(bpm, noise=0.02, seed=0):
    """(N, 3) skin with a pulse."""
    pulse = np.sin(2 * np.pi * bpm / 60 * TIMES_S)[:, None] * (0.3, 1.0, 0.6)
    return (166, 122, 96) + pulse + noise * np.random.default_rng(seed).standard_normal((len(TIMES_S), 3))


def signals(bpm=75.0, region_bpm=(75.0,) * 3, swing=0.0, known=None):
    """A face whose head swings at 75 per minute, in face widths."""
    regions = np.stack([colours(rate, seed=1 + index) for index, rate in enumerate(region_bpm)], axis=1)
    place = 0.0002 * np.random.default_rng(9).standard_normal((len(TIMES_S), 2))
    place[:, 1] += swing * np.sin(2 * np.pi * 75 / 60 * TIMES_S)
    known = np.ones(len(TIMES_S), bool) if known is None else known
    assert len(region_bpm) == len(REGIONS)
    return EvenSignals(FS_HZ, 0.0, colours(bpm), regions, place, known)


def windows(rates_bpm, quality=0.8):
    return [Window(float(start), start + 10.0, rate, quality) for start, rate in enumerate(rates_bpm)]


def evidence_for(rates_bpm, method="rfacenet", quality=0.8, **settings):
    return evidence.of_windows(windows(rates_bpm, quality), signals(**settings), method)


@pytest.mark.parametrize("method", ["rfacenet", "pos", "chrom", "green", "lgi"])
def test_everything_speaks_for_a_rate_that_is_everywhere(method):
    (found, *_) = evidence_for([75.0] * 11, method=method)
    assert min(found) > 0.5 and max(found) <= 1
    assert found.methods == found.regions == found.agreement == found.support == 1 and found.neighbours > 0.9


def test_other_methods_and_regions_speak_against_a_rate_that_they_do_not_see():
    (found, *_) = evidence_for([110.0] * 11)
    assert found.methods == found.regions == 0
    (found, *_) = evidence_for([75.0] * 11, region_bpm=(75.0, 110.0, 60.0))
    assert found.methods == 1 and found.regions == pytest.approx(1 / 3)


def test_a_rate_unlike_its_neighbours_and_a_noisy_one():
    found = evidence_for([75.0] * 5 + [140.0] + [75.0] * 5)
    assert found[5].neighbours == pytest.approx(0.5 / 4) and found[4].neighbours == pytest.approx(3.5 / 4.1, abs=0.1)
    (noisy, *_) = evidence_for([75.0] * 11, quality=0.3)
    assert noisy.purity == 0


def test_a_head_that_swings_at_the_rate_speaks_against_it():
    still, swinging, elsewhere = (
        evidence_for([rate] * 11, swing=swing)[0].stillness for rate, swing in ((75, 0), (75, 0.02), (110, 0.02))
    )
    assert still > 0.9 and swinging < 0.3 and elsewhere > 0.7


def test_a_head_that_moves_without_a_rhythm_does_not():
    wandering = np.random.default_rng(3).standard_normal((len(TIMES_S), 2)) * 0.03
    found = evidence.of_windows(windows([75.0] * 11), signals()._replace(place=wandering), "rfacenet")[0]
    assert found.stillness > 0.7
    fixed = signals()._replace(place=np.zeros((len(TIMES_S), 2)))
    assert evidence.of_windows(windows([75.0] * 11), fixed, "rfacenet")[0].stillness == 1


def test_purity_or_agreement_supports_a_rate_and_chance_agreement_does_not():
    def support(purity, methods, regions):
        return evidence.NONE._replace(purity=purity, methods=methods, regions=regions).support

    assert support(0, 1, 1) == support(1, 0, 0) == 1 and evidence.NONE.support == 0
    assert support(0, 1 / 3, 1 / 3) < 0.05 < 0.5 < support(0, 1, 2 / 3)
    assert support(0, 1, 0) > support(0, 0, 1)


def test_the_whole_is_judged_by_the_rates_that_it_is_the_mean_of():
    found = evidence.of_whole(windows([75.0] * 5 + [140.0] + [75.0] * 5), signals(), "rfacenet")
    assert found.methods == 1 and 0.7 < found.neighbours < 1
    assert evidence.of_whole(windows([None, None]), signals(), "rfacenet") == evidence.NONE


def test_what_cannot_be_judged_has_no_evidence_and_no_error():
    assert evidence_for([75.0, None])[1] is None
    black = signals()._replace(regions=np.zeros((len(TIMES_S), 3, 3)))
    (found, *_) = evidence.of_windows(windows([75.0]), black, "pos")
    assert found.regions == 0 and found.neighbours == 0.5 and isinstance(found, Evidence)


def test_neighbours_count_as_far_as_they_do_not_overlap():
    (short, *_), (long, *_) = evidence_for([75.0] * 3), evidence_for([75.0] * 11)
    assert short.neighbours == pytest.approx((0.5 + 0.3) / 1.3) and long.neighbours == pytest.approx((0.5 + 5.5) / 6.5)
