"""TS-CAN: X. Liu, J. Fromm, S. Patel, D. McDuff, "Multi-Task Temporal Shift Attention Networks for On-Device
Contactless Vitals Measurement", NeurIPS 2020; its network for the pulse alone.
"""

from .deepphys import DeepPhys


class TSCAN(DeepPhys):
    """DeepPhys with its motion features shifted in time. Agrees with the toolbox's ``TSCAN``.

    Args:
        side: height and width of a frame.
        frame_depth: frames among which features are shifted; a batch holds a multiple of it.
    """

    def __init__(self, side=72, frame_depth=10):
        super().__init__(side, frame_depth)
