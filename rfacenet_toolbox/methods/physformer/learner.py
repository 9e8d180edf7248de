"""How PhysFormer is trained: its network, its loss with the curriculum, and what the epoch log tells of them."""

from typing import Tuple

import torch

from ..learner import ClipNeeds, Learner, Step, means_log
from ..rfacenet.heart_rate import heart_rate_bpm
from .loss import BAND_HZ, PhysFormerLoss
from .network import STEM_HALVINGS, TUBE_FRAMES, PhysFormer


class PhysFormerLearner(Learner):
    """PhysFormer on clips of any size that its tubes fill; the paper's are 160x128x128.

    The true heart rate of a clip is its recording's, as in the authors' lists of VIPL-HR; where that is not known, it
    is the label's, by Eq. 3 of rFaceNet's paper. The epoch with the smallest error of the heart rate on the validation
    clips is the best: the loss itself grows with the weight of its frequency terms.
    """

    needs = ClipNeeds(
        "NCDHW",
        smallest_side=TUBE_FRAMES * 2**STEM_HALVINGS,
        side_multiple_of=TUBE_FRAMES * 2**STEM_HALVINGS,
        frames_multiple_of=TUBE_FRAMES,
    )
    log_columns: Tuple[str, ...] = ("pearson", "cross_entropy", "divergence", "frequency_weight")
    weights_prefix = "module."
    uses_recorded = True
    selection_column = "heart_rate_mae_bpm"
    network = PhysFormer

    def __init__(self, settings, clips, num_subjects=0):
        self.model = self.network(
            dim=settings.DIM,
            feed_forward=settings.FF_DIM,
            heads=settings.NUM_HEADS,
            layers=settings.NUM_LAYERS,
            theta=settings.THETA,
            dropout=settings.DROP_RATE,
            patch=settings.PATCH_SIZE,
        )
        self.loss = PhysFormerLoss(clips.fs_hz, is_derivative=clips.is_derivative)

    @classmethod
    def check(cls, settings, clips, training):
        super().check(settings, clips, training)
        if training:
            heart_rate_bpm(torch.zeros(clips.frames), clips.fs_hz, BAND_HZ)

    def start_epoch(self, epoch, epochs):
        """The frequency terms weigh more from epoch to epoch."""
        self.loss.progress = epoch / epochs

    def predict(self, clips):
        """(B, 3, T, H, W) -> BVP (B, T)."""
        return self.model(clips)

    def step(self, clips, labels, subjects, recorded=None):
        bvp = self.model(clips)
        own = () if recorded is None else (recorded.heart_rates_bpm, recorded.fs_hz)
        with torch.autocast(clips.device.type, enabled=False):
            terms = self.loss(bvp.float(), labels, *own)
        means = terms._asdict()
        log = {**means_log(1, loss=means.pop("total")), **means_log(len(labels), **means)}
        return Step(terms.total, bvp, log)

    def epoch_columns(self):
        """The weight of the frequency terms."""
        return {"frequency_weight": self.loss.frequency_weight}
