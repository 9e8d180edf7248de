"""The three networks of MTCNN (Zhang et al. 2016, Fig. 2), and their published weights.

Layers are named as in the weights files of facenet-pytorch (MIT licence). This package's own reader of torch's files
reads them: no code of facenet-pytorch is imported, and nothing in its files is run.
"""

import os

import torch
from torch import nn

from ...errors import CheckpointError
from ...runtime import torch_files
from ...runtime.unpickle import Refused

#: side of the square pictures that each network sees, in pixels
PROPOSAL_SIDE, REFINE_SIDE, OUTPUT_SIDE = 12, 24, 48
#: pixels by which P-Net's window moves from one cell of its output to the next
PROPOSAL_STRIDE = 2


class Network(nn.Module):
    """A trunk of layers and, on its end, a head for each output.

    Args:
        trunk, heads: ``{name: layer}``.
    """

    def __init__(self, trunk, heads):
        super().__init__()
        for name, layer in {**trunk, **heads}.items():
            self.add_module(name, layer)
        self._trunk, self._heads = list(trunk), list(heads)

    def forward(self, pictures):
        """Pictures (N, 3, H, W), RGB, -1 to 1 -> ``[face, offsets, points]``, the last from O-Net only.

        ``face`` is the probability of a face, (N, ...); ``offsets`` (N, 4, ...) are how far the left, upper, right and
        lower edge of the face lie from those of the picture, and ``points`` (N, 10) the x, then the y of five landmarks
        in it, all as shares of its size. P-Net's outputs have two dimensions more: one cell for each of its windows.
        """
        features = pictures
        for name in self._trunk:
            features = getattr(self, name)(features)
        outputs = [getattr(self, name)(features) for name in self._heads]
        return [outputs[0].softmax(dim=1)[:, 1], *outputs[1:]]


class _Flatten(nn.Module):
    """(N, C, H, W) -> (N, W * H * C), the order in which the weights of the layer after it were trained."""

    def forward(self, features):
        return features.permute(0, 3, 2, 1).flatten(1)


def _convolution(index, channels, kernel):
    inputs, outputs = channels
    return {f"conv{index}": nn.Conv2d(inputs, outputs, kernel), f"prelu{index}": nn.PReLU(outputs)}


def _pool(index, kernel):
    return {f"pool{index}": nn.MaxPool2d(kernel, stride=2, ceil_mode=True)}


def _dense(index, inputs, outputs):
    layer = {f"dense{index}": nn.Linear(inputs, outputs), f"prelu{index}": nn.PReLU(outputs)}
    return {"flatten": _Flatten(), **layer}


def proposal_network():
    """P-Net: fully convolutional, so that one pass looks into every window of 12x12 pixels."""
    trunk = {
        **_convolution(1, (3, 10), 3), **_pool(1, 2),
        **_convolution(2, (10, 16), 3),
        **_convolution(3, (16, 32), 3),
    }  # fmt: skip
    return Network(trunk, {"conv4_1": nn.Conv2d(32, 2, 1), "conv4_2": nn.Conv2d(32, 4, 1)})


def refine_network():
    """R-Net, of pictures of 24x24 pixels."""
    trunk = {
        **_convolution(1, (3, 28), 3), **_pool(1, 3),
        **_convolution(2, (28, 48), 3), **_pool(2, 3),
        **_convolution(3, (48, 64), 2),
        **_dense(4, 576, 128),
    }  # fmt: skip
    return Network(trunk, {"dense5_1": nn.Linear(128, 2), "dense5_2": nn.Linear(128, 4)})


def output_network():
    """O-Net, of pictures of 48x48 pixels."""
    trunk = {
        **_convolution(1, (3, 32), 3), **_pool(1, 3),
        **_convolution(2, (32, 64), 3), **_pool(2, 3),
        **_convolution(3, (64, 64), 3), **_pool(3, 2),
        **_convolution(4, (64, 128), 2),
        **_dense(5, 1152, 256),
    }  # fmt: skip
    heads = {"dense6_1": nn.Linear(256, 2), "dense6_2": nn.Linear(256, 4), "dense6_3": nn.Linear(256, 10)}
    return Network(trunk, heads)


#: weights file -> network
NETWORKS = {"pnet.pt": proposal_network, "rnet.pt": refine_network, "onet.pt": output_network}


def load(folder):
    """``(P-Net, R-Net, O-Net)`` with the weights of the files in a folder, on the CPU.

    Raises:
        CheckpointError: a file is missing, damaged, or holds other weights.
    """
    return tuple(_load(os.path.join(folder, file), make()) for file, make in NETWORKS.items())


def _load(path, network):
    try:
        weights = torch_files.read(path)
    except Refused as refused:
        raise CheckpointError(f"{path} asks for {refused}, which weights have no use for. Nothing in it was run.")
    except Exception as error:  # a damaged file can raise nearly anything
        raise CheckpointError(f"{path} cannot be read ({type(error).__name__}: {str(error)[:200]}).")
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    if not isinstance(weights, dict) or expected != {
        name: tuple(getattr(value, "shape", ())) for name, value in weights.items()
    }:
        raise CheckpointError(f"{path} does not hold the {len(expected)} tensors of MTCNN's network.")
    if not all(torch.isfinite(value).all() for value in weights.values()):
        raise CheckpointError(f"{path} holds numbers that are not finite.")
    network.load_state_dict(weights)
    return network.eval()
