"""What every estimator does with the frames of one face, and what those of networks have in common."""

from typing import Any, Optional, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..evaluation import WAVEFORM
from .box import Box
from .face_signals import FaceSignals
from .faces import LARGE_BOX_COEF
from .resample import GridResampler


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


class NetworkEstimator(Estimator):
    """Base of the networks': small pictures of the face, brought to an even grid of times.

    Args:
        name: of the method.
        model: :class:`~.clip_model.ClipModel`.
    """

    def __init__(self, name: str, model: Any) -> None:
        self.name, self.weights, self.is_derivative = name, model.weights, model.is_derivative
        self.face_signals = FaceSignals()  # of the small pictures; of whole ones they would take as long as the network
        self._model = model
        self._resampler = GridResampler(model.fs_hz, model.kept_hz)
        self._known = bytearray()  # one for each frame of the grid
        whole = Box(0.0, 0.0, float(model.size), float(model.size))
        self._box_in_small = whole.scaled(1 / LARGE_BOX_COEF)

    def _small(self, image: Optional[NDArray[np.uint8]], box: Optional[Box]) -> Optional[NDArray[np.uint8]]:
        """The picture of a face that the network takes, uint8 BGR; None without a face."""
        if image is None or box is None:
            return None
        size = self._model.size, self._model.size
        return cv2.resize(box.scaled(LARGE_BOX_COEF).cut(image), size, interpolation=cv2.INTER_AREA)

    def _take_small(self, time_s: float, small: Optional[NDArray[np.uint8]]) -> None:
        self._take(self._resampler.add(time_s, None if small is None else cv2.cvtColor(small, cv2.COLOR_BGR2RGB)))

    def _take(self, grid_frames: Any) -> None:
        raise NotImplementedError

    def _add_signals(self, time_s: float, small: Optional[NDArray[np.uint8]], box: Optional[Box]) -> None:
        self.face_signals.add(time_s, small, None if box is None else self._box_in_small, box)

    def _check_length(self) -> None:
        """Raise DataError where the grid has fewer frames than the network takes at once."""
        total, needed, rate_hz = len(self._known), self._model.frames, self._resampler.rate_hz
        if total < needed:
            raise DataError(
                f"The face is visible for {total / rate_hz:.1f} s, and {self.name} needs {needed / rate_hz:.1f} s. "
                f"Take a longer recording, or another method."
            )
