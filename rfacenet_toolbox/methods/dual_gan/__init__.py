"""Dual-GAN: H. Lu, H. Han, S. K. Zhou, "Dual-GAN: Joint BVP and Noise Modeling for Remote Physiological Measurement",
CVPR 2021: an interpretation of its idea. Its layers, sizes and losses were not at hand, and there is no public code."""

from .loss import DualGANLoss
from .network import DualGAN, ROIAlignFuse

__all__ = ["DualGAN", "DualGANLoss", "ROIAlignFuse"]
