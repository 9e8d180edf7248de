"""How the network of a genotype is trained: the absolute error of the heart rate in beats per minute."""

from torch import nn

from ..heart_rate_learner import HeartRateLearner, check_start
from ..learner import ClipNeeds
from ..maps.images import as_images, min_max
from .network import CHANNELS, NASHR, prepared


class NASHRLearner(HeartRateLearner):
    """NAS-HR on maps of three channels, which are brought to 64 x 300 whatever their size."""

    needs = ClipNeeds("NCDHW", map_types=("STMapPos",))
    selection_column = "heart_rate_mae_bpm"

    def __init__(self, settings, clips, num_subjects=0):
        check_start(settings.START_BPM, "an offset of 0")
        self.clips = clips
        self.model = NASHR(settings.GENOTYPE, settings.CHANNELS, settings.CELLS)
        nn.init.constant_(self.model.fc.bias, settings.START_BPM)
        self.loss = nn.L1Loss()

    def predict(self, clips, fs_hz=None):
        """Maps (B, 3, T, rows, 1) -> heart rates (B,) in beats per minute; the frame rate is not looked at."""
        return self.model(images_of(clips))


def images_of(clips):
    """Maps (B, 3, T, rows, 1) as the network takes them, (B, 3, 64, 300)."""
    return prepared(min_max(as_images(clips, CHANNELS)))
