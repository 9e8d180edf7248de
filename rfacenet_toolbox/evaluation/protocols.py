"""Evaluation protocols: the choices that have changed what the toolbox's metric names mean.

Two things moved between the revision of the paper's time and today's: the pulse band, which enters the filter, the
heart-rate search and the SNR, and the formula printed as RMSE's standard error.
"""

from typing import NamedTuple, Tuple

from ..errors import EvaluationError


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


def get_protocol(protocol):
    """The :class:`Protocol` of that name; a :class:`Protocol` is given back as it is.

    Raises:
        EvaluationError: no such name; the message lists what there is.
    """
    if isinstance(protocol, Protocol):
        return protocol
    if protocol not in PROTOCOLS:
        raise EvaluationError(f"There is no evaluation protocol {protocol!r}. There are: {', '.join(PROTOCOLS)}.")
    return PROTOCOLS[protocol]
