"""The networks that turn a clip of face frames into a waveform: rFaceNet and PhysNet, ready for inference."""

import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..config import weights_path
from ..datasets.normalise import FrameFeatures
from ..errors import CheckpointError
from ..methods.physnet import PhysNet
from ..methods.rfacenet import RFaceNet
from ..methods.rfacenet.network import IDENTITY_CLASSIFIER
from ..runtime import speed
from ..training import state_dicts, weights_files

#: what the networks are trained with where a weights file does not say otherwise
_DEFAULTS = {"frames": "128", "size": "72", "fs_hz": "30", "label_type": "DiffNormalized"}


class ClipModel:
    """A trained network with the settings of its clips.

    Attributes:
        frames: T, frames of a clip.
        size: their height and width.
        fs_hz: frames per second.
        is_derivative: whether the waveform is the BVP's time derivative, as networks trained on DiffNormalized labels
            give it.
        weights: path of the weights.
    """

    def __init__(self, network, file):
        settings = {**_DEFAULTS, **file.metadata}
        self.frames, self.size, self.fs_hz = int(settings["frames"]), int(settings["size"]), float(settings["fs_hz"])
        self.is_derivative = settings["label_type"] == "DiffNormalized"
        self.weights = str(file.path)
        speed.use_channels_last(network)
        self._network = _folded(network.eval())

    def waveform(self, frames):
        """uint8 RGB (T + 1, H, W, 3) -> float32 (T,), without a unit. Frames that do not change at all give zeros."""
        clip = FrameFeatures(frames, ["DiffNormalized"]).clip(0, self.frames)
        if not clip.any():
            return np.zeros(self.frames, dtype=np.float32)
        batch = torch.from_numpy(clip).permute(3, 0, 1, 2).unsqueeze(0)  # channels-last as it is
        with torch.inference_mode():
            return self._network(batch)[0].float().numpy()


def load(method, weights=None):
    """The :class:`ClipModel` for ``"rfacenet"`` or ``"physnet"``.

    Args:
        weights: a ``.safetensors`` or ``.pth`` file; None is the shipped one, which rFaceNet alone has.

    Raises:
        CheckpointError: no such file, or not this network's.
    """
    if weights is None and method == "physnet":
        raise CheckpointError(
            "The method physnet needs trained weights: give --weights (weights=) the .pth of a PhysNet that the "
            "rPPG-Toolbox trained, such as one of its released models."
        )
    if weights is None and not weights_path.SHIPPED.is_file():
        raise CheckpointError(
            "This copy of the package has no trained rFaceNet weights. Give --weights (weights=) a file that you "
            "trained, or take a method that needs none: --method pos, chrom or green."
        )
    file = weights_files.read(weights_path.PACKAGE if weights is None else weights)
    return ClipModel({"rfacenet": _rfacenet, "physnet": _physnet}[method](file), file)


class _Bvp(nn.Module):
    """rFaceNet's BVP alone."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, clip):
        return self.network(clip).bvp


def _rfacenet(file):
    weights = {name: value for name, value in file.weights.items() if not name.startswith(IDENTITY_CLASSIFIER)}
    if any(name.startswith("ConvBlock1") for name in weights):
        raise CheckpointError(f"{file.path} holds weights of a PhysNet. Predict with the method physnet.")
    network = RFaceNet(subjects=0, **_rfacenet_settings(weights, file.metadata))
    state_dicts.fit(network, weights, file.path)
    return _Bvp(network)


def _rfacenet_settings(weights, metadata):
    """The network's settings: those that the file states, else what its parameters show."""
    first = weights.get("contour.blocks.0.0.weight")
    has_ctfc = any(name.startswith("ctfc.") for name in weights)
    return {
        "frames": int(metadata.get("frames", _DEFAULTS["frames"])),
        "fusion": metadata.get("fusion", "stage3" if has_ctfc else "none"),
        "contours": metadata.get("identity", "tcu" if first is not None else "noise" if has_ctfc else "none"),
        "tcu_steps": int(metadata.get("tcu_steps", 1 if first is None else first.shape[1] // 3)),
    }


def _physnet(file):
    network = PhysNet(int(file.metadata.get("frames", _DEFAULTS["frames"])))
    state_dicts.fit(network, file.weights, file.path)
    return network


def _folded(module):
    """``module`` with its batch normalisations folded into the convolutions before them: the same function,
    computed faster."""
    for name, child in module.named_children():
        if isinstance(child, nn.Sequential) and len(child) > 1 and _can_fold(child[0], child[1]):
            setattr(module, name, nn.Sequential(fuse_conv_bn_eval(child[0], child[1]), *child[2:]))
        else:
            _folded(child)
    return module


def _can_fold(first, second):
    return isinstance(first, (nn.Conv2d, nn.Conv3d)) and isinstance(second, (nn.BatchNorm2d, nn.BatchNorm3d))
