"""The networks that turn a clip of face frames into a waveform, computed by PyTorch or, without it, by ONNX Runtime."""

import importlib.util

import numpy as np

from ..datasets.normalise import FrameFeatures
from ..errors import CheckpointError
from ..runtime import weights_path
from ..training.weights_metadata import clip_settings

#: networks that the toolbox trains, too, as people call them
_TITLES = {"physnet": "PhysNet", "physformer": "PhysFormer"}


class ClipModel:
    """A trained network with the settings of its clips.

    Attributes:
        frames: T, frames of a clip.
        size: their height and width.
        fs_hz: frames per second.
        kept_hz: lowest and highest frame rate of a recording that is taken as it is.
        is_derivative: whether the waveform is the BVP's time derivative, as networks trained on DiffNormalized labels
            give it.
        weights: path of the weights.
        identity_map: of the last clip, float32 (h, w), 0 to 1: how strong the contour branch's features are over the
            face, the mean magnitude over its channels. None before a clip, and for networks that use no contours or
            are not computed by PyTorch.

    Args:
        network: float32 (1, 3, T, H, W) -> (1, T). If it has an ``identity_map``, that is the attribute's.
        settings: a :class:`~rfacenet_toolbox.training.weights_metadata.ClipSettings`.
        weights: path of the weights.
    """

    def __init__(self, network, settings, weights):
        self.frames, self.size = settings.frames, settings.size
        self.fs_hz, self.kept_hz = settings.fs_hz, settings.kept_hz
        self.is_derivative = settings.is_derivative
        self.weights = str(weights)
        self._data_types = settings.data_types
        self._network = network

    @property
    def identity_map(self):
        return getattr(self._network, "identity_map", None)

    def waveform(self, frames):
        """uint8 RGB (T + 1, H, W, 3) -> float32 (T,), without a unit. Frames that do not change at all give zeros."""
        clip = self.clip(frames)
        return np.zeros(self.frames, dtype=np.float32) if clip is None else self._network(clip)[0]

    def clip(self, frames):
        """uint8 RGB (T + 1, H, W, 3) -> the network's clip, float32 (1, C, T, H, W); None if nothing changes in it."""
        clip = FrameFeatures(frames, self._data_types).clip(0, self.frames).astype(np.float32, copy=False)
        if not clip.any() or (frames == frames[0]).all():
            return None
        return clip.transpose(3, 0, 1, 2)[None]


def load(method, weights=None):
    """The :class:`ClipModel` for a name of :data:`rfacenet_toolbox.training.weights_metadata.DEFAULTS`.

    Args:
        weights: a ``.safetensors``, ``.pth`` or ``.onnx`` file; None is the shipped one, which rFaceNet alone has.

    Raises:
        CheckpointError: no such file, or not this network's.
    """
    if weights is None and method != "rfacenet":
        wanted = "a file that rfacenet export wrote for a run of yours"
        if method in _TITLES:
            wanted = (
                f"the .pth of a {_TITLES[method]} that the rPPG-Toolbox trained, such as one of its released models"
            )
        raise CheckpointError(f"The method {method} needs trained weights: give --weights (weights=) {wanted}.")
    if weights is None:
        weights = _shipped()
    if str(weights).lower().endswith(".onnx"):
        from .onnx_network import OnnxNetwork

        network = OnnxNetwork(method, weights)
        return ClipModel(network, network.settings, network.path)
    return _with_torch(method, weights)


def _shipped():
    """The shipped weights; where PyTorch is not installed, those for ONNX Runtime."""
    if not weights_path.SHIPPED.is_file():
        raise CheckpointError(
            "This copy of the package has no trained rFaceNet weights. Give --weights (weights=) a file that you "
            "trained, or take a method that needs none: --method pos, chrom or green."
        )
    if importlib.util.find_spec("torch") is None and importlib.util.find_spec("onnxruntime") is not None:
        return weights_path.SHIPPED_ONNX
    return weights_path.PACKAGE


def _with_torch(method, weights):
    try:
        import torch
    except ModuleNotFoundError as error:
        raise CheckpointError(
            f"The method {method} is a network, and neither PyTorch nor ONNX Runtime is installed for it. Run pip "
            f"install 'rfacenet-toolbox[onnx]' and give an .onnx file or none, or 'rfacenet-toolbox[train]' for "
            f"PyTorch; or take a method that needs no network: --method pos, chrom or green."
        ) from error
    from ..training import inference

    file = inference.read(method, weights)
    settings = clip_settings(file.path, file.metadata)
    network = _TorchNetwork(torch, inference.network(method, file))
    return ClipModel(network, settings, file.path)


class _TorchNetwork:
    """A network of PyTorch's as one of NumPy arrays, with the map of its contour branch, which every pass leaves."""

    def __init__(self, torch, network):
        self._torch, self._network = torch, network
        self._features = None
        inner = getattr(network, "network", None)
        if getattr(inner, "ctfc", None) is not None and hasattr(inner, "contour"):
            inner.contour.register_forward_hook(self._keep)

    def __call__(self, clip):
        with self._torch.inference_mode():
            return self._network(self._torch.from_numpy(clip)).float().numpy()

    def _keep(self, module, inputs, features):
        self._features = features

    @property
    def identity_map(self):
        if self._features is None:
            return None
        strength = self._features[0].float().abs().mean(dim=0)
        low, high = strength.min(), strength.max()
        return ((strength - low) / (high - low).clamp(min=1e-12)).numpy()
