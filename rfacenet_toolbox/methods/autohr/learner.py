"""How AutoHR is trained: its network, its loss, and what the epoch log tells of them."""

from ..learner import ClipNeeds
from ..physformer.learner import PhysFormerLearner
from ..physformer.loss import PhysFormerLoss
from .network import FRAMES_FACTOR, SMALLEST_SIDE, AutoHR


class AutoHRLoss(PhysFormerLoss):
    """``(1 - Pearson) + cross-entropy`` of the heart rate among the classes of the power spectrum."""

    def total(self, pearson, cross_entropy, divergence):
        """The sum of the first two; the divergence is for the log."""
        return pearson + cross_entropy


class AutoHRLearner(PhysFormerLearner):
    """AutoHR on clips of any size; the best epoch is found as PhysFormer's."""

    needs = ClipNeeds("NCDHW", smallest_side=SMALLEST_SIDE, frames_multiple_of=FRAMES_FACTOR)
    log_columns = ("pearson", "cross_entropy", "divergence")
    weights_prefix = ""

    def __init__(self, settings, clips, num_subjects=0):
        self.model = AutoHR(settings.CELL, channels=settings.CHANNELS, cells=settings.CELLS)
        self.loss = AutoHRLoss(clips.fs_hz, is_derivative=clips.is_derivative)

    def start_epoch(self, epoch, epochs):
        """Nothing changes from one to the next."""

    def epoch_columns(self):
        return {}
