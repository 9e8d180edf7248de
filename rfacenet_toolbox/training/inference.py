"""A trained network from its file, for inference: clip (B, 3, T, H, W) -> waveform (B, T)."""

import re

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..errors import CheckpointError, ShapeError
from ..methods.autohr import AutoHR
from ..methods.physformer import PhysFormer
from ..methods.physformer.two_paths import PhysFormerPlusPlus
from ..methods.physnet import PhysNet
from ..methods.rfacenet import CONTOURS, CTFC_CONVS, FUSIONS, NORMS, TCU_UPSCALES, RFaceNet
from ..methods.rfacenet.network import IDENTITY_CLASSIFIER
from ..runtime import limits, speed
from . import state_dicts, weights_files, weights_metadata


def read(method, name):
    """The :class:`~.weights_files.WeightsFile` of a path, or of ``package``; what a ``.pth`` does not say of
    ``method``'s network is as the networks are trained by default.

    Raises:
        CheckpointError: the file is missing, damaged, or says that it is of another method.
    """
    file = weights_files.read(name)
    if "method" in file.metadata:
        weights_metadata.check_method(file.path, file.metadata, method)
    return file._replace(metadata={**weights_metadata.DEFAULTS[method], **file.metadata})


def network(method, file):
    """The network, with its batch normalisations folded into the convolutions.

    Args:
        method: a name of :data:`.weights_metadata.DEFAULTS`.
        file: what :func:`read` gave.

    Raises:
        CheckpointError: the file holds another network, or settings that no network has.
    """
    made = _MAKERS[method](file)
    speed.use_channels_last(made)
    return folded(made.eval())


class BvpOnly(nn.Module):
    """rFaceNet's BVP alone."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, clip):
        return self.network(clip).bvp


def rfacenet_parts(file):
    """``(settings of the network, its weights without the identity classifier)`` of what :func:`read` gave.

    Raises:
        CheckpointError: the file holds a PhysNet, or settings that no network has.
    """
    weights = {name: value for name, value in file.weights.items() if not name.startswith(IDENTITY_CLASSIFIER)}
    if any(name.startswith("ConvBlock1") for name in weights):
        raise CheckpointError(f"{file.path} holds weights of a PhysNet. Predict with the method physnet.")
    return _rfacenet_settings(weights, file), weights


def _rfacenet(file):
    settings, weights = rfacenet_parts(file)
    network = RFaceNet(subjects=0, **settings)
    state_dicts.fit(network, weights, file.path)
    return BvpOnly(network)


def _rfacenet_settings(weights, file):
    """The network's settings: those that the file states, else what its parameters show."""
    path, metadata = file.path, file.metadata
    first = weights.get("contour.blocks.0.0.weight")
    has_ctfc = any(name.startswith("ctfc.") for name in weights)
    if "tcu_steps" in metadata:
        steps = _number(file, "tcu_steps", int, (1, limits.CLIP_FRAMES[1]))
    else:
        steps = first.shape[1] // 3 if first is not None and first.ndim > 1 else 1
    contours = "tcu" if first is not None else "noise" if has_ctfc else "none"
    conv = "scalar" if has_ctfc and "ctfc.pulse_conv.bias" not in weights else "full"
    has_statistics = any(name.startswith("pulse.") and name.endswith("running_var") for name in weights)
    return {
        "frames": _number(file, "frames", int, limits.CLIP_FRAMES),
        "fusion": weights_metadata.word(path, metadata, "fusion", FUSIONS, "stage3" if has_ctfc else "none"),
        "contours": weights_metadata.word(path, metadata, "identity", CONTOURS, contours),
        "tcu_steps": steps,
        "noise_seed": _number(file, "noise_seed", int, (-(2**63), 2**64 - 1)),
        "tcu_upscale": _number(file, "tcu_upscale", int, (min(TCU_UPSCALES), max(TCU_UPSCALES))),
        "ctfc_conv": weights_metadata.word(path, metadata, "ctfc_conv", CTFC_CONVS, conv),
        "norm": weights_metadata.word(path, metadata, "norm", NORMS, "batch" if has_statistics else "instance"),
    }


def _number(file, name, kind, bounds):
    return weights_metadata.number(file.path, file.metadata, name, kind, bounds)


def _physnet(file):
    network = PhysNet(_number(file, "frames", int, limits.CLIP_FRAMES))
    state_dicts.fit(network, file.weights, file.path)
    return network


def _physformer(file, make=PhysFormer):
    settings = _physformer_settings(file)
    return _of_shown_widths(lambda: make(**settings), file, "PhysFormer")


def _autohr(file):
    first = _of_a_shape(file.weights, "stem.0.weight")
    cells = len({name.split(".")[2] for name in file.weights if name.startswith("stages.0.")})
    settings = {} if first is None or not cells else {"channels": len(first), "cells": cells}
    return _of_shown_widths(lambda: AutoHR(file.metadata["cell"], **settings), file, "AutoHR")


def _of_shown_widths(make, file, name):
    """A network whose widths are those of the file's tensors, all of which are compared before memory is taken."""
    try:
        with state_dicts.outline_for(file.weights, file.path):
            outline = make()
        state_dicts.check_fit(outline, file.weights, file.path)
        network = make()
    except ShapeError as error:
        raise CheckpointError(f"{file.path} is no {name}'s: {error} Export the run again.") from error
    network.load_state_dict(file.weights)
    return network


_MAKERS = {
    "rfacenet": _rfacenet,
    "physnet": _physnet,
    "physformer": _physformer,
    "physformer++": lambda file: _physformer(file, PhysFormerPlusPlus),
    "autohr": _autohr,
}


def _physformer_settings(file):
    """Widths and number of blocks as the parameters show them, where they are those of a PhysFormer."""
    settings = {"heads": _number(file, "heads", int, (1, 1024)), "theta": _number(file, "theta", float, (0, 1))}
    for setting, name in (
        ("dim", "patch_embedding.weight"),
        ("feed_forward", "transformer1.blocks.0.pwff.fc1.0.weight"),
    ):
        if _of_a_shape(file.weights, name) is not None:
            settings[setting] = len(file.weights[name])
    blocks = sum(re.fullmatch(r"transformer1\.blocks\.\d+\.norm1\.weight", name) is not None for name in file.weights)
    return {**settings, "layers": 3 * blocks} if blocks else settings


def _of_a_shape(weights, name):
    """The tensor of that name, or None where it is not there or a single number."""
    return weights[name] if name in weights and weights[name].ndim else None


def folded(module):
    """``module`` with its batch normalisations folded into the convolutions before them: the same function,
    computed faster."""
    for name, child in module.named_children():
        if isinstance(child, nn.Sequential) and len(child) > 1 and _can_fold(child[0], child[1]):
            setattr(module, name, nn.Sequential(fuse_conv_bn_eval(child[0], child[1]), *child[2:]))
        else:
            folded(child)
    return module


def _can_fold(first, second):
    return isinstance(first, (nn.Conv2d, nn.Conv3d)) and isinstance(second, (nn.BatchNorm2d, nn.BatchNorm3d))
