"""DeepPhys: W. Chen, D. McDuff, "DeepPhys: Video-Based Physiological Measurement Using Convolutional Attention
Networks", ECCV 2018.
"""

from .frame_attention import AttentionNetwork


class DeepPhys(AttentionNetwork):
    """BVP of each frame by itself, from a motion branch that an appearance branch guides. Agrees with the toolbox's
    ``DeepPhys``.

    The six channels of a frame are its normalised difference to the next one, the paper's motion representation, then
    its standardised colours.

    Args:
        side: height and width of a frame.
        frame_depth: none in DeepPhys itself.
    """

    channels = 6

    def __init__(self, side=72, frame_depth=None):
        super().__init__(side, appearance=True, frame_depth=frame_depth)

    def views(self, frames):
        """The first three channels are motion, the last three appearance."""
        return frames[:, :3], frames[:, 3:]
