"""Where frames come from: a folder of images, a camera, or a video file (:mod:`.video`)."""

import math
import numbers
import os
import re
import time
from pathlib import Path
from typing import Any, Callable, Iterator, List, Optional, Tuple, Union

import cv2

from ..datasets import image_names
from ..datasets.times import RATE_TOLERANCE
from ..errors import ConfigError, DataError
from .frames import DEFAULT_HZ, AnyPath, Clock, Frame, Source, check_part, ends_before
from .resample import frame_rate_hz
from .video import VideoFile

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
_CAMERA_MISSES = 30


class ImageFolder(Source):
    """A folder of images of one size, in the order of their numbers.

    Times in the names, in ns as PURE's are, in us or in ms, are the frames'. Others are numbered, at ``fps_hz`` numbers
    per second; where numbers are missing, so are frames. A PURE recording (``01-01`` with the images in
    ``01-01/01-01``) is read as it is.

    Raises:
        ConfigError: ``fps_hz`` contradicts the names' times.
        DataError: no images, unreadable ones, several sizes, or numbers from which the times cannot be told.
    """

    def __init__(
        self,
        path: AnyPath,
        start_s: float = 0.0,
        duration_s: Optional[float] = None,
        fps_hz: Optional[float] = None,
    ) -> None:
        path = Path(path)
        super().__init__(path.resolve().name)
        inner = path / self.name
        self._folder = inner if inner.is_dir() else path
        names = [name for name in _listed(self._folder) if _is_image(name)]
        for name in names:
            _check_name(name)
        if not names:
            raise DataError(
                f"{self._folder} holds no images ({', '.join(IMAGES)}). Name a video, or a folder of frames."
            )
        times = self._times(sorted(names, key=image_names.natural), fps_hz)
        stop_s = math.inf if duration_s is None else start_s + duration_s
        self._frames = [(time_s, name) for time_s, name in times if start_s <= time_s < stop_s]
        if not self._frames:
            raise ends_before(path, times[-1][0], start_s)
        self.length_s = self._frames[-1][0] - self._frames[0][0]

    def frames(self) -> Iterator[Frame]:
        """Decode image by image."""
        shape = None
        for time_s, name in self._frames:
            image = cv2.imread(str(self._folder / name))
            if image is None:
                raise DataError(
                    f"{self._folder / name} cannot be read as an image. Copy the frame again, or remove it."
                )
            shape = shape or image.shape
            if image.shape != shape:
                raise DataError(
                    f"{self._folder / name} is {image.shape[1]}x{image.shape[0]}, the first image {shape[1]}x"
                    f"{shape[0]}; expected the frames of one recording, all of one size."
                )
            yield Frame(time_s, image)

    def _times(self, names: List[str], fps_hz: Optional[float]) -> List[Tuple[float, str]]:
        counted = image_names.numbers(names)
        per_second = counted and image_names.per_second(counted)
        if counted and per_second:
            return list(zip(self._stamped(counted, per_second, fps_hz), names))
        if fps_hz is None:
            self.notes.append(
                f"The images' names hold no times, so {DEFAULT_HZ:g} frames per second are assumed. Heart rates are "
                f"in proportion to that: give --fps (fps_hz) if the rate is another."
            )
        return [
            (index / (fps_hz or DEFAULT_HZ), name) for index, name in zip(self._frame_numbers(counted, names), names)
        ]

    def _stamped(self, stamps: List[int], per_second: float, fps_hz: Optional[float]) -> List[float]:
        clock = Clock(DEFAULT_HZ)
        times_s = [clock.time_s(stamp / per_second) for stamp in stamps]
        self.notes += clock.notes(len(stamps))
        own_hz = frame_rate_hz(times_s)
        if fps_hz is not None and abs(own_hz / fps_hz - 1) > RATE_TOLERANCE:
            raise ConfigError(
                f"--fps (fps_hz) is {fps_hz:g}, and by the times in their names the images of {self._folder} have "
                f"{own_hz:.2f} frames per second. Leave it out, or number the images 1, 2, 3 if their times are wrong."
            )
        if fps_hz is not None:
            self.notes.append("The given frame rate is not needed: the times in the images' names were taken.")
        return times_s

    def _frame_numbers(self, counted: Optional[List[int]], names: List[str]) -> List[int]:
        """Each image's place in the recording, by the numbers in the names where they tell it."""
        found = counted and image_names.gaps(counted)
        if not counted or not found:
            return list(range(len(names)))
        if not image_names.missing(counted):
            raise DataError(
                f"The images of {self._folder} cannot be put in time: {found}; expected 1, 2, 3 and so on. Number them "
                f"anew if they are all of the recording's frames, or name each by its time in nanoseconds."
            )
        self.notes.append(f"Of the images, {found}. Their numbers were taken for their times.")
        return [number - counted[0] for number in counted]


