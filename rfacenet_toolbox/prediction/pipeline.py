"""``predict()``: a recording from its first frame to the result."""

from array import array
from typing import Callable, List, Optional, Union

import cv2
import numpy as np
from numpy.typing import NDArray

from ..datasets.times import SLOWEST_HZ
from ..errors import ConfigError, DataError
from . import hrv, quality, respiration, waveform
from .estimators import ClipEstimator, SignalEstimator, estimator
from .faces import LARGE_BOX_COEF, FaceTracker, detector
from .frames import AnyPath, Source
from .resample import frame_rate_hz, known_at
from .result import Prediction
from .sources import open_source

#: in less, a pulse cannot be told from noise
SHORTEST_S = 5.0
_BLACK = 8.0  # mean grey level below which no face can be found
_THUMBNAIL = 160

Estimator = Union[SignalEstimator, ClipEstimator]
OnSecond = Callable[[float, Optional[quality.Reading]], object]


def predict(
    source: Union[AnyPath, int, Source],
    method: str = "rfacenet",
    weights: Optional[AnyPath] = None,
    *,
    window_s: float = 10.0,
    step_s: float = 1.0,
    start_s: float = 0.0,
    duration_s: Optional[float] = None,
    fps_hz: Optional[float] = None,
    face_backend: str = "HC",
    face_picture: bool = False,
    on_second: Optional[OnSecond] = None,
) -> Prediction:
    """Heart rate, waveform and signal quality of a face video.

    The recording is read as a stream: what stays in memory is a few numbers per frame.

    Args:
        source: path of a video or of a folder of images, a camera's number, or a :class:`~.frames.Source`. A camera is
            read until ``duration_s`` is over or it is interrupted (Ctrl-C), which ends it like the end of a file.
        method: "rfacenet", "physnet", "physformer", or a signal method such as "pos", "chrom", "green".
        weights: ``.safetensors``, ``.pth`` or ``.onnx`` of a network; None is the file that the package ships.
        window_s, step_s: length of the sliding windows, and the time from one's start to the next's.
        start_s, duration_s: the part of the recording to read.
        fps_hz: frames per second of a folder of images whose names hold no times.
        face_backend: "HC" (OpenCV's Haar cascade), "MP" (MediaPipe) or "MTCNN"; the last two are optional extras.
        face_picture: keep a small picture of the face in the result.
        on_second: called once per second of the recording with its time and, for a camera, the
            :class:`~.quality.Reading` of the last window or None.

    Returns:
        :class:`~.result.Prediction`.

    Raises:
        ConfigError: a setting that makes no sense.
        CheckpointError: weights that are missing or do not fit.
        DataError: nothing that can be read, no face in it, or too little of it.
    """
    if not SHORTEST_S <= window_s < np.inf or not 0 < step_s < np.inf:
        raise ConfigError(
            f"The window is {window_s:g} s with a step of {step_s:g} s; expected {SHORTEST_S:g} s or more, and a step "
            f"above 0."
        )
    tracker, running = FaceTracker(detector(face_backend)), estimator(method, weights)
    opened = open_source(source, start_s, duration_s, fps_hz)
    try:
        one_pass = _Pass(opened, tracker, running, face_picture)
        one_pass.read(on_second, window_s)
    finally:
        opened.close()
    return one_pass.result(window_s, step_s)


