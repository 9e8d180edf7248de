"""A method from outside the package, with settings of its own. This script takes the place of main.py."""

import sys

from torch import nn

from rfacenet_toolbox.cli import standalone
from rfacenet_toolbox.errors import ShapeError
from rfacenet_toolbox.methods.learner import ClipNeeds, Learner
from rfacenet_toolbox.methods.registry import register


class MadeUp(Learner):
    """A filter over the mean colours of the frames."""

    needs = ClipNeeds("NDCHW", smallest_side=8, frames_multiple_of=4)

    def __init__(self, settings, clips, num_subjects=0):
        if settings.WIDTH % 2 == 0:
            raise ShapeError(f"WIDTH is {settings.WIDTH}; expected an odd number of frames.")
        self.model = nn.Conv1d(3, 1, kernel_size=settings.WIDTH, padding=settings.WIDTH // 2)
        self.loss = nn.MSELoss()

    def predict(self, clips):
        """(B, T, 3, H, W) -> BVP (B, T)."""
        return self.model(clips.mean(dim=(3, 4)).transpose(1, 2)).squeeze(1)


register("MadeUp", MadeUp, node="MADEUP", defaults={"WIDTH": 7})

if __name__ == "__main__":  # worker processes import this file, too
    sys.exit(standalone(sys.argv[1:]))
