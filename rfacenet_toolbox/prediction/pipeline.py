"""``predict()``: a recording from its first frame to the result."""

from array import array
from typing import Callable, Dict, List, Optional, Union

import cv2
import numpy as np
from numpy.typing import NDArray

from ..datasets.times import SLOWEST_HZ
from ..errors import ConfigError, DataError
from ..evaluation import HEART_RATE
from . import quality, waveform
from .box import Box
from .estimators import AnyEstimator, maker
from .faces import detector
from .frames import AnyPath, Frame, Source
from .people import PeopleTracker
from .person import SHORTEST_S, Person
from .resample import frame_rate_hz
from .result import Prediction
from .sources import is_number, open_source
from .tracking import FaceTracker

_LEAST_STEP_S = 0.01  # between windows; less is less than between frames
_BLACK = 8.0  # mean grey level below which no face can be found

Track = Callable[[float, NDArray[np.uint8]], Dict[int, Optional[Box]]]
OnSecond = Callable[[float, Optional[quality.Reading]], object]
OnFrame = Callable[[Frame, Dict[int, Optional[Box]]], object]


def predict(
    source: Union[AnyPath, int, Source],
    method: str = "rfacenet",
    weights: Optional[AnyPath] = None,
    *,
    window_s: Optional[float] = None,
    step_s: float = 1.0,
    start_s: float = 0.0,
    duration_s: Optional[float] = None,
    fps_hz: Optional[float] = None,
    face_backend: str = "auto",
    face_picture: bool = False,
    on_second: Optional[OnSecond] = None,
) -> Prediction:
    """Heart rate, waveform and signal quality of a face video.

    The recording is read as a stream: what stays in memory is a few numbers per frame.

    Args:
        source: path of a video or of a folder of images, a camera's number, or a :class:`~.frames.Source`. A camera is
            read until ``duration_s`` is over or it is interrupted (Ctrl-C), which ends it like the end of a file.
        method: "rfacenet", any other network such as "physnet", "rhythmnet" or "cvd", or a signal method such as
            "pos", "chrom", "green".
        weights: ``.safetensors``, ``.pth`` or ``.onnx`` of a network; None is the file that the package ships.
        window_s, step_s: length of the sliding windows, and the time from one's start to the next's. None is 10 s, and
            of a network that gives heart rates the clip that it was trained on; it takes no other.
        start_s, duration_s: the part of the recording to read.
        fps_hz: frames per second of a folder of images whose names hold no times.
        face_backend: what finds the face. "auto" is OpenCV's Haar cascade and, where that finds no face, a thorough
            search; "HC" is the cascade alone, "MP" MediaPipe and "MTCNN" MTCNN, which are optional extras; "whole"
            takes the whole picture for the face.
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
    _check_windows(window_s, step_s)
    tracker, new_estimator = FaceTracker(detector(face_backend)), maker(method, weights, step_s)
    window_s = _window_of(new_estimator(), window_s)
    one_pass = Pass(lambda time_s, image: {1: tracker.track(time_s, image)}, new_estimator, face_picture)
    one_pass.read(open_source(source, start_s, duration_s, fps_hz), on_second, window_s)
    return one_pass.result(1, tracker.notes(), window_s, step_s)


def predict_all(
    source: Union[AnyPath, int, Source],
    method: str = "rfacenet",
    weights: Optional[AnyPath] = None,
    *,
    window_s: Optional[float] = None,
    step_s: float = 1.0,
    start_s: float = 0.0,
    duration_s: Optional[float] = None,
    fps_hz: Optional[float] = None,
    face_backend: str = "auto",
    face_picture: bool = False,
    on_second: Optional[OnSecond] = None,
) -> List[Prediction]:
    """The same as :func:`predict` for every face in the picture, in one pass over the recording.

    Arguments and errors are those of :func:`predict`. The running estimates of a camera are the first face's.

    Returns:
        A :class:`~.result.Prediction` for each face that was there for 5 s or more, with its number, ``face``. They are
        numbered as they appeared; of those who appeared together, the largest comes first.
    """
    _check_windows(window_s, step_s)
    people, new_estimator = PeopleTracker(detector(face_backend)), maker(method, weights, step_s)
    window_s = _window_of(new_estimator(), window_s)
    one_pass = Pass(people.track, new_estimator, face_picture)
    one_pass.read(open_source(source, start_s, duration_s, fps_hz), on_second, window_s)
    found, errors = [], []
    for number in one_pass.long_enough():
        try:
            found.append(one_pass.result(number, people.notes(number), window_s, step_s))
            found[-1].face = number
        except DataError as error:
            errors.append(error)
    if not found:
        raise errors[0]
    return found


def _window_of(estimator: AnyEstimator, window_s: Optional[float]) -> float:
    """The windows' length in seconds: as asked for, or else 10.

    Raises:
        ConfigError: one was asked for, and the method has its own.
    """
    if window_s is not None and estimator.gives == HEART_RATE:
        raise ConfigError(
            f"The window is {window_s:g} s, and {estimator.name} gives the heart rate of as many frames as it was "
            f"trained on. Leave --window (window_s=) out."
        )
    return waveform.WINDOW_S if window_s is None else window_s


def _check_windows(window_s: Optional[float], step_s: float) -> None:
    window_s = waveform.WINDOW_S if window_s is None else window_s
    if not all(map(is_number, (window_s, step_s))) or not (
        SHORTEST_S <= window_s < np.inf and _LEAST_STEP_S <= step_s < np.inf
    ):
        window, step = (f"{value:g}" if is_number(value) else repr(value) for value in (window_s, step_s))
        raise ConfigError(
            f"The window is {window} s with a step of {step} s; expected numbers, {SHORTEST_S:g} s or more and a step "
            f"of {_LEAST_STEP_S:g} s or more."
        )


class Pass:
    """One pass over a source; :func:`predict` and the page of ``rfacenet live`` are made of it.

    Args:
        track: ``(time_s, image) -> {number: box or None}`` of all people so far.
        new_estimator: gives a fresh estimator.
        wants_pictures: keep a small picture of each face.
    """

    def __init__(self, track: Track, new_estimator: Callable[[], AnyEstimator], wants_pictures: bool) -> None:
        self._track, self._new_estimator = track, new_estimator
        self._wants_pictures = wants_pictures
        self._people: Dict[int, Person] = {}
        self._times_s = array("d")
        self._brightest = 0.0

    def read(
        self, source: Source, on_second: Optional[OnSecond], window_s: float, on_frame: Optional[OnFrame] = None
    ) -> None:
        """Read the source to its end, and close it; ``on_frame`` is called after each frame with it and the boxes."""
        self._source = source
        try:
            self._read(on_second, window_s, on_frame)
        except KeyboardInterrupt:
            if not source.is_live:
                raise
            source.notes.append("Stopped by hand.")
        finally:
            source.close()

    def _read(self, on_second: Optional[OnSecond], window_s: float, on_frame: Optional[OnFrame]) -> None:
        next_s = -np.inf
        for time_s, image in self._source.frames():
            boxes = self._add(time_s, image)
            if time_s >= next_s:
                next_s = time_s + 1.0
                self._brightest = max(self._brightest, *cv2.mean(image)[:3])
                if on_second is not None:
                    on_second(time_s, self._running_estimate(window_s))
            if on_frame is not None:
                on_frame(Frame(time_s, image), boxes)

    def _add(self, time_s: float, image: NDArray[np.uint8]) -> Dict[int, Optional[Box]]:
        boxes = self._track(time_s, image)
        for number in boxes.keys() - self._people.keys():
            self._people[number] = Person(self._new_estimator(), self._wants_pictures)
            for earlier_s in self._times_s:
                self._people[number].add(earlier_s, None, None)
        for number, person in self._people.items():
            person.add(time_s, image, boxes[number])
        self._times_s.append(time_s)
        return boxes

    def running_waveform(self, window_s: float) -> Optional[waveform.Waveform]:
        """While the source is read: :meth:`.Person.up_to_date` of the first face; None where there is none yet."""
        if not self._people or self._times_s[-1] - self._times_s[0] < SHORTEST_S:
            return None
        return self._people[1].up_to_date(window_s)

    def _running_estimate(self, window_s: float) -> Optional[quality.Reading]:
        """The last window's :class:`~.quality.Reading` of the first face, for a camera; None where there is none."""
        if not self._source.is_live or not self._people or self._times_s[-1] - self._times_s[0] < SHORTEST_S:
            return None
        return self._people[1].recent(window_s)

    def long_enough(self) -> List[int]:
        """The numbers of the faces that were there for 5 s, or of the one that was there the longest."""
        seen_s = {number: person.seen_s(self._times_s) for number, person in self._people.items()}
        longest = max(seen_s, key=seen_s.__getitem__, default=1)
        return [number for number in seen_s if seen_s[number] >= SHORTEST_S] or [longest]

    def result(self, number: int, notes: List[str], window_s: float, step_s: float) -> Prediction:
        """Of one face; ``notes`` say how it was found.

        Raises:
            DataError: no heart rate can be read from what the source gave.
        """
        times_s = np.array(self._times_s)
        self._check(times_s, number in self._people and self._people[number].was_seen)
        return self._people[number].result(self._source, times_s, notes, window_s, step_s)

    def _check(self, times_s: NDArray[np.float64], has_face: bool) -> None:
        """Refuse a recording that no heart rate can be read from."""
        name = self._source.name
        seconds = times_s[-1] - times_s[0] if len(times_s) else 0.0
        if seconds < SHORTEST_S:
            raise DataError(
                f"{name} has {len(times_s)} frames in {seconds:.2f} s; a heart rate needs {SHORTEST_S:g} s or more. "
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
        if not has_face:
            raise DataError(
                f"No face was found in the {len(times_s)} frames of {name}. The face should look at the camera, "
                f"upright, lit from the front, and fill an eighth of the picture's height or more. If the picture "
                f"holds nothing but the face, take the face backend 'whole'."
            )