class _Pass:
    """One pass over a source."""

    def __init__(self, source: Source, tracker: FaceTracker, running: Estimator, face_picture: bool) -> None:
        self._source, self._tracker, self._estimator = source, tracker, running
        self._wants_picture = face_picture
        self._picture: Optional[NDArray[np.uint8]] = None
        self._times_s, self._faces = array("d"), bytearray()
        self._brightest = 0.0

    def read(self, on_second: Optional[OnSecond], window_s: float) -> None:
        try:
            self._read(on_second, window_s)
        except KeyboardInterrupt:
            if not self._source.is_live:
                raise
            self._source.notes.append("Stopped by hand.")

    def _read(self, on_second: Optional[OnSecond], window_s: float) -> None:
        next_s = -np.inf
        for time_s, image in self._source.frames():
            box = self._tracker.track(time_s, image)
            self._estimator.add(time_s, image, box)
            self._times_s.append(time_s)
            self._faces.append(box is not None)
            if box is not None and self._wants_picture and self._picture is None:
                self._picture = _thumbnail(box.scaled(LARGE_BOX_COEF).cut(image))
            if time_s >= next_s:
                next_s = time_s + 1.0
                self._brightest = max(self._brightest, *cv2.mean(image)[:3])
                if on_second is not None:
                    on_second(time_s, self._running_estimate(window_s))

    def _running_estimate(self, window_s: float) -> Optional[quality.Reading]:
        """The last window's :class:`~.quality.Reading`, for a camera; None where there is none yet."""
        if not self._source.is_live or self._times_s[-1] - self._times_s[0] < SHORTEST_S:
            return None
        recent = self._estimator.recent(window_s)
        if recent is None or len(recent.bvp) < SHORTEST_S * recent.fs_hz or not recent.has_face(slice(None)):
            return None
        recent = waveform.filtered(recent, self._estimator.is_derivative)
        return quality.read_pulse(recent.bvp, recent.fs_hz)

    def result(self, window_s: float, step_s: float) -> Prediction:
        times_s = np.array(self._times_s)
        faces = np.array(self._faces, dtype=bool)
        fps_hz = self._check(times_s, faces)
        pulse = waveform.filtered(self._estimator.finish(), self._estimator.is_derivative)
        peak_bpm, spectrum = waveform.overall(pulse, window_s) or (None, None)
        windows = waveform.windows(pulse, window_s, step_s, peak_bpm)
        rate = waveform.rate_over_time(windows)
        if rate is None and peak_bpm is not None:
            rate = waveform.RateOverTime(peak_bpm, peak_bpm, peak_bpm)
        qualities = [window.quality for window in windows if window.quality is not None]
        measures, reason = hrv.variability(pulse, peak_bpm)
        breathing, breathing_reason = respiration.breathing(pulse, peak_bpm)
        found = Prediction(
            source=self._source.name, method=self._estimator.name, weights=self._estimator.weights,
            start_s=times_s[0], duration_s=times_s[-1] - times_s[0], frames=len(times_s), fps_hz=fps_hz,
            face_share=float(faces.mean()), heart_rate_bpm=rate and rate.mean,
            heart_rate_range_bpm=rate and [rate.lowest, rate.highest],
            quality=float(np.median(qualities)) if qualities else None, windows=windows, times_s=times_s,
            bvp=_at_frames(pulse, times_s, faces), hrv=measures, hrv_reason=reason,
            respiration=breathing, respiration_reason=breathing_reason, spectrum=spectrum,
            thumbnail=self._picture, notes=list(self._source.notes),
        )  # fmt: skip
        found.notes += self._notes(found, pulse, window_s)
        return found

    def _check(self, times_s: NDArray[np.float64], faces: NDArray[np.bool_]) -> float:
        """The frames per second; a recording that no heart rate can be read from is refused."""
        name = self._source.name
        seconds = times_s[-1] - times_s[0] if len(times_s) else 0.0
        if seconds < SHORTEST_S:
            raise DataError(
                f"{name} has {len(times_s)} frames in {seconds:.1f} s; a heart rate needs {SHORTEST_S:g} s or more. "
                f"Take a longer recording, or a longer part of this one."
            )
        fps_hz = frame_rate_hz(times_s)
        if fps_hz < SLOWEST_HZ:
            raise DataError(
                f"{name} has {fps_hz:.1f} frames per second; a pulse needs {SLOWEST_HZ:g} or more, and 25 to 30 are "
                f"better. Record it again at a higher rate."
            )
        if self._brightest < _BLACK:
            raise DataError(f"{name} is black (grey level {self._brightest:.0f} of 255). Record it with more light.")
        if not faces.any():
            raise DataError(
                f"No face was found in the {len(times_s)} frames of {name}. The face should look at the camera, "
                f"upright, lit from the front, and fill an eighth of the picture's height or more."
            )
        return fps_hz

    def _notes(self, found: Prediction, pulse: waveform.Waveform, window_s: float) -> List[str]:
        notes = []
        if found.duration_s < window_s - 1:
            notes.append(f"The recording is shorter than the window of {window_s:g} s; its only window is all of it.")
        if self._tracker.most_faces > 1:
            notes.append(f"Up to {self._tracker.most_faces} faces are in the picture; the largest was taken.")
        if found.face_share < 1:
            notes.append(f"No face was seen in {1 - found.face_share:.0%} of the frames; they have no waveform.")
        if found.fps_hz < 20:
            notes.append(
                f"{found.fps_hz:.0f} frames per second are few and flatten a fast pulse; 25 or more are better."
            )
        if found.heart_rate_bpm is None:
            why = "the face is never visible for long enough"
            if np.ptp(pulse.bvp) == 0:
                why = f"nothing changes in the face that {found.method} could use, as in a still or a grey picture"
            notes.append(f"There is no heart rate to give: {why}.")
        elif found.quality is None or found.quality < quality.doubtful_below(found.windows[0].seconds):
            notes.append("The signal quality is no better than that of noise: do not rely on this heart rate.")
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
