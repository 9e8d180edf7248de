"""Methods that give a heart rate for each clip, and no waveform."""

from typing import Mapping, NamedTuple, Optional

import torch

from ..errors import ShapeError
from ..evaluation.clip_rates import HEART_RATE
from ..runtime import limits
from .learner import ClipSpec, Learner, Recorded, Step, means_log
from .rfacenet.heart_rate import heart_rate_bpm


class HeartRateStep(NamedTuple):
    """One batch through model and loss of a method of heart rates, in beats per minute."""

    loss: torch.Tensor
    estimate: torch.Tensor  #: (B,)
    truth: torch.Tensor  #: (B,)
    means: Mapping[str, torch.Tensor] = {}  #: further columns of the epoch log, scalars


class HeartRateLearner(Learner):
    """A model that estimates the mean heart rate of a clip.

    A subclass gives :meth:`predict`, and sets ``model``, ``loss`` and ``clips``. Its ``loss`` takes what
    :meth:`heart_rate_step` gives it: here, estimated and true heart rates (B,) in beats per minute. A method that
    learns from anything else overrides that. A video's heart rate is the mean over its clips.

    The true heart rate of a clip is the recording's own where it has one (VIPL-HR's gt_HR, as :class:`Recorded` brings
    it), and else Eq. 3 of its label.

    Attributes:
        clips: the :class:`~.learner.ClipSpec` that the learner was made for.
    """

    clips: ClipSpec

    gives = HEART_RATE
    uses_recorded = True

    def predict(self, clips: torch.Tensor, fs_hz: Optional[torch.Tensor] = None) -> torch.Tensor:
        """Clips in the method's ``DATA_FORMAT`` -> their heart rates (B,) in beats per minute.

        Args:
            fs_hz: (B,) frames per second of each clip; None where all have FS. :meth:`rates` gives it either way.
        """
        raise NotImplementedError

    def step(
        self, clips: torch.Tensor, labels: torch.Tensor, subjects: torch.Tensor, recorded: Optional[Recorded] = None
    ) -> Step:
        done = self.heart_rate_step(clips, labels, self.recorded_rates(clips, recorded), recorded)
        count = len(done.truth)
        log = means_log(count, loss=done.loss, **done.means)
        log["heart_rate_mae_bpm"] = float((done.estimate.detach() - done.truth).abs().sum()), count
        return Step(done.loss, done.estimate, log)

    def heart_rate_step(
        self, clips: torch.Tensor, labels: torch.Tensor, fs_hz: torch.Tensor, recorded: Optional[Recorded] = None
    ) -> HeartRateStep:
        """What :meth:`step` gives and logs, of clips with these frame rates, (B,) float32 on their device."""
        estimate = self.predict(clips, fs_hz).float()
        truth = self.true_bpm(labels, fs_hz, recorded)
        with torch.autocast(clips.device.type, enabled=False):
            return HeartRateStep(self.loss(estimate, truth), estimate, truth)

    def rates(self, clips: torch.Tensor, fs_hz: Optional[torch.Tensor]) -> torch.Tensor:
        """Frames per second of each clip, (B,) float32 on the clips' device."""
        if fs_hz is None:
            return torch.full((len(clips),), float(self.clips.fs_hz), device=clips.device)
        return fs_hz.to(clips.device, torch.float32)

    def recorded_rates(self, clips: torch.Tensor, recorded: Optional[Recorded]) -> torch.Tensor:
        """:meth:`rates` of clips to learn from."""
        return self.rates(clips, None if recorded is None else recorded.fs_hz)

    def true_bpm(self, labels: torch.Tensor, fs_hz: torch.Tensor, recorded: Optional[Recorded] = None) -> torch.Tensor:
        """True heart rates (B,) in beats per minute of clips with labels (B, T), or of parts of such clips."""
        by_label = torch.stack(
            [
                heart_rate_bpm(label, float(rate), is_derivative=self.clips.is_derivative)
                for label, rate in zip(labels, fs_hz)
            ]
        )
        if recorded is None:
            return by_label
        own = recorded.heart_rates_bpm.to(by_label)
        return torch.where(torch.isfinite(own), own, by_label)


def start_at(layer: torch.nn.Linear, start_bpm: float, bpm_per_output: float = 1.0) -> None:
    """Set the offset of a network's last layer to a heart rate; 0 leaves it as it is.

    Adam moves an offset by about the learning rate in a step, so from far off a short training does not get there.

    Args:
        bpm_per_output: beats per minute of an output of 1.

    Raises:
        ShapeError: it is no heart rate.
    """
    check_start(start_bpm, "PyTorch's start")
    if start_bpm:
        torch.nn.init.constant_(layer.bias, start_bpm / bpm_per_output)


def check_start(start_bpm: float, zero: str) -> None:
    """Refuse a ``START_BPM`` that is neither 0, which stands for ``zero``, nor a heart rate.

    Raises:
        ShapeError: with what it may be.
    """
    low, high = limits.HEART_RATE_BPM
    if start_bpm != 0 and not low <= start_bpm <= high:
        raise ShapeError(
            f"START_BPM is {start_bpm:g}; expected a heart rate, {low} to {high} beats per minute, or 0 for {zero}."
        )
