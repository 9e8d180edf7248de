"""Section 3 of the paper: the network, a file per block of Fig. 2, the heart rate (Eq. 3) and the loss (Eq. 4)."""

from .build import build_rfacenet
from .ctfc import CrossTaskFeatureCombiner
from .extractors import ContourExtractor, PulseBranch
from .heart_rate import heart_rate_bpm, soft_heart_rate_bpm
from .loss import LossTerms, MultiTaskLoss
from .network import CONTOURS, FUSIONS, RFaceNet, RFaceNetOutput
from .tcu import TemporalCompressorUnit

__all__ = [
    "CONTOURS",
    "FUSIONS",
    "ContourExtractor",
    "CrossTaskFeatureCombiner",
    "LossTerms",
    "MultiTaskLoss",
    "PulseBranch",
    "RFaceNet",
    "RFaceNetOutput",
    "TemporalCompressorUnit",
    "build_rfacenet",
    "heart_rate_bpm",
    "soft_heart_rate_bpm",
]
