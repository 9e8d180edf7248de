"""A network in operations that ONNX has, and that ONNX Runtime computes quickly.

ONNX Runtime's 3D convolutions take half as long again as PyTorch's, its 2D ones do not. So frames go into the batch,
and a 3x3x3 convolution becomes a 3x3 one of each frame stacked with the frames before and after it: the same sums in
another order. The TCU's average over time, whose pooling ONNX lacks, becomes a product with the matrix that averages.
"""

import torch
from torch import nn
from torch.nn import functional as F

from ..methods.physformer.network import TemporalDifferenceConv
from ..methods.physformer.two_paths import PeriodicAttention
from ..methods.physnet import PhysNet
from ..methods.rfacenet.network import FUSIONS
from .inference import BvpOnly


def exportable(network, frames, size):
    """A module that gives what ``network`` gives, for clips (B, 3, ``frames``, ``size``, ``size``) alone.

    Args:
        network: what :func:`rfacenet_toolbox.training.inference.network` made; it is not to be used any more.
    """
    if isinstance(network, BvpOnly):
        return _RFaceNet(network.network, frames, size).eval()
    if isinstance(network, PhysNet):
        return _FramesAsBatch(network, frames).eval() if _is_plain(network) else network
    return _with_fixed_kernels(network)


def _with_fixed_kernels(module):
    """PhysFormer, PhysFormer++ or AutoHR, with the kernels of its temporal differences worked out."""
    for name, child in module.named_children():
        if isinstance(child, TemporalDifferenceConv):
            plain = nn.Conv3d(child.conv.in_channels, child.conv.out_channels, 3, padding=1, bias=False)
            with torch.no_grad():
                plain.weight.copy_(child.kernel())
            setattr(module, name, plain)
            continue
        if isinstance(child, PeriodicAttention):
            child.add_up = _add_by_matrix
        _with_fixed_kernels(child)
    return module


def _add_by_matrix(values, indices, count):
    """What :func:`~rfacenet_toolbox.methods.physformer.two_paths.add_by_index` gives, in an operation that ONNX has."""
    return values @ (indices[:, None] == torch.arange(count)).to(values.dtype)


class _RFaceNet(nn.Module):
    def __init__(self, network, frames, size):
        super().__init__()
        self.ctfc, self.fusion = network.ctfc, FUSIONS[network.fusion]
        self.pulse = _pulse_stages(network.pulse, frames)
        self.identity = None
        if self.ctfc is not None and network.contours == "tcu":
            self.identity = nn.Sequential(_Tcu(network.tcu, frames), network.contour)
        elif self.ctfc is not None:
            self.register_buffer("noise", network.noise_map(torch.zeros(1, 3, frames, size, size)).clone())

    def forward(self, clip):
        features = self.pulse.enter(clip)
        for number, stage in enumerate((self.pulse.stage1, self.pulse.stage2, self.pulse.stage3), start=1):
            features = stage(features)
            if self.ctfc is not None and number == self.fusion:
                identity_map = self.noise if self.identity is None else self.identity(clip)
                features = self.pulse.from_maps(self.ctfc(identity_map, self.pulse.to_maps(features)))
        return self.pulse.predict(features)


class _Tcu(nn.Module):
    """The TCU, pooling by a matrix (T, steps)."""

    def __init__(self, tcu, frames):
        super().__init__()
        self.upscale = float(tcu.upscale)
        self.register_buffer("averages", F.adaptive_avg_pool1d(torch.eye(frames)[None], tcu.steps)[0])

    def forward(self, clip):
        pooled = torch.matmul(clip.permute(0, 1, 3, 4, 2), self.averages)
        image = pooled.permute(0, 1, 4, 2, 3).flatten(1, 2)
        return F.interpolate(image, scale_factor=self.upscale, mode="bilinear", align_corners=False)


