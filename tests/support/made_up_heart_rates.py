"""A method from outside the package that gives heart rates. This script takes the place of main.py."""

import sys

from torch import nn

from rfacenet_toolbox.cli import standalone
from rfacenet_toolbox.methods.heart_rate_learner import HeartRateLearner
from rfacenet_toolbox.methods.learner import ClipNeeds
from rfacenet_toolbox.methods.registry import register


class MadeUpHeartRates(HeartRateLearner):
    """Beats per frame from the mean colours of the frames, times the frame rate."""

    needs = ClipNeeds("NCDHW")

    def __init__(self, settings, clips, num_subjects=0):
        self.clips = clips
        self.model = nn.Sequential(nn.Flatten(), nn.Linear(3 * clips.frames, 1))
        self.loss = nn.L1Loss()

    def predict(self, clips, fs_hz=None):
        """(B, 3, T, H, W) -> heart rates (B,)."""
        beats_per_frame = 0.04 + 0.01 * self.model(clips.mean(dim=(3, 4))).squeeze(1)
        return 60 * self.rates(clips, fs_hz) * beats_per_frame


register("MadeUpHeartRates", MadeUpHeartRates)

if __name__ == "__main__":  # worker processes import this file, too
    sys.exit(standalone(sys.argv[1:]))
