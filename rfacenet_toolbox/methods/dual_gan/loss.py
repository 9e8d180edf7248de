"""Dual-GAN's loss, as we read it: BVP and noise are learned jointly, each by making the other's data."""

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from ..physnet import NegativePearson
from ..rfacenet.loss import z_scored
from .network import reversed_gradient

#: weights of the terms; ours
WEIGHTS = {"bvp": 1.0, "made_bvp": 1.0, "rebuilt": 1.0, "bvp_gan": 0.1, "map_gan": 0.1}


class DualGANTerms(NamedTuple):
    """The loss of a batch and its terms before they are weighed, all scalars."""

    total: torch.Tensor
    bvp: torch.Tensor  #: 1 - Pearson's correlation of the BVP that is read from the maps
    made_bvp: torch.Tensor  #: the same of maps that were made of one clip's true BVP and another's noise
    rebuilt: torch.Tensor  #: absolute error of the map that a clip's own BVP and noise add up to
    bvp_gan: torch.Tensor  #: cross-entropy of the discriminator of BVPs
    map_gan: torch.Tensor  #: and that of maps


class DualGANLoss(nn.Module):
    """The weighed sum of all terms.

    The discriminators' cross-entropy is made small by the discriminators and large by what they judge, in one step: see
    :func:`~.network.reversed_gradient`.
    """

    def __init__(self):
        super().__init__()
        self.pearson = NegativePearson()

    def forward(self, model, maps, bvp, label, others=None):
        """The :class:`DualGANTerms` of a batch.

        Args:
            model: the :class:`~.network.DualGAN`.
            maps: (B, 3, 25, T).
            bvp: (B, T), what the model reads from them.
            label: (B, T), true.
            others: whose noise each clip's BVP is put into, B indices; drawn from torch's generator for None.
        """
        label = z_scored(label)
        others = torch.randperm(len(maps)) if others is None else others
        pulse, noise = model.pulse_map(label), model.noise_map(maps)
        made = pulse + noise[others]
        terms = {
            "bvp": self.pearson(bvp, label),
            "made_bvp": self.pearson(model.bvp(made), label),
            "rebuilt": F.l1_loss(pulse + noise, maps),
            "bvp_gan": _told_apart(model.bvp_discriminator, label, bvp),
            "map_gan": _told_apart(model.map_discriminator, maps, made),
        }
        return DualGANTerms(sum(WEIGHTS[name] * term for name, term in terms.items()), **terms)


def _told_apart(discriminator, true, made):
    looks_true, looks_made = discriminator(true), discriminator(reversed_gradient(made))
    of_true = F.binary_cross_entropy_with_logits(looks_true, torch.ones_like(looks_true))
    of_made = F.binary_cross_entropy_with_logits(looks_made, torch.zeros_like(looks_made))
    return (of_true + of_made) / 2
