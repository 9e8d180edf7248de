"""The networks that turn a clip of face frames into a waveform: rFaceNet, PhysNet and PhysFormer, for inference."""

import re

import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..config import weights_path
from ..datasets.normalise import FRAME_TYPES, LABEL_TYPES, FrameFeatures
from ..errors import CheckpointError, unknown
from ..methods.physformer import PhysFormer
from ..methods.physnet import PhysNet
from ..methods.rfacenet import CONTOURS, CTFC_CONVS, FUSIONS, NORMS, TCU_UPSCALES, RFaceNet
from ..methods.rfacenet.network import IDENTITY_CLASSIFIER
from ..runtime import limits, speed
from ..training import state_dicts, weights_files

#: numbers that a weights file may state, and their bounds
_NUMBERS = {
    "frames": (int, limits.CLIP_FRAMES), "size": (int, limits.CLIP_SIDE), "fs_hz": (float, limits.FS_HZ),
    "fs_lowest_hz": (float, limits.FS_HZ), "fs_highest_hz": (float, limits.FS_HZ),
    "tcu_steps": (int, (1, limits.CLIP_FRAMES[1])), "tcu_upscale": (int, (min(TCU_UPSCALES), max(TCU_UPSCALES))),
    "noise_seed": (int, (-(2**63), 2**64 - 1)), "heads": (int, (1, 1024)), "theta": (float, (0, 1)),
}  # fmt: skip
#: what the networks are trained with where a weights file does not say otherwise
_CLIPS = {"frames": "128", "size": "72", "fs_hz": "30"}
_DEFAULTS = {
    "rfacenet": {**_CLIPS, "tcu_upscale": "2", "noise_seed": "0"},
    "physnet": _CLIPS,
    "physformer": {**_CLIPS, "frames": "160", "size": "128", "heads": "4", "theta": "0.7"},
}
#: what people call those that come without weights
_TITLES = {"physnet": "PhysNet", "physformer": "PhysFormer"}


class ClipModel:
    """A trained network with the settings of its clips.

    Attributes:
        frames: T, frames of a clip.
        size: their height and width.
        fs_hz: frames per second.
        kept_hz: lowest and highest frame rate of the recordings that it was trained on, which had rates of their own;
            twice ``fs_hz`` where they had not.
        is_derivative: whether the waveform is the BVP's time derivative, as networks trained on DiffNormalized labels
            give it.
        weights: path of the weights.
    """

    def __init__(self, network, file):
        self.frames, self.size = _number(file, "frames"), _number(file, "size")
        self.fs_hz, self.kept_hz = _frame_rates(file)
        self.is_derivative = _word(file, "label_type", LABEL_TYPES, "DiffNormalized") == "DiffNormalized"
        self._data_type = _word(file, "data_type", FRAME_TYPES, "DiffNormalized")
        self.weights = str(file.path)
        speed.use_channels_last(network)
        self._network = _folded(network.eval())

    def waveform(self, frames):
        """uint8 RGB (T + 1, H, W, 3) -> float32 (T,), without a unit. Frames that do not change at all give zeros."""
        clip = FrameFeatures(frames, [self._data_type]).clip(0, self.frames).astype(np.float32, copy=False)
        if not clip.any() or (frames == frames[0]).all():
            return np.zeros(self.frames, dtype=np.float32)
        batch = torch.from_numpy(clip).permute(3, 0, 1, 2).unsqueeze(0)  # channels-last as it is
        with torch.inference_mode():
            return self._network(batch)[0].float().numpy()


def load(method, weights=None):
    """The :class:`ClipModel` for ``"rfacenet"``, ``"physnet"`` or ``"physformer"``.

    Args:
        weights: a ``.safetensors`` or ``.pth`` file; None is the shipped one, which rFaceNet alone has.

    Raises:
        CheckpointError: no such file, or not this network's.
    """
    if weights is None and method in _TITLES:
        raise CheckpointError(
            f"The method {method} needs trained weights: give --weights (weights=) the .pth of a {_TITLES[method]} "
            f"that the rPPG-Toolbox trained, such as one of its released models."
        )
    if weights is None and not weights_path.SHIPPED.is_file():
        raise CheckpointError(
            "This copy of the package has no trained rFaceNet weights. Give --weights (weights=) a file that you "
            "trained, or take a method that needs none: --method pos, chrom or green."
        )
    file = weights_files.read(weights_path.PACKAGE if weights is None else weights)
    file = file._replace(metadata={**_DEFAULTS[method], **file.metadata})
    _check_pixels(file)
    make = {"rfacenet": _rfacenet, "physnet": _physnet, "physformer": _physformer}[method]
    return ClipModel(make(file), file)


