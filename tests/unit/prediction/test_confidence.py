"""Expected errors: monotone in the evidence, and never a silent doubt."""

import numpy as np
import pytest

from rfacenet_toolbox.prediction import confidence, evidence
from rfacenet_toolbox.prediction.evidence import Evidence
from rfacenet_toolbox.runtime.json_files import read_json

NAMES = Evidence._fields
NUMBERS = {
    "intercept": 4.0,
    "weights": {"support": 8.0, "neighbours": 2.0, "stillness": 0.0},
    "usual": dict.fromkeys(confidence.FEATURES, 0.9),
    "error_right_bpm": 1.0,
    "error_wrong_bpm": 31.0,
}
GOOD = Evidence(*[0.95] * len(NAMES))


@pytest.fixture
def model():
    return confidence.Model(NUMBERS)


def test_the_expected_error_lies_between_those_of_right_and_wrong_rates(model):
    assert model.expected_error_bpm(evidence.NONE) == pytest.approx(30.5, abs=0.1)
    logit = 4 - 8 * GOOD.support - 2 * 0.95
    assert model.expected_error_bpm(GOOD) == pytest.approx(1 + 30 / (1 + np.exp(-logit)), abs=1e-6)


def test_agreement_of_all_others_outweighs_a_noisy_signal(model):
    agreed, pure = (GOOD._replace(purity=0.0, methods=1.0, regions=1.0), GOOD._replace(methods=0.0, regions=0.0))
    assert model.reasons(agreed) == model.reasons(pure) == []
    assert model.reasons(GOOD._replace(purity=0.2, methods=1 / 3, regions=1 / 3))


def test_reasons_name_what_is_missing_most_first(model):
    assert model.reasons(GOOD) == []
    first, second, third = model.reasons(evidence.NONE._replace(purity=0.1, methods=0.2))
    assert "forehead" in first and "noisy" in second and "other methods" in third
    first, *_ = model.reasons(Evidence(purity=0.0, methods=0.7, regions=0.6, neighbours=0.9, stillness=0.9))
    assert "noisy" in first


def test_a_doubt_has_a_reason_even_where_nothing_is_missing():
    model = confidence.Model({**NUMBERS, "intercept": 20.0})
    (reason,) = model.reasons(GOOD._replace(neighbours=1.0, purity=0.5, methods=0.97))
    assert "noisy" in reason


@pytest.mark.parametrize("is_network", [True, False])
@pytest.mark.parametrize("of_whole", [True, False])
def test_no_evidence_raises_the_expected_error_of_the_packages_models(is_network, of_whole):
    model = confidence.model(is_network, of_whole)
    for found in np.random.default_rng(0).random((50, len(NAMES))):
        before = model.expected_error_bpm(Evidence(*found))
        for index in range(len(NAMES)):
            more = found.copy()
            more[index] = min(1.0, more[index] + 0.3)
            assert model.expected_error_bpm(Evidence(*more)) <= before + 1e-9
    best, worst = (model.expected_error_bpm(Evidence(*[value] * len(NAMES))) for value in (1.0, 0.0))
    assert best < confidence.DOUBTED_ABOVE_BPM < worst and model.reasons(evidence.NONE)


def test_the_packages_models_say_where_they_are_from():
    content = read_json(confidence.TABLE)
    assert "synthetic" in content["note"] and len(content["made_with"]["weights_sha256"]) == 64
    assert all(min(content[kind][part]["weights"].values()) >= 0 for kind in ("network", "signal")
               for part in ("whole", "window"))  # fmt: skip
