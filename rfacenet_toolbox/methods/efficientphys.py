"""EfficientPhys: X. Liu, B. Hill, Z. Jiang, S. Patel, D. McDuff, "EfficientPhys: Enabling Simple, Fast and Accurate
Camera-Based Cardiac Measurement", WACV 2023 (arXiv 2110.04447); its convolutional network, EfficientPhys-C.
"""

import torch
from torch import nn

from .frame_attention import AttentionNetwork


class EfficientPhys(AttentionNetwork):
    """One branch on frames as they are: it takes their differences and normalises them itself, and attends to its own
    features. Agrees with the toolbox's ``EfficientPhys``.

    Args:
        side: height and width of a frame.
        frame_depth: frames among which features are shifted.
    """

    def __init__(self, side=72, frame_depth=10):
        super().__init__(side, appearance=False, frame_depth=frame_depth)
        self.batch_norm = nn.BatchNorm2d(3)

    def views(self, frames):
        """N + 1 frames -> N differences, a multiple of ``frame_depth``; one clip's last is to the next clip's first."""
        return self.batch_norm(torch.diff(frames, dim=0)), None
