"""ST-Attention: a ResNet-18 with attention to channels and to places of the map, and maps stretched in time.

X. Niu, X. Zhao, H. Han, A. Das, A. Dantcheva, S. Shan, X. Chen, "Robust Remote Heart Rate Estimation from Face
Utilizing Spatial-temporal Attention", IEEE International Conference on Automatic Face and Gesture Recognition 2019.
"""

import torch
from torch import nn

from ...errors import ShapeError
from ..heart_rate_learner import HeartRateStep, start_at
from ..resnet import WIDTHS, ResNet18
from .images import as_images, min_max
from .learner import CHANNELS, GridMapLearner
from .windows import resampled

#: by how much the channel attention's layers narrow
REDUCTION = 16
#: side of the spatial-temporal attention's kernel
KERNEL = 7
#: frames that become a window, over the window's: those of a pulse that gets faster, and of one that gets slower
FASTER, SLOWER = 3 / 2, 2 / 3


class ChannelAttention(nn.Module):
    """A weight of 0 to 1 for each channel, from its mean and its maximum."""

    def __init__(self, channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(channels, channels // REDUCTION),
            nn.ReLU(inplace=True),
            nn.Linear(channels // REDUCTION, channels),
        )

    def forward(self, maps):
        """(B, C, H, W) -> (B, C, H, W)."""
        weights = torch.sigmoid(self.layers(maps.mean(dim=(2, 3))) + self.layers(maps.amax(dim=(2, 3))))
        return maps * weights[..., None, None]


class PlaceAttention(nn.Module):
    """A weight of 0 to 1 for each place, a region at a time, from the mean and the maximum of its channels."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, KERNEL, padding=KERNEL // 2, bias=False)

    def forward(self, maps):
        """(B, C, H, W) -> (B, C, H, W)."""
        described = torch.stack([maps.mean(dim=1), maps.amax(dim=1)], dim=1)
        return maps * torch.sigmoid(self.conv(described))


class STAttention(nn.Module):
    """Heart rates of windows of maps, in beats per minute divided by the frame rate."""

    def __init__(self):
        super().__init__()
        attention = [nn.Sequential(ChannelAttention(width), PlaceAttention()) for width in WIDTHS]
        self.resnet = ResNet18(channels=CHANNELS, outputs=1, after_stages=attention)

    def forward(self, windows):
        """(N, 3, rows, T) -> (N,)."""
        return self.resnet(windows).squeeze(1)


class STAttentionLearner(GridMapLearner):
    """ST-Attention. A clip has as many frames as make a window of a faster pulse, one and a half windows.

    In training a clip gives one window: a part of it as it is, or, where the heart rate allows, the whole clip
    compressed or a shorter part stretched, whose heart rate is then another.
    """

    def __init__(self, settings, clips, num_subjects=0):
        super().__init__(settings, clips)
        _check(settings, clips)
        self.starts = list(range(0, clips.frames - self.window + 1, self.step_frames))
        self.share = settings.STRETCH_SHARE
        self.stretched_bpm = tuple(settings.STRETCH_BPM)
        self.model = STAttention()
        start_at(self.model.resnet.fc, settings.START_BPM, clips.fs_hz)
        self.loss = nn.L1Loss()

    def predict(self, clips, fs_hz=None):
        """(B, 3, T, 25, 1) -> the mean over the windows, (B,)."""
        rates = self.model(self.windows(clips, self.starts)).view(-1, len(self.starts))
        return rates.mean(dim=1) * self.rates(clips, fs_hz)

    def heart_rate_step(self, clips, labels, fs_hz, recorded=None):
        if self.model.training:
            windows, truth = self.drawn(clips, labels, fs_hz, recorded)
            count = 1
        else:
            count = len(self.starts)
            windows = self.windows(clips, self.starts)
            truth = self.true_bpm_of_windows(labels, self.starts, self.window, fs_hz, recorded)
        of_windows = self.rates_of_windows(fs_hz, count)
        rates = self.model(windows).float()
        with torch.autocast(clips.device.type, enabled=False):
            loss = self.loss(rates, truth / of_windows)
        estimate = (rates * of_windows).view(-1, count).mean(dim=1)
        return HeartRateStep(loss, estimate, truth.view(-1, count).mean(dim=1))

    def drawn(self, clips, labels, fs_hz, recorded=None):
        """A window of each clip, drawn from torch's generator: ``(images (B, 3, 25, window), heart rates (B,))``."""
        images, parts, factors = as_images(clips, CHANNELS), [], []
        whole_bpm = self.true_bpm(labels, fs_hz, recorded)
        low, high = self.stretched_bpm
        frames = []
        for rate in whole_bpm:
            is_stretched = bool(torch.rand(()) < self.share) and low <= float(rate) <= high
            factor = (FASTER, SLOWER)[int(torch.randint(2, ()))] if is_stretched else 1.0
            factors.append(factor)
            frames.append(int(self.window * factor))
        truth = []
        for index, (length, factor) in enumerate(zip(frames, factors)):
            start = int(torch.randint(images.shape[-1] - length + 1, ()))
            parts.append(resampled(images[index, ..., start : start + length], self.window))
            own = None if recorded is None else _of_one(recorded, index)
            label = labels[index : index + 1, start : start + length]
            truth.append(factor * self.true_bpm(label, fs_hz[index : index + 1], own))
        return min_max(torch.stack(parts)), torch.cat(truth)


def _of_one(recorded, index):
    return type(recorded)(*(values[index : index + 1] for values in recorded))


def _check(settings, clips):
    frames, needed = settings.FRAMES, int(settings.FRAMES * FASTER)
    if clips.frames != needed:
        raise ShapeError(
            f"CHUNK_LENGTH is {clips.frames}; expected {needed}, one and a half times FRAMES, {frames}: as many frames "
            f"as are compressed to a window of a faster pulse."
        )
    low_high = list(settings.STRETCH_BPM)
    if len(low_high) != 2 or not 0 < low_high[0] <= low_high[1] or not 0 <= settings.STRETCH_SHARE <= 1:
        raise ShapeError(
            f"STRETCH_BPM is {low_high} and STRETCH_SHARE {settings.STRETCH_SHARE}; expected the lowest and the "
            f"highest heart rate that is stretched, and 0 to 1."
        )
