"""Paper section 3.4: heart rate from a BVP (Eq. 3) and the multi-task loss (Eq. 4)."""

from .heart_rate import heart_rate_bpm, soft_heart_rate_bpm
from .multitask import LossTerms, MultiTaskLoss

__all__ = ["LossTerms", "MultiTaskLoss", "heart_rate_bpm", "soft_heart_rate_bpm"]
