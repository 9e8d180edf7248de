"""A video's heart rates clip by clip: what a method gives that estimates the heart rate itself, without a waveform."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError

#: what a method gives for a clip: a BVP of one value per frame, or one heart rate
WAVEFORM, HEART_RATE = "waveform", "heart_rate"
GIVES = (WAVEFORM, HEART_RATE)


@dataclass(frozen=True)
class ClipRates:
    """Takes the place of a predicted waveform (N,) wherever videos are scored.

    The video's heart rate is the mean over its clips. Without a waveform there is neither SNR nor MACC.

    Attributes:
        bpm: (K,) heart rates of the video's clips in order, in beats per minute.
    """

    bpm: NDArray[Any]

    @property
    def mean_bpm(self) -> float:
        """The video's heart rate."""
        return float(np.mean(np.asarray(self.bpm, dtype=np.float64)))

    def check(self, what: str) -> None:
        """Raise EvaluationError unless there is a finite number for each of one or more clips.

        Args:
            what: its name in an error, e.g. "The prediction of video 'subject1'".
        """
        rates = np.asarray(self.bpm)
        if rates.ndim != 1 or rates.dtype.kind not in "fiu" or not len(rates):
            raise EvaluationError(
                f"{what} holds heart rates of shape {rates.shape} and type {rates.dtype}, and should hold one real "
                f"number for each clip."
            )
        bad = np.flatnonzero(~np.isfinite(rates))
        if len(bad):
            raise EvaluationError(
                f"{what} has {len(bad)} of {len(rates)} heart rates that are not finite, the first in clip {bad[0]}. "
                f"Look for a damaged clip or a training that diverged."
            )
