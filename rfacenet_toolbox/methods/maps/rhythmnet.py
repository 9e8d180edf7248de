"""RhythmNet: a ResNet-18 over windows of the map of skin colour, and a GRU over six windows in a row.

X. Niu, S. Shan, H. Han, X. Chen, "RhythmNet: End-to-end Heart Rate Estimation from Face via Spatial-temporal
Representation", IEEE Transactions on Image Processing 29, 2020.
"""

from typing import NamedTuple

import torch
from torch import nn

from ...errors import ShapeError
from ..heart_rate_learner import HeartRateStep, start_at
from ..resnet import ResNet18
from .learner import GridMapLearner
from .windows import with_gaps

#: windows in a row that the GRU goes over
WINDOWS = 6
#: numbers that the ResNet gives of a window, and the width of the GRU
FEATURES = 1000
HEADS = ("resnet", "gru")


class Rates(NamedTuple):
    """Of windows in a row, heart rates in beats per minute over frames per second, (B, W) each."""

    resnet: torch.Tensor  #: of each window by itself
    gru: torch.Tensor  #: with those before it


class RhythmNet(nn.Module):
    """Heart rates of windows of maps, in beats per minute divided by the frame rate."""

    def __init__(self):
        super().__init__()
        self.resnet = ResNet18(channels=3, outputs=FEATURES)
        self.rate = nn.Linear(FEATURES, 1)
        self.gru = nn.GRU(FEATURES, FEATURES, batch_first=True)
        self.gru_rate = nn.Linear(FEATURES, 1)

    def forward(self, windows, count=WINDOWS):
        """(B * count, 3, rows, T), ``count`` windows of each clip one after the other -> :class:`Rates` (B, count)."""
        features = self.resnet(windows)
        in_rows = features.unflatten(0, (-1, count))
        return Rates(self.rate(features).view(-1, count), self.gru_rate(self.gru(in_rows)[0]).squeeze(2))


class RhythmNetLoss(nn.Module):
    """L1 on each window's heart rate, plus the smooth loss: how far the GRU's rates lie from their mean.

    Args:
        smooth_weight: lambda of the smooth loss.
        gru_is_tested: the GRU's rates take part in the L1, because they are the ones that count.
    """

    def __init__(self, smooth_weight=100.0, gru_is_tested=False):
        super().__init__()
        self.smooth_weight = smooth_weight
        self.gru_is_tested = gru_is_tested

    def forward(self, rates, truth):
        """:class:`Rates` (B, W), and what they should be, (B, W) -> a scalar."""
        l1 = (rates.resnet - truth).abs().mean()
        if self.gru_is_tested:
            l1 = l1 + (rates.gru - truth).abs().mean()
        smooth = (rates.gru - rates.gru.mean(dim=1, keepdim=True)).abs().mean()
        return l1 + self.smooth_weight * smooth


class RhythmNetLearner(GridMapLearner):
    """RhythmNet, which learns from six windows of each clip, half of them with a gap."""

    def __init__(self, settings, clips, num_subjects=0):
        super().__init__(settings, clips)
        _check(settings, clips, self.step_frames)
        self.starts = [self.step_frames * number for number in range(WINDOWS)]
        self.head = settings.HEAD
        self.gaps = settings.GAP_SHARE, tuple(settings.GAP_FRAMES)
        self.model = RhythmNet()
        for layer in (self.model.rate, self.model.gru_rate):
            start_at(layer, settings.START_BPM, clips.fs_hz)
        self.loss = RhythmNetLoss(settings.SMOOTH_WEIGHT, settings.HEAD == "gru")

    def predict(self, clips, fs_hz=None):
        """(B, 3, T, 25, 1) -> the mean over the six windows, (B,)."""
        rates = getattr(self.model(self.windows(clips, self.starts)), self.head)
        return rates.mean(dim=1) * self.rates(clips, fs_hz)

    def heart_rate_step(self, clips, labels, fs_hz, recorded=None):
        truth = self.true_bpm_of_windows(labels, self.starts, self.window, fs_hz, recorded).view(-1, WINDOWS)
        windows = self.windows(clips, self.starts)
        if self.model.training:
            windows = with_gaps(windows, *self.gaps)
        rates = Rates(*(one.float() for one in self.model(windows)))
        with torch.autocast(clips.device.type, enabled=False):
            loss = self.loss(rates, truth / fs_hz[:, None])
        estimate = (getattr(rates, self.head) * fs_hz[:, None]).mean(dim=1)
        return HeartRateStep(loss, estimate, truth.mean(dim=1))


def _check(settings, clips, step_frames):
    needed = settings.FRAMES + (WINDOWS - 1) * step_frames
    if clips.frames != needed:
        raise ShapeError(
            f"CHUNK_LENGTH is {clips.frames}; expected {needed}: {WINDOWS} windows of FRAMES {settings.FRAMES}, "
            f"{settings.STEP_S:g} s apart at {clips.fs_hz:g} frames per second."
        )
    if settings.HEAD not in HEADS:
        raise ShapeError(f"HEAD is {settings.HEAD!r}; expected {' or '.join(HEADS)}.")
    if settings.SMOOTH_WEIGHT < 0 or not 0 <= settings.GAP_SHARE <= 1:
        raise ShapeError(
            f"SMOOTH_WEIGHT is {settings.SMOOTH_WEIGHT} and GAP_SHARE {settings.GAP_SHARE}; expected 0 or more, and 0 "
            f"to 1."
        )
    gap = list(settings.GAP_FRAMES)
    if len(gap) != 2 or not all(isinstance(one, int) for one in gap) or not 0 < gap[0] <= gap[1] <= settings.FRAMES:
        raise ShapeError(
            f"GAP_FRAMES is {gap}; expected the shortest and the longest gap, 1 to {settings.FRAMES} frames."
        )
