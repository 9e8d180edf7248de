"""How our interpretation of Dual-GAN is trained: all networks at once, with one optimiser."""

import torch

from ..learner import ClipNeeds, Learner, Step, means_log
from ..maps.images import as_images, min_max
from .loss import DualGANLoss
from .network import CHANNELS, TIME_FACTOR, DualGAN

_TERMS = ("bvp", "made_bvp", "rebuilt", "bvp_gan", "map_gan")


class DualGANLearner(Learner):
    """Dual-GAN on maps of 5x5 blocks; it gives a BVP, from which a heart rate is read as of any waveform.

    The epoch with the best correlation on the validation clips is the best: the loss is also that of discriminators.
    """

    needs = ClipNeeds("NCDHW", frames_multiple_of=TIME_FACTOR, map_types=("STMapGrid",))
    log_columns = _TERMS
    selection_column = "bvp"

    def __init__(self, settings, clips, num_subjects=0):
        self.model = DualGAN(settings.WIDTH)
        self.loss = DualGANLoss()

    def predict(self, clips):
        """Maps (B, 3, T, 25, 1) -> BVP (B, T)."""
        return self.model(min_max(as_images(clips, CHANNELS)))

    def step(self, clips, labels, subjects):
        maps = min_max(as_images(clips, CHANNELS))
        bvp = self.model(maps)
        with torch.autocast(clips.device.type, enabled=False):
            terms = self.loss(self.model, maps, bvp.float(), labels)
        means = terms._asdict()
        return Step(terms.total, bvp, means_log(len(clips), loss=means.pop("total"), **means))
