"""What is kept of one face while a recording is read, and the result that it becomes."""

from array import array
from typing import Any, Dict, List, Optional, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ..evaluation import HEART_RATE
from . import confidence, hrv, quality, respiration, waveform
from .base import Estimator
from .box import Box
from .faces import LARGE_BOX_COEF
from .frames import Source
from .resample import frame_rate_hz, known_at
from .result import Prediction

#: in less, a pulse cannot be told from noise
SHORTEST_S = 5.0
_THUMBNAIL = 160


class Person:
    """A face from frame to frame: its waveform's estimator, and when it was seen.

    Args:
        estimator: fresh, for this face alone.
        wants_picture: keep a small picture of the face.
    """

    def __init__(self, estimator: Estimator, wants_picture: bool) -> None:
        self._estimator = estimator
        self._wants_picture = wants_picture
        self._picture: Optional[NDArray[np.uint8]] = None
        self._seen, self._boxes = bytearray(), array("f")

    def add(self, time_s: float, image: Optional[NDArray[np.uint8]], box: Optional[Box]) -> None:
        """Take a frame, uint8 BGR, and the face's box; without a box, ``image`` is not looked at."""
        self._estimator.add(time_s, image, box)
        self._seen.append(box is not None)
        if box is not None:
            self._boxes.extend(box)
            if self._wants_picture and self._picture is None:
                self._picture = _thumbnail(box.scaled(LARGE_BOX_COEF).cut(image))

    @property
    def was_seen(self) -> bool:
        """Whether the face was there in any frame."""
        return any(self._seen)

    def seen_s(self, times_s: Sequence[float]) -> float:
        """For how long the face was there, in seconds; ``times_s`` (T,) are all frames' times."""
        return sum(self._seen) / len(self._seen) * (times_s[-1] - times_s[0])

    def recent(self, window_s: float) -> Optional[quality.Reading]:
        """The :class:`~.quality.Reading` of the last window; None where there is none yet."""
        recent = self._filtered(self._estimator.recent(window_s))
        if recent is None or not recent.has_face(slice(None)):
            return None
        return quality.read_pulse(recent.bvp, recent.fs_hz)

    def up_to_date(self, window_s: float) -> Optional[waveform.Waveform]:
        """The filtered waveform of the last seconds, for which a network computes one more clip; None where there is
        none yet. The result is the same with or without it."""
        return self._filtered(self._estimator.up_to_date(window_s))

    def _filtered(self, recent: Optional[waveform.Waveform]) -> Optional[waveform.Waveform]:
        if recent is None or len(recent.bvp) < SHORTEST_S * recent.fs_hz:
            return None
        return waveform.filtered(recent, self._estimator.is_derivative)

    def result(
        self, source: Source, times_s: NDArray[np.float64], notes: List[str], window_s: float, step_s: float
    ) -> Prediction:
        """The face's :class:`~.result.Prediction`.

        Args:
            source: whose name and notes it gets.
            times_s: (T,) of all frames.
            notes: on how the face was found.
            window_s, step_s: of the sliding windows.

        Raises:
            DataError: the face is there too briefly for the method.
        """
        faces = np.array(self._seen, dtype=bool)
        if self._estimator.gives == HEART_RATE:
            values = self._from_rates(self._estimator.finish())
        else:
            values = self._from_waveform(self._estimator.finish(), times_s, faces, window_s, step_s)
        why_none = values.pop("why_none")
        found = Prediction(
            source=source.name, method=self._estimator.name, weights=self._estimator.weights,
            start_s=times_s[0], duration_s=times_s[-1] - times_s[0], frames=len(times_s),
            fps_hz=frame_rate_hz(times_s),
            face_share=float(faces.mean()), times_s=times_s, gives=self._estimator.gives,
            thumbnail=self._picture, notes=list(source.notes), face_box=self._middle_box(), **values,
        )  # fmt: skip
        found.notes += self._notes(found, why_none, window_s, [*notes, *self._estimator.notes])
        return found

    def _from_waveform(
        self,
        whole: waveform.Waveform,
        times_s: NDArray[np.float64],
        faces: NDArray[np.bool_],
        window_s: float,
        step_s: float,
    ) -> Dict[str, Any]:
        """What is read from a waveform, by the names of :class:`~.result.Prediction`; and ``why_none``, why there is no
        heart rate."""
        pulse = waveform.filtered(whole, self._estimator.is_derivative)
        peak_bpm, spectrum = waveform.overall(pulse, window_s) or (None, None)
        windows = waveform.windows(pulse, window_s, step_s, peak_bpm)
        rate = waveform.rate_over_time(windows)
        if rate is None and peak_bpm is not None:
            rate = waveform.RateOverTime(peak_bpm, peak_bpm, peak_bpm)
        judged = confidence.judge(windows, self._estimator.face_signals.even(), self._estimator.name)
        qualities = [window.quality for window in windows if window.quality is not None]
        measures, reason = hrv.variability(pulse, peak_bpm)
        breathing, breathing_reason = respiration.breathing(pulse, peak_bpm)
        why_none = "the face is never visible for long enough"
        if np.ptp(pulse.bvp) == 0:
            why_none = (
                f"nothing changes in the face that {self._estimator.name} could use, as in a still or a grey picture"
            )
        return {
            "heart_rate_bpm": rate and rate.mean, "heart_rate_range_bpm": rate and [rate.lowest, rate.highest],
            "expected_error_bpm": rate and judged.expected_error_bpm, "doubted": judged.doubted if rate else [],
            "quality": float(np.median(qualities)) if qualities else None, "windows": judged.windows,
            "bvp": _at_frames(pulse, times_s, faces), "spectrum": spectrum, "hrv": measures, "hrv_reason": reason,
            "respiration": breathing, "respiration_reason": breathing_reason, "why_none": why_none,
        }  # fmt: skip

    def _from_rates(self, windows: List[waveform.Window]) -> Dict[str, Any]:
        """The same from windows with heart rates, without what only a waveform has."""
        rate = waveform.rate_over_time(windows)
        reason = f"{self._estimator.name} gives heart rates, and no waveform"
        return {
            "heart_rate_bpm": rate and rate.mean, "heart_rate_range_bpm": rate and [rate.lowest, rate.highest],
            "quality": None, "windows": windows, "bvp": np.zeros(0), "hrv_reason": reason, "respiration_reason": reason,
            "why_none": "in no window the face is visible for long enough, or nothing changes in it",
        }  # fmt: skip

    def _middle_box(self) -> List[float]:
        """The median of the face's boxes: x, y, width and height in pixels."""
        return [float(value) for value in np.median(np.reshape(self._boxes, (-1, 4)), axis=0)]

    def _notes(self, found: Prediction, why_none: str, window_s: float, others: List[str]) -> List[str]:
        notes = []
        if found.gives == HEART_RATE:
            notes.append(
                f"{found.method} gives the heart rate of each window of {found.windows[0].seconds:.1f} s, and no "
                f"waveform: there are no beats, no breathing, no signal quality and no expected error."
            )
        elif found.duration_s < window_s - 1:
            notes.append(f"The recording is shorter than the window of {window_s:g} s; its only window is all of it.")
        notes += others
        if found.face_share < 1:
            lost = "" if found.gives == HEART_RATE else "; they have no waveform"
            notes.append(f"No face was seen in {1 - found.face_share:.0%} of the frames{lost}.")
        if found.fps_hz < 20:
            notes.append(
                f"{found.fps_hz:.0f} frames per second are few and flatten a fast pulse; 25 or more are better."
            )
        if found.heart_rate_bpm is None:
            notes.append(f"There is no heart rate to give: {why_none}.")
        elif found.doubted:
            notes.append(f"Doubted: {'; '.join(found.doubted)}. Do not rely on this heart rate.")
        return notes


def _thumbnail(face: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = _THUMBNAIL / max(face.shape[:2])
    size = max(1, round(face.shape[1] * scale)), max(1, round(face.shape[0] * scale))
    return cv2.cvtColor(cv2.resize(face, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)


def _at_frames(pulse: waveform.Waveform, times_s: NDArray[np.float64], faces: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The waveform at the frames' own times, NaN where there is no face."""
    known = known_at(times_s, pulse.times_s, pulse.known) & faces
    known &= (times_s >= pulse.times_s[0] - 1e-6) & (times_s <= pulse.times_s[-1] + 1 / pulse.fs_hz)
    return np.where(known, np.interp(times_s, pulse.times_s, pulse.bvp), np.nan)
