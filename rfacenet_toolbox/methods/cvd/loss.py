"""CVD's loss: beats, BVP and spectrum of what the pulse has put in, the map rebuilt, and cross-verification."""

import contextlib
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from ...errors import ShapeError, unknown
from ..physformer.loss import LOWEST_BPM, pulse_spectrum
from ..physnet import NegativePearson

#: the spectrum's last class; the first is 40 bpm
HIGHEST_BPM = 149
#: power so near to the true heart rate counts as the pulse's
MARGIN_BPM = 3.0


class Weights(NamedTuple):
    """What each term of the loss is multiplied by."""

    image: float  #: the map, rebuilt
    bvp: float
    cross_beats: float
    cross_physiological: float
    cross_noise: float
    beats: float = 1.0
    spectrum: float = 1.0


#: both published weightings. ``code`` is that of the authors' repository; ``paper`` has what the paper states
WEIGHTS = {
    "code": Weights(image=2.5e-6, bvp=0.02, cross_beats=1.0, cross_physiological=5e-6, cross_noise=5e-6),
    "paper": Weights(image=50.0, bvp=2.0, cross_beats=10.0, cross_physiological=10.0, cross_noise=10.0),
}


class Swapped(NamedTuple):
    """Maps from one clip's physiological and another's noise features, encoded again; a batch of (i, j), then (j, i).

    What is wanted is that the features, and the beats, come back.
    """

    beats: torch.Tensor  #: (2B,) as read again
    wanted_beats: torch.Tensor  #: (2B,) of the clips that gave the physiological features
    physiological: torch.Tensor  #: (2B, C, h, w) as read again
    wanted_physiological: torch.Tensor
    noise: torch.Tensor
    wanted_noise: torch.Tensor

    def float(self):
        """The same in float32."""
        return Swapped(*(one.float() for one in self))


def swap(model, physiological, noise, beats, pairs=None):
    """Cross-verification's :class:`Swapped`.

    The encoders' running statistics stay as they are: they are to be those of recorded maps, which are what is tested.

    Args:
        model: a :class:`~rfacenet_toolbox.methods.cvd.network.CVD`.
        physiological, noise: (B, C, h, w), features of the batch.
        beats: (B,), the true ones.
        pairs: two lists of B indices, i and j; drawn from torch's generator for None.
    """
    count = len(beats)
    first, second = pairs or (torch.randperm(count), torch.randperm(count))
    of_pulse, of_noise = torch.cat([first, second]), torch.cat([second, first])
    images = model.decoder(physiological[of_pulse], noise[of_noise])
    with _statistics_kept(model):
        read, noise_again = model.physiological(images), model.noise(images)
    return Swapped(read.beats, beats[of_pulse], read.features, physiological[of_pulse], noise_again, noise[of_noise])


@contextlib.contextmanager
def _statistics_kept(model):
    """Batch normalisations go on to use each batch's own statistics in training, and do not remember them."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    try:
        for norm in norms:
            norm.momentum = 0.0
        yield
    finally:
        for norm, momentum in zip(norms, momenta):
            norm.momentum = momentum


class CVDTerms(NamedTuple):
    """The loss of a batch and its terms before they are weighed, all scalars."""

    total: torch.Tensor
    beats: torch.Tensor
    bvp: torch.Tensor
    spectrum: torch.Tensor
    image: torch.Tensor
    cross_beats: torch.Tensor
    cross_physiological: torch.Tensor
    cross_noise: torch.Tensor


class CVDLoss(nn.Module):
    """The weighed sum of all terms; absolute errors are means over all values, as in the authors' code.

    Args:
        weights: ``"code"`` or ``"paper"``, of :data:`WEIGHTS`.
        is_derivative: true BVPs, and so those that are read, are time derivatives (DiffNormalized).

    Raises:
        ShapeError: no such weighting.
    """

    def __init__(self, weights="code", *, is_derivative=False):
        super().__init__()
        if weights not in WEIGHTS:
            raise ShapeError(unknown("WEIGHTS", weights, WEIGHTS))
        self.weights = WEIGHTS[weights]
        self.is_derivative = is_derivative
        self.pearson = NegativePearson()

    def forward(self, read, images, rebuilt, swapped, bvp, beats, fs_hz):
        """The :class:`CVDTerms` of a batch.

        Args:
            read: the :class:`~rfacenet_toolbox.methods.cvd.network.Physiology` of the images.
            images, rebuilt: (B, 6, H, W), what was encoded, and what came out of the decoder.
            swapped: what :func:`swap` gave.
            bvp: the true BVP (B, T).
            beats: (B,), true heart beats within T frames.
            fs_hz: frames per second, one number or (B,).
        """
        heart_rates = beats * 60 * torch.as_tensor(fs_hz, device=beats.device) / bvp.shape[-1]
        terms = {
            "beats": F.l1_loss(read.beats, beats),
            "bvp": self.pearson(read.bvp, bvp),
            "spectrum": spectrum_loss(read.bvp, heart_rates, fs_hz, is_derivative=self.is_derivative),
            "image": F.l1_loss(rebuilt, images),
            "cross_beats": F.l1_loss(swapped.beats, swapped.wanted_beats),
            "cross_physiological": F.l1_loss(swapped.physiological, swapped.wanted_physiological),
            "cross_noise": F.l1_loss(swapped.noise, swapped.wanted_noise),
        }
        total = sum(getattr(self.weights, name) * term for name, term in terms.items())
        return CVDTerms(total, **terms)


def spectrum_loss(bvp, heart_rates_bpm, fs_hz, *, is_derivative=False):
    """The authors' "SNR loss", a scalar: cross-entropy of a BVP's spectrum, and the share of its power elsewhere.

    Of the shares of 40 to 149 bpm in the power, under a Hann window: the cross-entropy to the true class, whose softmax
    is taken of the shares as they are, as in PhysFormer's loss; and one minus the sum of those within 3 bpm of the true
    heart rate. A heart rate beyond the classes counts as the nearest class.

    Args:
        bvp: (B, T).
        heart_rates_bpm: (B,), true.
        fs_hz: frames per second, one number or (B,).
        is_derivative: ``bvp`` is the BVP's time derivative.
    """
    shares = pulse_spectrum(bvp, fs_hz, is_derivative=is_derivative, highest_bpm=HIGHEST_BPM)
    rates = heart_rates_bpm.to(shares).clamp(LOWEST_BPM, HIGHEST_BPM)
    classes = torch.arange(LOWEST_BPM, HIGHEST_BPM + 1).to(shares)
    near = (classes - rates[:, None]).abs() <= MARGIN_BPM
    elsewhere = 1 - (shares * near).sum(dim=-1)
    return F.cross_entropy(shares, (rates - LOWEST_BPM).round().long()) + elsewhere.mean()
