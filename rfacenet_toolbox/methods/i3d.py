"""I3D, an image classifier inflated to video, that gives a heart rate.

J. Carreira, A. Zisserman, "Quo vadis, action recognition? A new model and the Kinetics dataset", CVPR 2017. It was
trained on VIPL-HR for the comparison in X. Niu, S. Shan, H. Han, X. Chen, "RhythmNet: end-to-end heart rate estimation
from face via spatial-temporal representation", TIP 2020, which does not say how: ``docs/methods/i3d.md``.
"""

import torch
from torch import nn
from torch.nn import functional as F

from ..errors import ShapeError
from .heart_rate_learner import HeartRateLearner
from .learner import ClipNeeds

#: widths of Inception's modules: 1x1x1; 1x1x1 before 3x3x3; 1x1x1 before 3x3x3; 1x1x1 after pooling
MODULES = {
    "mixed_3b": (64, (96, 128), (16, 32), 32),
    "mixed_3c": (128, (128, 192), (32, 96), 64),
    "mixed_4b": (192, (96, 208), (16, 48), 64),
    "mixed_4c": (160, (112, 224), (24, 64), 64),
    "mixed_4d": (128, (128, 256), (24, 64), 64),
    "mixed_4e": (112, (144, 288), (32, 64), 64),
    "mixed_4f": (256, (160, 320), (32, 128), 128),
    "mixed_5b": (256, (160, 320), (32, 128), 128),
    "mixed_5c": (384, (192, 384), (48, 128), 128),
}
#: pooling before a module: its window in time, height and width, which is also its step but for the middle one
_POOLS = {"mixed_3b": (1, 3, 3), "mixed_4b": (3, 3, 3), "mixed_5b": (2, 2, 2)}
FEATURES = 1024
#: at 30 frames per second, the heart rate of an output of 0, and the change by 1
USUAL_BPM, SPREAD_BPM, AT_HZ = 75.0, 20.0, 30.0


class Unit(nn.Sequential):
    """Convolution, batch normalisation, ReLU. Edges are padded so that a step of s leaves one s-th, rounded up."""

    def __init__(self, in_channels, out_channels, kernel=1, step=1):
        super().__init__()
        if step > 1:
            self.append(SamePadding((kernel,) * 3, (step,) * 3))
        padding = 0 if step > 1 else kernel // 2
        self.append(nn.Conv3d(in_channels, out_channels, kernel, step, padding, bias=False))
        self.append(nn.BatchNorm3d(out_channels, eps=1e-3))
        self.append(nn.ReLU(inplace=True))


class Inception(nn.Module):
    """Four branches side by side."""

    def __init__(self, in_channels, single, double, other, pooled):
        super().__init__()
        self.branches = nn.ModuleList(
            [
                Unit(in_channels, single),
                nn.Sequential(Unit(in_channels, double[0]), Unit(double[0], double[1], kernel=3)),
                nn.Sequential(Unit(in_channels, other[0]), Unit(other[0], other[1], kernel=3)),
                nn.Sequential(nn.MaxPool3d(3, stride=1, padding=1), Unit(in_channels, pooled)),
            ]
        )
        self.out_channels = single + double[1] + other[1] + pooled

    def forward(self, maps):
        """(B, C, T, H, W) -> (B, out_channels, T, H, W)."""
        return torch.cat([branch(maps) for branch in self.branches], dim=1)


class I3D(nn.Module):
    """Inception-v1 with kernels in three dimensions.

    Its last pooling is over all that is left of the clip, so that any size passes; the authors' window of 2x7x7 takes
    frames of 224x224.

    Args:
        outputs: classes of the authors' network; here one number.
        dropout: share of the features that training sets to zero before the last layer.
    """

    def __init__(self, outputs=1, dropout=0.5):
        super().__init__()
        layers = [Unit(3, 64, kernel=7, step=2), _pool((1, 3, 3)), Unit(64, 64), Unit(64, 192, kernel=3)]
        channels = 192
        for name, widths in MODULES.items():
            if name in _POOLS:
                layers.append(_pool(_POOLS[name]))
            layers.append(Inception(channels, *widths))
            channels = layers[-1].out_channels
        self.features = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.last = nn.Conv3d(FEATURES, outputs, kernel_size=1)

    def forward(self, clip):
        """(B, 3, T, H, W) of any T, H and W -> (B, outputs)."""
        if clip.dim() != 5 or clip.shape[1] != 3 or 0 in clip.shape:
            raise ShapeError(
                f"I3D got a clip of shape {tuple(clip.shape)}; it takes (B, 3, T, H, W). Set DATA_FORMAT to NCDHW."
            )
        pooled = self.features(clip).mean(dim=(2, 3, 4), keepdim=True)
        return self.last(self.dropout(pooled)).flatten(1)


class I3DLearner(HeartRateLearner):
    """I3D on clips of a face. What it sees is beats per frame, so its heart rate is proportional to the frame rate."""

    needs = ClipNeeds("NCDHW", smallest_side=32)
    selection_column = "heart_rate_mae_bpm"

    def __init__(self, settings, clips, num_subjects=0):
        if not 0 <= settings.DROP_RATE < 1:
            raise ShapeError(f"DROP_RATE is {settings.DROP_RATE}; expected 0 to less than 1.")
        self.clips = clips
        self.model = I3D(dropout=settings.DROP_RATE)
        self.loss = nn.L1Loss()

    def predict(self, clips, fs_hz=None):
        """(B, 3, T, H, W) -> heart rates (B,) in beats per minute."""
        at_usual_rate = USUAL_BPM + SPREAD_BPM * self.model(clips).float().squeeze(1)
        return at_usual_rate * self.rates(clips, fs_hz) / AT_HZ


class SamePadding(nn.Module):
    """Zeros around a map, one more at its end where their number is odd, as TensorFlow's "same"."""

    def __init__(self, kernel, step):
        super().__init__()
        self.kernel, self.step = kernel, step

    def forward(self, maps):
        padding = []
        for size, kernel, step in zip(maps.shape[:1:-1], self.kernel[::-1], self.step[::-1]):  # the last axis first
            total = max((-(-size // step) - 1) * step + kernel - size, 0)
            padding += [total // 2, total - total // 2]
        return F.pad(maps, padding)


def _pool(kernel):
    step = tuple(min(size, 2) for size in kernel)  # after a ReLU, zeros around a map change no maximum
    return nn.Sequential(SamePadding(kernel, step), nn.MaxPool3d(kernel, step))
