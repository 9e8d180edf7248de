"""What every estimator does: it takes the frames of one face, and gives what its method reads from them."""

from typing import Any, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from ..evaluation import WAVEFORM
from .box import Box
from .face_signals import FaceSignals


class Estimator:
    """Frames in, a waveform or heart rates out. No frame is kept at full size.

    Attributes:
        name: of the method.
        weights: path of its weights; None for a signal method.
        gives: ``"waveform"``; or ``"heart_rate"``, where :meth:`finish` gives windows with heart rates.
        runs_live: whether :meth:`recent` gives anything while frames come in.
        is_derivative: whether the waveform is the BVP's time derivative.
        notes: what is worth knowing about the frames, a sentence each.
        identity_map: the contour branch's map, as :attr:`.ClipModel.identity_map`.
        face_signals: :class:`~.face_signals.FaceSignals` of the frames; estimators that give a waveform have them.
    """

    name: str
    weights: Optional[str] = None
    gives: str = WAVEFORM
    runs_live: bool = True
    is_derivative: bool = False
    notes: Sequence[str] = ()
    identity_map: Optional[NDArray[np.float32]] = None
    face_signals: FaceSignals

    def add(self, time_s: float, image: Optional[NDArray[np.uint8]], box: Optional[Box]) -> Any:
        """Take a frame, uint8 BGR (H, W, 3), and its face; where that is None, the image is not looked at."""
        raise NotImplementedError

    def finish(self) -> Any:
        """The whole :class:`~.waveform.Waveform`, or a list of :class:`~.waveform.Window`.

        At least one frame must have had a face.

        Raises:
            DataError: the face is there too briefly.
        """
        raise NotImplementedError

    def recent(self, seconds: float) -> Any:
        """The :class:`~.waveform.Waveform` of the last seconds; None where there is none yet."""
        return None

    def up_to_date(self, seconds: float) -> Any:
        """:meth:`recent` up to the newest frame, for which a network computes one more clip."""
        return self.recent(seconds)
