"""Methods as they were trained: their own learner makes of a clip, or of a map of skin colour, what it was made for."""

import numpy as np

from ..datasets.stmaps import MAP_TYPES
from ..errors import CheckpointError, ConfigError
from ..evaluation import HEART_RATE
from .clip_model import ClipModel

#: change of a map's colours, in grey levels, below which the picture counts as still
_LEAST_CHANGE = 1e-3
#: maps that are computed at once
_BATCH = 8


class LearnerModel(ClipModel):
    """A learner of the registry with the settings of its clips.

    Attributes:
        gives: "waveform" or "heart_rate".
        map_type: of :data:`~rfacenet_toolbox.datasets.stmaps.MAP_TYPES`; None where the clips are frames.
        landmarks, landmarks_every: of :class:`~rfacenet_toolbox.training.weights_metadata.ClipSettings`.

    Args:
        learner: a :class:`~rfacenet_toolbox.methods.learner.Learner` in evaluation mode.
        settings: a :class:`~rfacenet_toolbox.training.weights_metadata.ClipSettings`.
        weights: path of the weights.
    """

    def __init__(self, learner, settings, weights):
        super().__init__(self._computed, settings, weights)
        self._learner = learner
        self.gives = learner.gives
        self.map_type = settings.data_types[0] if settings.data_types[0] in MAP_TYPES else None
        self.landmarks, self.landmarks_every = settings.landmarks, settings.landmarks_every

    def rate_bpm(self, frames, fs_hz):
        """uint8 RGB (T + 1, H, W, 3) -> a heart rate in beats per minute; None if nothing changes in the frames."""
        clip = self.clip(frames)
        return None if clip is None else _finite(self._computed(clip, fs_hz)[0])

    def waveform_of_map(self, colours):
        """Colours (T, rows, channels) -> float32 (T,), without a unit; zeros where nothing changes in them."""
        if not _changes(colours):
            return np.zeros(self.frames, dtype=np.float32)
        return self._computed(_as_clips(colours[None]))[0]

    def rates_of_maps(self, maps, fs_hz):
        """Maps, each (T, rows, channels) -> a heart rate of each in beats per minute; None where nothing changes."""
        rates = [None] * len(maps)
        chosen = [number for number, one in enumerate(maps) if _changes(one)]
        for first in range(0, len(chosen), _BATCH):
            batch = chosen[first : first + _BATCH]
            found = self._computed(_as_clips(np.stack([maps[number] for number in batch])), fs_hz)
            for number, rate in zip(batch, found):
                rates[number] = _finite(rate)
        return rates

    def _computed(self, clips, fs_hz=None):
        """float32 (B, C, T, H, W) -> what the learner predicts: (B, T), or of heart rates (B,)."""
        import torch

        given = torch.from_numpy(np.ascontiguousarray(clips))
        if self._learner.needs.data_format == "NDCHW":
            given = given.transpose(1, 2)
        with torch.inference_mode():
            if self.gives == HEART_RATE:
                rates = torch.full((len(given),), float(fs_hz), dtype=torch.float64)
                return self._learner.predict(given, rates).float().numpy()
            return np.stack([one.float().numpy() for one in self._learner.predict(given)])


def load(method, weights):
    """The :class:`LearnerModel` of a method of the registry.

    Args:
        method: of :func:`rfacenet_toolbox.training.weights_metadata.learner_methods`.
        weights: the file that ``rfacenet export`` wrote; None is refused.

    Raises:
        CheckpointError: no file, one of another network, or one as ONNX.
        ConfigError: what finds the landmarks of its maps is not installed.
    """
    if weights is None:
        raise CheckpointError(
            f"The method {method} needs trained weights: give --weights (weights=) the .safetensors that rfacenet "
            f"export wrote for a run of yours."
        )
    if str(weights).lower().endswith(".onnx"):
        raise CheckpointError(
            f"{weights} is ONNX, and the method {method} is computed by PyTorch alone. Export its run to a "
            f".safetensors file."
        )
    try:
        from ..training import exported_learners
    except ModuleNotFoundError as error:
        raise CheckpointError(
            f"The method {method} is a network, and PyTorch is not installed for it. Run pip install "
            f"'rfacenet-toolbox[train]', or take a method that needs no network: --method pos, chrom or green."
        ) from error
    learner, settings, path = exported_learners.read(method, weights)
    _check_landmarks(path, settings)
    return LearnerModel(learner, settings, path)


def _check_landmarks(path, settings):
    if settings.data_types[0] not in MAP_TYPES:
        return
    from ..datasets.stmaps import landmarks

    try:
        landmarks.check_available(settings.landmarks)
    except ConfigError as error:
        raise ConfigError(
            f"{path} was trained on maps whose landmarks {settings.landmarks} found, so rfacenet predict needs it, "
            f"too. {error}"
        ) from error


def _as_clips(maps):
    """Maps (B, T, rows, channels) as a loader gives them: float32 (B, channels, T, rows, 1)."""
    return maps.astype(np.float32, copy=False).transpose(0, 3, 1, 2)[..., None]


def _changes(colours):
    return np.ptp(colours, axis=0).max() > _LEAST_CHANGE


def _finite(rate_bpm):
    return float(rate_bpm) if np.isfinite(rate_bpm) else None
