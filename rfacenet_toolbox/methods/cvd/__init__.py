"""CVD: X. Niu, Z. Yu, H. Han, X. Li, S. Shan, G. Zhao, "Video-based Remote Physiological Measurement via Cross-Verified
Feature Disentangling", ECCV 2020: its networks and its loss, from facts about the authors' published code."""

from .loss import CVDLoss, spectrum_loss, swap
from .network import CVD

__all__ = ["CVD", "CVDLoss", "spectrum_loss", "swap"]
