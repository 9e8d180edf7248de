"""PhysFormer's loss (its section 3.3): the correlation over time, and the heart rate as a distribution over classes.

``a (1 - Pearson) + b (cross-entropy + Kullback-Leibler divergence)``, with ``a = 0.1`` and ``b`` growing from 1 towards
5 in the course of the training: easy first, then hard.
"""

import math
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from ...errors import ShapeError
from ..physnet import NegativePearson
from ..rfacenet.heart_rate import heart_rate_bpm
from ..rfacenet.loss import z_scored

#: the classes: heart rates of 40 to 179 bpm, one for each beat per minute
LOWEST_BPM, HIGHEST_BPM = 40, 179
#: where the true heart rate is looked for in a label
BAND_HZ = ((LOWEST_BPM - 1) / 60, (HIGHEST_BPM + 1) / 60)
#: standard deviation of the distribution around the true heart rate
SIGMA_BPM = 1.0
#: weight of the correlation
TIME_WEIGHT = 0.1
#: the weight of the frequency terms is this to the power of the share of the training that is over
GROWTH = 5.0


class PhysFormerTerms(NamedTuple):
    """The loss of a batch and its terms, all scalars.

    ``pearson`` is 0 to 2, ``cross_entropy`` and ``divergence`` are in nats. ``heart_rate_mae_bpm`` is for the log: the
    mean absolute error of the class with the most power.
    """

    total: torch.Tensor
    pearson: torch.Tensor
    cross_entropy: torch.Tensor
    divergence: torch.Tensor
    heart_rate_mae_bpm: torch.Tensor


def pulse_spectrum(bvp, fs_hz, *, is_derivative=False, highest_bpm=HIGHEST_BPM):
    """The share of each class, 40 to ``highest_bpm``, in the power of a BVP (B, T) -> (B, classes), which sum to 1.

    Without its mean and under a Hann window, at exactly these frequencies.

    Args:
        bvp: (B, T).
        fs_hz: frames per second, one number or (B,).
        is_derivative: ``bvp`` is the BVP's time derivative, whose power is divided by the frequency squared.
        highest_bpm: the last class; there is one for each beat per minute.
    """
    frames, kind = bvp.shape[-1], {"dtype": bvp.dtype, "device": bvp.device}
    signal = (z_scored(bvp) * torch.hann_window(frames, periodic=False, **kind)).unsqueeze(-2)
    classes = _classes(highest_bpm, **kind)
    time_s = torch.arange(frames, **kind) / torch.as_tensor(fs_hz, **kind).unsqueeze(-1)
    phase = 2 * math.pi / 60 * time_s.unsqueeze(-1) * classes
    power = ((signal @ torch.cos(phase)).square() + (signal @ torch.sin(phase)).square()).squeeze(-2)
    if is_derivative:
        power = power / classes.square()
    return power / power.sum(dim=-1, keepdim=True).clamp_min(1e-20)


class PhysFormerLoss(nn.Module):
    """The loss with its curriculum.

    As the paper's authors have it, the softmax of both frequency terms is taken of the shares of the power, which lie
    between 0 and 1. So it is nearly flat, and either term falls by less than one nat from the worst spectrum to the
    best.

    Args:
        fs_hz: frames per second.
        is_derivative: labels, and so predictions, are time derivatives of the BVP (DiffNormalized).

    Attributes:
        progress: the share of the training that is over, 0 to 1.

    Raises:
        ShapeError: 179 bpm cannot be seen at ``fs_hz``.
    """

    def __init__(self, fs_hz, *, is_derivative=False):
        super().__init__()
        if fs_hz * 30 <= HIGHEST_BPM:
            raise ShapeError(
                f"fs_hz is {fs_hz}; PhysFormer's loss looks at heart rates up to {HIGHEST_BPM} bpm, which need more "
                f"than {HIGHEST_BPM / 30:.2f} frames per second."
            )
        self.fs_hz = fs_hz
        self.is_derivative = is_derivative
        self.progress = 0.0
        self.pearson = NegativePearson()

    @property
    def frequency_weight(self):
        """What the frequency terms are multiplied by now."""
        return GROWTH**self.progress

    def total(self, pearson, cross_entropy, divergence):
        """The weighted sum of the terms."""
        return TIME_WEIGHT * pearson + self.frequency_weight * (cross_entropy + divergence)

    def forward(self, bvp, label, heart_rates_bpm=None, fs_hz=None):
        """The :class:`PhysFormerTerms` of BVPs (B, T) and labels (B, T).

        ``heart_rates_bpm`` (B,) are the true ones; those that are NaN, or all for None, are taken from the labels, by
        Eq. 3 of rFaceNet's paper. One beyond the classes counts as the nearest class. ``fs_hz`` (B,) are the clips' own
        frame rates; None is that of the loss for all.
        """
        fs_hz = self.fs_hz if fs_hz is None else fs_hz
        if heart_rates_bpm is None or bool(heart_rates_bpm.isnan().any()):
            of_labels = self._heart_rates_of(label, fs_hz)
            known = torch.full_like(of_labels, math.nan) if heart_rates_bpm is None else heart_rates_bpm.to(of_labels)
            heart_rates_bpm = torch.where(known.isnan(), of_labels, known)
        spectrum = pulse_spectrum(bvp, fs_hz, is_derivative=self.is_derivative)
        rates = heart_rates_bpm.to(spectrum).clamp(LOWEST_BPM, HIGHEST_BPM)
        classes = _classes(HIGHEST_BPM, dtype=spectrum.dtype, device=spectrum.device)
        wanted = torch.exp(-0.5 * ((classes - rates[:, None]) / SIGMA_BPM).square())
        wanted = wanted / (SIGMA_BPM * math.sqrt(2 * math.pi))
        log_shares = F.log_softmax(spectrum, dim=-1)
        pearson = self.pearson(bvp, label)
        cross_entropy = F.nll_loss(log_shares, (rates - LOWEST_BPM).round().long())
        divergence = F.kl_div(log_shares, wanted, reduction="batchmean")
        total = self.total(pearson, cross_entropy, divergence)
        error = (classes[spectrum.detach().argmax(dim=-1)] - rates).abs().mean()
        return PhysFormerTerms(total, pearson, cross_entropy, divergence, error)

    def _heart_rates_of(self, label, fs_hz):
        settings = {"band_hz": BAND_HZ, "is_derivative": self.is_derivative}
        if not torch.is_tensor(fs_hz):
            return heart_rate_bpm(label, fs_hz, **settings)
        return torch.stack([heart_rate_bpm(one, rate, **settings) for one, rate in zip(label, fs_hz.tolist())])


def _classes(highest_bpm, **kind):
    return torch.arange(LOWEST_BPM, highest_bpm + 1, **kind)
