"""What a method brings to training and testing: a model, its loss, and what is logged of them.

A learner is made of plain things: the method's own settings, what its clips are like, and how many people it learns to
tell apart. It reads no file and no other setting, so it can be made anywhere.
"""

from typing import Any, Dict, NamedTuple, Optional, Sequence, Tuple, Union

import torch
from torch import nn

from ..evaluation.clip_rates import WAVEFORM

#: stands for a person whom training does not know
UNKNOWN_SUBJECT = -1

#: a BVP (T,) for each clip; of a method that gives heart rates, a number for each clip, (B,) in beats per minute
Predictions = Union[torch.Tensor, Sequence[torch.Tensor]]


class ClipSpec(NamedTuple):
    """The clips that a learner is made for."""

    frames: int
    height: int  #: of frames, or the rows of a map, whose width is 1
    width: int
    fs_hz: float
    is_derivative: bool  #: labels, and so predictions, are the BVP's time derivative (DiffNormalized)
    num_gpus: int = 1  #: NUM_OF_GPU_TRAIN, by which the toolbox cuts the frames of some models
    has_own_rates: bool = False  #: recordings come with a frame rate and a heart rate of their own: :class:`Recorded`


class ClipNeeds(NamedTuple):
    """Which clips a method takes. A config with others is refused before anything is read or trained."""

    data_format: str  #: NCDHW: (B, C, T, H, W); NDCHW: (B, T, C, H, W)
    data_types: int = 1  #: how many DATA_TYPEs, of three channels each
    smallest_side: int = 1  #: of a frame, in pixels
    square: bool = False  #: height and width are equal, and the same in every split
    side_multiple_of: int = 1  #: height and width
    frames_multiple_of: int = 1
    frames_setting: Optional[str] = None  #: the method's setting that says how many frames a clip has
    map_types: Tuple[str, ...] = ()  #: DATA_TYPEs of maps that it takes in the place of frames; see datasets/stmaps
    depth_setting: Optional[str] = None  #: the method's setting of which, times num_gpus, a clip has at least as many


class Recorded(NamedTuple):
    """What the recordings of a batch's clips come with, (B,) each, on the CPU."""

    fs_hz: torch.Tensor  #: frames per second, float64
    heart_rates_bpm: torch.Tensor  #: mean over the clip's frames, float32; NaN where it is not known


class Step(NamedTuple):
    """One batch through model and loss.

    ``bvp`` has what was predicted for each clip, in order. ``log`` maps a column of the epoch log to (sum, count): the
    epoch's value is the sum of the sums divided by the sum of the counts, or the sum alone where the count is None.
    """

    loss: torch.Tensor
    bvp: Predictions
    log: Dict[str, Tuple[float, Optional[int]]]


def means_log(count: int, **means: Optional[torch.Tensor]) -> Dict[str, Tuple[float, Optional[int]]]:
    """:attr:`Step.log` of means over ``count`` clips, scalars by column; None is left out."""
    return {column: (float(mean.detach()) * count, count) for column, mean in means.items() if mean is not None}


class Learner:
    """A model and its loss. The trainer drives any of these.

    A method says in :attr:`needs` which clips it takes, sets ``model`` and ``loss`` in its ``__init__``, and gives a
    BVP for each clip in :meth:`predict`. The rest may stay as it is here, or be overridden.

    Attributes:
        model, loss: modules; the parameters of both are learned.

    Args:
        settings: the method's own node below ``MODEL``, read by attribute, with the settings directly below ``MODEL``
            that its line of the registry names; None where it has neither.
        clips: the :class:`ClipSpec` of the clips to learn from or to predict.
        num_subjects: people among the training clips, for methods that learn to tell them apart; 0 for inference.

    Raises:
        ShapeError: settings that the method cannot have with these clips.
    """

    #: what :meth:`predict` gives for a clip: "waveform", or "heart_rate" (:mod:`.heart_rate_learner`)
    gives = WAVEFORM
    #: :class:`ClipNeeds` of the method
    needs: Optional[ClipNeeds] = None
    #: columns of ``epochs.csv`` beside those of :data:`rfacenet_toolbox.training.resume.COLUMNS`, from ``Step.log`` or
    #: :meth:`epoch_columns`; with ``valid_`` before the name, the value on the validation clips
    log_columns: Tuple[str, ...] = ()
    #: how the names of parameters begin that a weights file may lack
    optional_weights: Tuple[str, ...] = ()
    #: whether :meth:`step` takes a :class:`Recorded`, as ``recorded``; it is given where clips have rates of their own
    uses_recorded = False
    #: what stands before every name in the weights files that the toolbox's trainer of this model writes
    weights_prefix = ""
    #: the epoch with the smallest validation value in this column is the best
    selection_column = "loss"

    model: nn.Module
    loss: nn.Module

    def __init__(self, settings: Any, clips: ClipSpec, num_subjects: int = 0) -> None:
        raise NotImplementedError

    @classmethod
    def check(cls, settings: Any, clips: ClipSpec, training: bool) -> None:
        """Refuse settings before a run starts. ``clips`` are those to train on, or else those to test on.

        Raises:
            ShapeError: with the setting, what it holds, what it may hold.
        """
        cls(settings, clips, num_subjects=1 if training else 0)

    @classmethod
    def learns_subjects(cls, settings: Any) -> bool:
        """Whether the method is to know which person each training clip shows."""
        return False

    @classmethod
    def without_effect(cls, settings: Any) -> Dict[str, str]:
        """{setting: why} of the method's own settings that do nothing beside the others."""
        return {}

    def start_epoch(self, epoch: int, epochs: int) -> None:
        """Called before each epoch of training, 0 to ``epochs - 1``, for what changes from one to the next."""

    def predict(self, clips: torch.Tensor) -> Predictions:
        """Clips in the method's ``DATA_FORMAT`` -> a BVP (T,) for each, as a sequence or a tensor (B, T)."""
        raise NotImplementedError

    def step(self, clips: torch.Tensor, labels: torch.Tensor, subjects: torch.Tensor) -> Step:
        """Model and loss of one batch: a :class:`Step`.

        ``subjects`` are (B,) integers, 0 to ``num_subjects - 1`` or :data:`UNKNOWN_SUBJECT`; all of them are the
        latter for methods that learn nobody.

        Here the loss of an epoch is the mean of its batches', as in the toolbox, which picks the best epoch by it.
        """
        bvp = self.predict(clips)
        with torch.autocast(clips.device.type, enabled=False):
            loss = self.loss(*self.compared(bvp, labels))
        return Step(loss, bvp, {"loss": (float(loss.detach()), 1)})

    def compared(self, bvp: Any, labels: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """What :meth:`predict` gave, and the labels (B, T), as the loss takes them."""
        return bvp.float(), labels

    def epoch_columns(self) -> Dict[str, float]:
        """Learned scalars, for the epoch log: {column: value}."""
        return {}

    def weights(self) -> Dict[str, torch.Tensor]:
        """The parameters that a weights file holds: {name: tensor}."""
        return {f"{self.weights_prefix}{name}": value for name, value in self.model.state_dict().items()}
