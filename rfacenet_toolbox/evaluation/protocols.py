"""Evaluation protocols, and the scheme by which a test set is scored.

Two things changed in the toolbox between the revision of the paper's time and today's, under the same metric names:
the pulse band, which enters the filter, the heart-rate search and the SNR, and the formula printed as RMSE's standard
error. The paper scores VIPL-HR in a third way, without the toolbox.
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
    #: Lowest and highest frequency of the filter, the heart-rate search and the SNR; both included, but for Eq. 3.
    band_hz: Tuple[float, float]
    #: ``"A"``: std(e^2) / sqrt(N), in bpm^2. ``"B"``: the square root of A, in bpm. ``"C"``: A / (2 RMSE), in bpm.
    rmse_se: str
    #: Where the protocol comes from, for people.
    source: str
    #: A video's heart rate is the mean of Eq. 3 over segments of about so many seconds, and its truth is that of the
    #: recording where there is one; see ``segments``. None: one heart rate per video or window, as in the toolbox.
    segment_s: Optional[float] = None


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
        Protocol(
            name="vipl",
            band_hz=(0.5, 4.2),
            rmse_se="C",
            source="rFaceNet's Table 1: Eq. 3 on segments of about 8 s, section 4.2",
            segment_s=8.0,
        ),
    )
}
#: What is scored unless others are named.
TOOLBOX_PROTOCOLS = ("neurips2023", "toolbox2025")


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
        EvaluationError: an unknown protocol or method, ``interpolate`` without FFT, or any of the three for a protocol
            that has segments of its own.
    """

    protocols: Sequence[Union[str, Protocol]] = TOOLBOX_PROTOCOLS
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
        if (self.method, self.window_s, self.interpolate) == ("FFT", None, False):
            return
        for protocol in map(get_protocol, self.protocols):
            if protocol.segment_s is not None:
                raise EvaluationError(
                    f"The protocol {protocol.name} reads whole videos by Eq. 3 in segments of its own, and takes "
                    f"neither peak detection nor windows nor interpolation. Drop these, or name other protocols: "
                    f"{', '.join(TOOLBOX_PROTOCOLS)}."
                )


DEFAULT_SCHEME = Scheme()
