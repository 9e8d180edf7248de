"""PhysFormer: Z. Yu, Y. Shen, J. Shi, H. Zhao, P. Torr, G. Zhao, "PhysFormer: Facial Video-based Physiological
Measurement with Temporal Difference Transformer", CVPR 2022: its network, its loss and its learner."""

from .loss import PhysFormerLoss, pulse_spectrum
from .network import PhysFormer

__all__ = ["PhysFormer", "PhysFormerLoss", "pulse_spectrum"]
