"""PhysNet, its loss and its learner.

Z. Yu, X. Li, G. Zhao, "Remote Photoplethysmograph Signal Measurement from Facial Videos Using Spatio-Temporal
Networks", BMVC 2019; of its networks the 3D-CNN encoder-decoder.
"""

from torch import nn

from ..errors import ShapeError
from .learner import ClipNeeds, Learner
from .rfacenet.extractors import PulseBranch


class PhysNet(PulseBranch):
    """BVP from a clip by 3D convolutions over space and time. Agrees with the toolbox's
    ``PhysNet_padding_Encoder_Decoder_MAX``.

    Args:
        frames: T, frames of a clip; a multiple of 4.

    Raises:
        ShapeError: ``frames`` is no multiple of 4.
    """

    def __init__(self, frames=128):
        super().__init__()
        if frames < 1 or frames % self.time_factor:
            raise ShapeError(
                f"frames is {frames}; PhysNet halves time twice and takes a multiple of {self.time_factor}."
            )
        self.frames = frames

    def forward(self, clip):
        """(B, 3, T, H, W) of any H and W of 16 or more -> BVP (B, T).

        T is ``frames``; in evaluation it may also be a larger multiple of 4.
        """
        if not self.takes(clip.shape, self.frames):
            raise ShapeError(
                f"PhysNet got a clip of shape {tuple(clip.shape)}; it takes (B, 3, {self.frames}, H, W) with H and W "
                f"of {self.smallest_side} or more. Set MODEL.PHYSNET.FRAME_NUM to CHUNK_LENGTH, and DATA_FORMAT to "
                f"NCDHW."
            )
        return self.predict(self.stage3(self.stage2(self.stage1(clip))))


class NegativePearson(nn.Module):
    """1 - Pearson's correlation over time, averaged over the batch: 0 to 2. A constant signal gives NaN.

    Agrees with the toolbox's trainer, which z-scores both sides over the whole batch and then takes its
    ``Neg_Pearson``. The first step changes no correlation, but it does change the rounding: under Adam, biases in
    front of a batch normalisation, whose gradient is nothing but rounding, drift with it.
    """

    def forward(self, bvp, label):
        """(B, T) and (B, T) -> a scalar."""
        bvp, label = _z_score(bvp), _z_score(label)
        frames = bvp.shape[-1]
        bvp_sum, label_sum = bvp.sum(dim=-1), label.sum(dim=-1)
        covariance = frames * (bvp * label).sum(dim=-1) - bvp_sum * label_sum
        bvp_variance = frames * bvp.square().sum(dim=-1) - bvp_sum.square()
        label_variance = frames * label.square().sum(dim=-1) - label_sum.square()
        return (1 - covariance / (bvp_variance * label_variance).sqrt()).mean()


class PhysNetLearner(Learner):
    """PhysNet, which learns the correlation with whole clips."""

    needs = ClipNeeds(
        "NCDHW",
        smallest_side=PhysNet.smallest_side,
        frames_multiple_of=PhysNet.time_factor,
        frames_setting="FRAME_NUM",
    )

    def __init__(self, settings, clips, num_subjects=0):
        self.model = PhysNet(settings.FRAME_NUM)
        self.loss = NegativePearson()

    def predict(self, clips):
        """(B, 3, T, H, W) -> BVP (B, T)."""
        return self.model(clips)


def _z_score(batch):
    return (batch - batch.mean()) / batch.std()
