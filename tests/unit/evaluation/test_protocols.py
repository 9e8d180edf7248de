import pytest

from rfacenet_toolbox.errors import EvaluationError
from rfacenet_toolbox.evaluation import PROTOCOLS, Protocol, Scheme, get_protocol


def test_the_protocols_differ_in_band_standard_error_and_segments():
    assert {name: (one.band_hz, one.rmse_se, one.segment_s) for name, one in PROTOCOLS.items()} == {
        "neurips2023": ((0.75, 2.5), "A", None),
        "toolbox2025": ((0.6, 3.3), "B", None),
        "vipl": ((0.5, 4.2), "C", 8.0),
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
    with pytest.raises(
        EvaluationError, match="protocol is 'neurips', .*mean 'neurips2023'. Available: neurips2023, toolbox2025, vipl"
    ):
        get_protocol("neurips")


def test_a_scheme_is_the_toolboxs_protocols_on_whole_videos_by_fft_unless_told():
    assert Scheme() == Scheme(("neurips2023", "toolbox2025"), "FFT", None, False)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"protocols": ["x"]}, "evaluation protocol is 'x', which is unknown. Available"),
        ({"protocols": "neurips2023"}, "protocols is 'neurips2023', and should be a list"),
        ({"method": "x"}, "evaluation method is 'x', which is unknown. Available: FFT, peak detection"),
        ({"method": "peak detection", "interpolate": True}, "Only FFT heart rates can be interpolated"),
    ],
)
def test_a_scheme_that_cannot_be_is_refused_when_it_is_made(settings, message):
    with pytest.raises(EvaluationError, match=message):
        Scheme(**settings)
