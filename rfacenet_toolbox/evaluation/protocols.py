"""Evaluation protocols, and the scheme by which a test set is scored.

Two things changed in the toolbox between the revision of the paper's time and today's, under the same metric names:
the pulse band, which enters the filter, the heart-rate search and the SNR, and the formula printed as RMSE's standard
error.
"""

from dataclasses import dataclass
from typing import NamedTuple, Optional, Sequence, Tuple, Union

from ..errors import EvaluationError, unknown

#: How a heart rate is read off a waveform; the toolbox's values of ``INFERENCE.EVALUATION_METHOD``.
METHODS = ("FFT", "peak detection")


class Protocol(NamedTuple):
    """One way to score heart rates; every number in a summary belongs to one of these."""

    #: Name in results files.
    name: str
    #: Lowest and highest frequency, both included, of the filter, the heart-rate search and the SNR.
    band_hz: Tuple[float, float]
    #: ``"A"``: std(e^2) / sqrt(N), in bpm^2. ``"B"``: the square root of A, in bpm.
    rmse_se: str
    #: Where the protocol comes from, for people.
    source: str


PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            name="neurips2023",
            band_hz=(0.75, 2.5),
            rmse_se="A",
            source="rPPG-Toolbox from 2023-05-27, e.g. 7e33a44; the NeurIPS 2023 toolbox paper and rFaceNet's tables",
        ),
        Protocol(
            name="toolbox2025",
            band_hz=(0.6, 3.3),
            rmse_se="B",
            source="rPPG-Toolbox from 2025-03-08, e.g. d807b01",
        ),
    )
}


def get_protocol(protocol: Union[str, Protocol]) -> Protocol:
    """The :class:`Protocol` of that name; a :class:`Protocol` is given back as it is.

    Raises:
        EvaluationError: no such name; the message lists what there is.
    """
    if isinstance(protocol, Protocol):
        return protocol
    if protocol not in PROTOCOLS:
        raise EvaluationError(unknown("The evaluation protocol", protocol, PROTOCOLS))
    return PROTOCOLS[protocol]


@dataclass(frozen=True)
class Scheme:
    """How a test set is scored, the same for all its videos.

    Attributes:
        protocols: names in :data:`PROTOCOLS`, or :class:`Protocol` objects; each gives a summary of its own.
        method: ``"FFT"``, or ``"peak detection"``: the mean distance of the waveform's peaks.
        window_s: seconds per window; None scores each video as a whole.
        interpolate: read FFT heart rates off between the lines of the spectrum; see ``fft_heart_rate_bpm``.

    Raises:
        EvaluationError: an unknown protocol or method, or ``interpolate`` without FFT.
    """

    protocols: Sequence[Union[str, Protocol]] = tuple(PROTOCOLS)
    method: str = "FFT"
    window_s: Optional[float] = None
    interpolate: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.protocols, (str, Protocol)):
            raise EvaluationError(f"protocols is {self.protocols!r}, and should be a list, even of one protocol.")
        for protocol in self.protocols:
            get_protocol(protocol)
        if self.method not in METHODS:
            raise EvaluationError(unknown("The evaluation method", self.method, METHODS))
        if self.interpolate and self.method != "FFT":
            raise EvaluationError(
                f"Only FFT heart rates can be interpolated, and the method is {self.method!r}. Drop one of the two."
            )


DEFAULT_SCHEME = Scheme()
