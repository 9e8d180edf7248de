"""Section 3 of the paper: a file per block of Fig. 2 (``ctfc.py`` has Eq. 1 and 2), the heart rate (Eq. 3), the loss
(Eq. 4)."""

from .build import build_rfacenet
from .ctfc import CTFC_CONVS, CrossTaskFeatureCombiner
from .extractors import ContourExtractor, PulseBranch
from .heart_rate import heart_rate_bpm, soft_heart_rate_bpm
from .loss import LossTerms, MultiTaskLoss
from .network import CONTOURS, FUSIONS, TCU_UPSCALES, RFaceNet, RFaceNetOutput
from .norms import NORMS, TemporalNorm
from .tcu import TemporalCompressorUnit

__all__ = [
    "CONTOURS",
    "CTFC_CONVS",
    "FUSIONS",
    "NORMS",
    "TCU_UPSCALES",
    "ContourExtractor",
    "CrossTaskFeatureCombiner",
    "LossTerms",
    "MultiTaskLoss",
    "PulseBranch",
    "RFaceNet",
    "RFaceNetOutput",
    "TemporalCompressorUnit",
    "TemporalNorm",
    "build_rfacenet",
    "heart_rate_bpm",
    "soft_heart_rate_bpm",
]
