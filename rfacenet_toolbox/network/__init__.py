"""Paper section 3.1-3.3: the network, a file per block of Fig. 2."""

from .ctfc import CrossTaskFeatureCombiner
from .extractors import ContourExtractor, PulseBranch
from .rfacenet import FUSIONS, IDENTITIES, RFaceNet, RFaceNetOutput
from .tcu import TemporalCompressorUnit

__all__ = [
    "FUSIONS",
    "IDENTITIES",
    "ContourExtractor",
    "CrossTaskFeatureCombiner",
    "PulseBranch",
    "RFaceNet",
    "RFaceNetOutput",
    "TemporalCompressorUnit",
]
