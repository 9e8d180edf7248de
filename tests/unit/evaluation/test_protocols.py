import pytest

from rfacenet_toolbox.errors import EvaluationError
from rfacenet_toolbox.evaluation import PROTOCOLS, Protocol, get_protocol


def test_the_two_protocols_differ_in_band_and_standard_error():
    assert {name: (protocol.band_hz, protocol.rmse_se) for name, protocol in PROTOCOLS.items()} == {
        "neurips2023": ((0.75, 2.5), "A"),
        "toolbox2025": ((0.6, 3.3), "B"),
    }
    assert all(protocol.name == name and protocol.source for name, protocol in PROTOCOLS.items())


def test_get_protocol_takes_names_and_protocols():
    own = Protocol("own", (0.5, 4.2), "A", "a test")
    assert get_protocol("neurips2023") is PROTOCOLS["neurips2023"]
    assert get_protocol(own) is own


def test_a_protocol_cannot_be_changed():
    with pytest.raises(AttributeError):
        PROTOCOLS["neurips2023"].band_hz = (0.6, 3.3)


def test_an_unknown_name_is_answered_with_the_names_there_are():
    with pytest.raises(EvaluationError, match="no evaluation protocol 'neurips'.*neurips2023, toolbox2025"):
        get_protocol("neurips")