def _number(file, name):
    """A number of the file's metadata.

    Raises:
        CheckpointError: it is no number, or one that no network has.
    """
    kind, bounds = _NUMBERS[name]
    text = file.metadata[name]
    try:
        value = kind(text)
        fits = limits.within(value, bounds)
    except (ValueError, OverflowError):
        fits = False
    if not fits:
        raise CheckpointError(
            f"{file.path} says that {name} is {text[:80]!r}; expected {bounds[0]} to {bounds[1]}. It is damaged or was "
            f"not written by rfacenet export: export the run again."
        )
    return value


def _frame_rates(file):
    """Frames per second, and the ``(lowest, highest)`` that are as good.

    Raises:
        CheckpointError: they are in no order.
    """
    fs_hz, *ends_hz = (
        _number(file, name if name in file.metadata else "fs_hz") for name in ("fs_hz", "fs_lowest_hz", "fs_highest_hz")
    )
    if not ends_hz[0] <= fs_hz <= ends_hz[1]:
        raise CheckpointError(
            f"{file.path} says that fs_hz is {fs_hz:g}, fs_lowest_hz {ends_hz[0]:g} and fs_highest_hz {ends_hz[1]:g}, "
            f"which are not in order. It is damaged or was not written by rfacenet export: export the run again."
        )
    return fs_hz, tuple(ends_hz)


def _check_pixels(file):
    frames, size = _number(file, "frames"), _number(file, "size")
    if frames * size**2 > limits.CLIP_PIXELS:
        raise CheckpointError(
            f"{file.path} says that clips have {frames} frames of {size}x{size}, together more than "
            f"{limits.CLIP_PIXELS} pixels. It is damaged or was not written by rfacenet export: export the run again."
        )


def _word(file, name, words, default):
    """One of ``words`` from the file's metadata.

    Raises:
        CheckpointError: it is none of them.
    """
    word = file.metadata.get(name, default)
    if word not in words:
        raise CheckpointError(f"{file.path}: {unknown(name, word[:80], words)} Export the run again.")
    return word


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
    network = RFaceNet(subjects=0, **_rfacenet_settings(weights, file))
    state_dicts.fit(network, weights, file.path)
    return _Bvp(network)


def _rfacenet_settings(weights, file):
    """The network's settings: those that the file states, else what its parameters show."""
    metadata = file.metadata
    first = weights.get("contour.blocks.0.0.weight")
    has_ctfc = any(name.startswith("ctfc.") for name in weights)
    if "tcu_steps" in metadata:
        steps = _number(file, "tcu_steps")
    else:
        steps = first.shape[1] // 3 if first is not None and first.ndim > 1 else 1
    contours = "tcu" if first is not None else "noise" if has_ctfc else "none"
    conv = "scalar" if has_ctfc and "ctfc.pulse_conv.bias" not in weights else "full"
    has_statistics = any(name.startswith("pulse.") and name.endswith("running_var") for name in weights)
    return {
        "frames": _number(file, "frames"),
        "fusion": _word(file, "fusion", FUSIONS, "stage3" if has_ctfc else "none"),
        "contours": _word(file, "identity", CONTOURS, contours),
        "tcu_steps": steps,
        "noise_seed": _number(file, "noise_seed"),
        "tcu_upscale": _number(file, "tcu_upscale"),
        "ctfc_conv": _word(file, "ctfc_conv", CTFC_CONVS, conv),
        "norm": _word(file, "norm", NORMS, "batch" if has_statistics else "instance"),
    }


def _physnet(file):
    network = PhysNet(_number(file, "frames"))
    state_dicts.fit(network, file.weights, file.path)
    return network


def _physformer(file):
    network = PhysFormer(**_physformer_settings(file))
    state_dicts.fit(network, file.weights, file.path)
    return network


def _physformer_settings(file):
    """Widths and number of blocks as the parameters show them, where they are those of a PhysFormer."""
    settings = {"heads": _number(file, "heads"), "theta": _number(file, "theta")}
    for setting, name in (
        ("dim", "patch_embedding.weight"),
        ("feed_forward", "transformer1.blocks.0.pwff.fc1.0.weight"),
    ):
        if name in file.weights:
            settings[setting] = len(file.weights[name])
    blocks = sum(re.fullmatch(r"transformer1\.blocks\.\d+\.norm1\.weight", name) is not None for name in file.weights)
    return {**settings, "layers": 3 * blocks} if blocks else settings


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
