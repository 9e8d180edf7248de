"""``predict()``: a recording from its first frame to the result."""

from typing import Callable, List, Optional, Tuple, Union

import numpy as np

from ..errors import ConfigError, DataError
from ..evaluation import HEART_RATE
from ..runtime import weights_path
from . import estimators, waveform
from .base import Estimator
from .faces import check_backend, detector
from .frames import AnyPath, Source, is_number
from .one_pass import OnSecond, Pass
from .people import PeopleTracker
from .person import SHORTEST_S
from .result import Prediction
from .sources import open_source
from .tracking import FaceTracker

_LEAST_STEP_S = 0.01  # between windows; less is less than between frames


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
    new_estimator, window_s = _estimators(method, weights, window_s, step_s)
    tracker = FaceTracker(detector(face_backend))
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
    new_estimator, window_s = _estimators(method, weights, window_s, step_s)
    people = PeopleTracker(detector(face_backend))
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


def check_options(
    method: str, weights: Optional[AnyPath] = None, window_s: Optional[float] = None, face_backend: str = "auto"
) -> None:
    """Refuse arguments of :func:`predict` that are wrong for any recording; loads nothing.

    Raises:
        ConfigError, CheckpointError: as :func:`predict`.
    """
    estimators.check(method, weights)
    if weights is not None:
        weights_path.resolve(weights)
    _check_windows(waveform.WINDOW_S if window_s is None else window_s, 1.0)
    check_backend(face_backend)


def _check_windows(length_s: float, step_s: float) -> None:
    numbers_alone = all(map(is_number, (length_s, step_s)))
    if not numbers_alone or not SHORTEST_S <= length_s < np.inf or not _LEAST_STEP_S <= step_s < np.inf:
        window, step = (f"{value:g}" if is_number(value) else repr(value) for value in (length_s, step_s))
        raise ConfigError(
            f"The window is {window} s with a step of {step} s; expected numbers, {SHORTEST_S:g} s or more and a step "
            f"of {_LEAST_STEP_S:g} s or more."
        )


def _estimators(
    method: str, weights: Optional[AnyPath], window_s: Optional[float], step_s: float
) -> Tuple[Callable[[], Estimator], float]:
    """What gives fresh estimators, and the windows' length in seconds: as asked for, or else 10.

    Raises:
        ConfigError: windows that cannot be, or a length that was asked for where the method has its own.
    """
    length_s = waveform.WINDOW_S if window_s is None else window_s
    _check_windows(length_s, step_s)
    new_estimator = estimators.maker(method, weights, step_s)
    if window_s is not None and new_estimator().gives == HEART_RATE:
        raise ConfigError(
            f"The window is {window_s:g} s, and {new_estimator().name} gives the heart rate of as many frames as it "
            f"was trained on. Leave --window (window_s=) out."
        )
    return new_estimator, length_s