class Camera(Source):
    """A live camera; a frame's time is the moment at which it arrived.

    Args:
        index: OpenCV's number of the camera, 0 for the first.
        duration_s: when to stop; None reads until it is interrupted.
        capture: makes OpenCV's capture object from the index.
        clock: gives the time in seconds.

    Raises:
        DataError: the camera cannot be opened.
    """

    is_live = True

    def __init__(
        self,
        index: int,
        duration_s: Optional[float] = None,
        capture: Callable[[int], Any] = cv2.VideoCapture,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(f"camera{index}")
        self.length_s = duration_s
        self._clock = clock
        self._capture = capture(index)
        if not self._capture.isOpened():
            raise DataError(
                f"Camera {index} cannot be opened. It may be absent, in use by another program, or not allowed for "
                f"this one. Try another number, or give the path of a video."
            )

    def frames(self) -> Iterator[Frame]:
        """Read until the duration is over, or the camera gives no more frames."""
        first_s, last_s, misses = None, -1.0, 0
        while misses < _CAMERA_MISSES:
            arrived, image = self._capture.read()
            now_s = self._clock()
            first_s = now_s if first_s is None else first_s
            if self.length_s is not None and now_s - first_s > self.length_s:
                return
            if not arrived or now_s - first_s <= last_s:
                misses += 1
                continue
            misses, last_s = 0, now_s - first_s
            yield Frame(last_s, image)
        self.notes.append("The camera gave no more frames.")

    def close(self) -> None:
        """Release the camera."""
        self._capture.release()


def open_source(
    source: Union[AnyPath, int, Source],
    start_s: float = 0.0,
    duration_s: Optional[float] = None,
    fps_hz: Optional[float] = None,
) -> Source:
    """The :class:`Source` for a path, a camera's number, or a :class:`Source`, which is given back as it is.

    Args:
        source: path of a video or of a folder of images; whole number or its digits for a camera.
        start_s, duration_s: the part of the recording to read; a camera has no start.
        fps_hz: frames per second of a folder of images whose names hold no times; for a video, a note says that it
            is not used.

    Raises:
        ConfigError: a part of negative length.
        DataError: nothing there, or nothing that can be read.
    """
    if isinstance(source, Source):
        return source
    _check_kind(source)
    check_part(start_s, duration_s, fps_hz)
    path = os.path.expanduser(os.fsdecode(source) if isinstance(source, (str, bytes, os.PathLike)) else str(source))
    _check_name(path)
    if os.path.isdir(path):
        return ImageFolder(path, start_s, duration_s, fps_hz)
    if os.path.exists(path):
        video = VideoFile(path, start_s, duration_s)
        if fps_hz is not None:
            video.notes.append("The given frame rate is for images only; the video's own times were taken.")
        return video
    if re.match(r"^\d+$", path):
        return Camera(int(path), duration_s)
    raise DataError(
        f"There is nothing at {source}. Give the path of a video or of a folder of images, or a camera's number, 0 for "
        f"the first."
    )


def _check_kind(source: Any) -> None:
    if isinstance(source, bool) or not isinstance(source, (str, bytes, os.PathLike, numbers.Integral)):
        raise ConfigError(
            f"The source is a {type(source).__name__}; expected the path of a video or of a folder of images, a "
            f"camera's number, or a Source, which gives frames from anywhere."
        )


def _check_name(name: str) -> None:
    """Refuse a name that is not valid text: OpenCV would end the process."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise DataError(f"The name {name!r} is not in UTF-8, and OpenCV cannot open it. Rename it.") from None


def _listed(folder: Path) -> List[str]:
    try:
        return os.listdir(folder)
    except OSError as error:
        raise DataError(f"{folder} cannot be listed ({error.strerror}). Change its permissions, or copy it.") from error


def _is_image(name: str) -> bool:
    return name.lower().endswith(IMAGES) and not name.startswith(".")
