"""Section 3 of the paper: the network, a file per block of Fig. 2, the heart rate (Eq. 3) and the loss (Eq. 4)."""

from .ctfc import CrossTaskFeatureCombiner
from .extractors import ContourExtractor, PulseBranch
from .heart_rate import heart_rate_bpm, soft_heart_rate_bpm
from .loss import LossTerms, MultiTaskLoss
from .network import FUSIONS, IDENTITIES, RFaceNet, RFaceNetOutput
from .tcu import TemporalCompressorUnit

__all__ = [
    "FUSIONS",
    "IDENTITIES",
    "ContourExtractor",
    "CrossTaskFeatureCombiner",
    "LossTerms",
    "MultiTaskLoss",
    "PulseBranch",
    "RFaceNet",
    "RFaceNetOutput",
    "TemporalCompressorUnit",
    "heart_rate_bpm",
    "soft_heart_rate_bpm",
]