def _pulse_stages(pulse, frames):
    return _FramesAsBatch(pulse, frames) if pulse.clip_norm is None and _is_plain(pulse) else _Maps(pulse)


def _is_plain(pulse):
    """Whether its blocks are convolutions, pooling and ReLU alone, as where batch normalisations were folded."""
    plain = (nn.Conv3d, nn.MaxPool3d, nn.ReLU)
    return all(isinstance(part, plain) for block in _blocks(pulse) for part in block)


def _blocks(pulse):
    return [getattr(pulse, f"ConvBlock{number}") for number in range(1, 10)]


class _Maps(nn.Module):
    """The pulse branch as it is."""

    def __init__(self, pulse):
        super().__init__()
        self.pulse = pulse
        self.stage1, self.stage2, self.stage3, self.predict = pulse.stage1, pulse.stage2, pulse.stage3, pulse.predict

    @staticmethod
    def enter(clip):
        return clip

    to_maps = from_maps = enter


class _FramesAsBatch(nn.Module):
    """The pulse branch on features (B, T, C, H, W)."""

    def __init__(self, pulse, frames):
        super().__init__()
        self.pulse = pulse
        times = 3 * [frames] + 2 * [frames // 2] + 4 * [frames // 4]
        self.blocks = nn.ModuleList(map(_FrameBlock, _blocks(pulse), times))

    def forward(self, clip):
        return self.predict(self.stage3(self.stage2(self.stage1(self.enter(clip)))))

    @staticmethod
    def enter(clip):
        return clip.permute(0, 2, 1, 3, 4)

    to_maps = from_maps = enter  # swapping twice is swapping back

    def stage1(self, clip):
        return self._run(clip, 0, 3)

    def stage2(self, m1):
        return self._run(self.blocks[2].halved(m1), 3, 5)

    def stage3(self, m2):
        return self._run(self.blocks[4].halved(m2), 5, 7)

    def predict(self, m3):
        features = self.to_maps(self._run(self.blocks[6].halved_in_space(m3), 7, 9))
        features = self.pulse.upsample2(self.pulse.upsample(features))
        return self.pulse.ConvBlock10(features.mean(dim=(3, 4), keepdim=True)).flatten(1)

    def _run(self, features, first, last):
        for block in self.blocks[first:last]:
            features = block(features)
        return features


class _FrameBlock(nn.Module):
    """A block of the pulse branch: (B, T, C, H, W) -> (B, T, C', H', W'), with T fixed and B free."""

    def __init__(self, block, frames):
        super().__init__()
        conv3d = block[0]
        self.frames, self.taps = frames, conv3d.kernel_size[0]
        self.pools = any(isinstance(part, nn.MaxPool3d) for part in block)
        self.conv = nn.Conv2d(
            self.taps * conv3d.in_channels, conv3d.out_channels, conv3d.kernel_size[1:], padding=conv3d.padding[1:]
        )
        with torch.no_grad():
            self.conv.weight.copy_(conv3d.weight.permute(0, 2, 1, 3, 4).flatten(1, 2))
            self.conv.bias.copy_(conv3d.bias)

    def forward(self, features):
        if self.taps > 1:
            padded = F.pad(features, (0, 0, 0, 0, 0, 0, self.taps // 2, self.taps // 2))
            features = torch.cat([padded[:, tap : tap + self.frames] for tap in range(self.taps)], dim=2)
        features = self.conv(features.flatten(0, 1))
        if self.pools:
            features = F.max_pool2d(features, 2)
        return self._unfolded(F.relu(features))

    def halved(self, features):
        """Half the time, height and width, by maxima, of what the block gave."""
        features = self.halved_in_space(features)
        return torch.maximum(features[:, 0::2], features[:, 1::2])

    def halved_in_space(self, features):
        return self._unfolded(F.max_pool2d(features.flatten(0, 1), 2))

    def _unfolded(self, features):
        return features.reshape(-1, self.frames, *(int(side) for side in features.shape[1:]))
