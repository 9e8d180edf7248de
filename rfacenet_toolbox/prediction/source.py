"""Where frames come from: a video file, a folder of images, a camera. One frame at a time, each with its time.

Frames are uint8 (H, W, 3) in OpenCV's order B, G, R: only the small crops that are kept are worth converting.
"""
import math
import mimetypes
import os
import re
import time
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from ..errors import ConfigError, DataError

#: frames a second where a recording says nothing about its own
DEFAULT_HZ = 30.0
IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
_NANOSECONDS = re.compile(r"(\d{16,})$")  # PURE's Image1392643993642815000.png
_LONGEST_PAUSE_S = 10.0
_CAMERA_MISSES = 30


class Frame(NamedTuple):
    """``time_s`` from the recording's beginning, and the ``image``, uint8 (H, W, 3), BGR."""

    time_s: float
    image: np.ndarray


class Clock:
    """Time stamps made to go forward.

    A stamp that does not come after the one before it, or comes absurdly late, is replaced by a step of the nominal
    frame rate.

    Args:
        nominal_hz: frames a second that the container claims.
    """

    def __init__(self, nominal_hz):
        self.replaced = 0
        self._step_s = 1.0 / nominal_hz
        self._origin_s = self._last_s = None

    def time_s(self, stamp_s):
        """Time of the frame with this stamp, from the first frame."""
        if self._last_s is None:
            self._origin_s, self._last_s = stamp_s, 0.0
            return 0.0
        elapsed = stamp_s - self._origin_s - self._last_s
        if not 0 < elapsed <= _LONGEST_PAUSE_S:
            self.replaced += 1
            if abs(elapsed) > 1.0:  # the stamps started anew: those that follow are taken from here
                self._origin_s += elapsed - self._step_s
            elapsed = self._step_s
        self._last_s += elapsed
        return self._last_s


class Source:
    """What :func:`~rfacenet_toolbox.predict` reads from.

    Attributes:
        name: for people and file names.
        is_live: whether it goes on until it is stopped.
        length_s: how long it claims to be, None where that is not known.
        notes: what is worth knowing about the reading, one sentence each; complete when :meth:`frames` has ended.
    """

    is_live = False
    length_s = None

    def __init__(self, name):
        self.name = name
        self.notes = []

    def frames(self):
        """Yield :class:`Frame` after :class:`Frame`, times increasing."""
        raise NotImplementedError

    def close(self):
        """Let go of the file or camera."""


class VideoFile(Source):
    """Any video that OpenCV's FFmpeg decodes.

    Raises:
        DataError: no such file, or nothing in it that can be decoded as video.
    """

    def __init__(self, path, start_s=0.0, duration_s=None):
        super().__init__(os.path.basename(str(path)))
        self._path, self._start_s = str(path), start_s
        self._stop_s = math.inf if duration_s is None else start_s + duration_s
        self._capture = cv2.VideoCapture(self._path, cv2.CAP_FFMPEG)
        if not self._capture.isOpened() or _is_text(path):
            raise DataError(f"{path} cannot be read as a video: {_why_not(path)}")
        self._nominal_hz = _plausible_hz(self._capture.get(cv2.CAP_PROP_FPS))
        self._promised = max(0.0, self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        if self._promised:
            self.length_s = min(self._promised / self._nominal_hz, self._stop_s) - start_s

    def frames(self):
        """Decode frame by frame; the time is each frame's own, where the file has one."""
        clock, count = Clock(self._nominal_hz), 0
        while self._capture.grab():
            count += 1
            time_s = clock.time_s(self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0)
            if time_s >= self._stop_s:
                break
            if time_s < self._start_s:
                continue
            decoded, image = self._capture.retrieve()
            if decoded:
                yield Frame(time_s, image)
        else:
            self._note_missing(count)
        if clock.replaced:
            self.notes.append(
                f"{clock.replaced} of {count} time stamps did not go forward and were replaced by steps of the nominal "
                f"{self._nominal_hz:g} frames a second."
            )

    def close(self):
        """Close the file."""
        self._capture.release()

    def _note_missing(self, count):
        if count == 0:
            raise DataError(f"{self._path} cannot be read as a video: {_why_not(self._path)}")
        if count < 0.95 * self._promised:
            self.notes.append(
                f"The file says that it has {self._promised:.0f} frames, and {count} could be decoded. It may be cut "
                f"short or damaged; this is the result for what could be read."
            )


class ImageFolder(Source):
    """A folder of images of one size, in the order of their numbers.

    Names that end in a time in nanoseconds, as PURE's do, give the times; others are ``fps_hz`` frames a second. A
    PURE recording (``01-01`` with the images in ``01-01/01-01``) is read as it is.

    Raises:
        DataError: no images, unreadable ones, or several sizes.
    """

    def __init__(self, path, start_s=0.0, duration_s=None, fps_hz=None):
        path = Path(path)
        super().__init__(path.resolve().name)
        inner = path / self.name
        self._folder = inner if inner.is_dir() else path
        names = [name for name in os.listdir(self._folder) if _is_image(name)]
        if not names:
            raise DataError(
                f"{self._folder} holds no images ({', '.join(IMAGES)}). Name a video, or a folder of frames."
            )
        times = self._times(sorted(names, key=_natural), fps_hz)
        stop_s = math.inf if duration_s is None else start_s + duration_s
        self._frames = [(time_s, name) for time_s, name in times if start_s <= time_s < stop_s]
        if self._frames:
            self.length_s = self._frames[-1][0] - self._frames[0][0]

    def frames(self):
        """Decode image by image."""
        shape = None
        for time_s, name in self._frames:
            image = cv2.imread(str(self._folder / name))
            if image is None:
                raise DataError(f"{self._folder / name} is no readable image. Copy the frame again, or take it out.")
            shape = shape or image.shape
            if image.shape != shape:
                raise DataError(
                    f"{self._folder / name} is {image.shape[1]}x{image.shape[0]}, the first image {shape[1]}x"
                    f"{shape[0]}; expected the frames of one recording, all of one size."
                )
            yield Frame(time_s, image)

    def _times(self, names, fps_hz):
        stamps = [_NANOSECONDS.search(os.path.splitext(name)[0]) for name in names]
        if fps_hz is None and all(stamps):
            clock = Clock(DEFAULT_HZ)
            return [(clock.time_s(int(stamp.group(1)) / 1e9), name) for stamp, name in zip(stamps, names)]
        if fps_hz is None:
            self.notes.append(
                f"The images' names hold no times; {DEFAULT_HZ:g} frames a second are assumed. Every heart rate is in "
                f"proportion to that: give --fps (fps_hz) if it is another."
            )
        return [(index / (fps_hz or DEFAULT_HZ), name) for index, name in enumerate(names)]


class Camera(Source):
    """A live camera; a frame's time is the moment at which it arrived.

    Args:
        index: OpenCV's number of the camera, 0 for the first.
        duration_s: when to stop; None goes on until it is interrupted.
        capture: what makes the capture object from the index.
        clock: gives the time in seconds.

    Raises:
        DataError: the camera cannot be opened.
    """

    is_live = True

    def __init__(self, index, duration_s=None, capture=cv2.VideoCapture, clock=time.monotonic):
        super().__init__(f"camera{index}")
        self.length_s = duration_s
        self._clock = clock
        self._capture = capture(index)
        if not self._capture.isOpened():
            raise DataError(
                f"Camera {index} cannot be opened. It may be absent, in use by another program, or not allowed for "
                f"this one. Try another number, or give the path of a video."
            )

    def frames(self):
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

    def close(self):
        """Give the camera back."""
        self._capture.release()


def open_source(source, start_s=0.0, duration_s=None, fps_hz=None):
    """The :class:`Source` for a path, a camera's number, or a :class:`Source`, which is given back as it is.

    Args:
        source: path of a video or of a folder of images; whole number or its digits for a camera.
        start_s, duration_s: the part of the recording to read; a camera has no start.
        fps_hz: of a folder of images whose names hold no times.

    Raises:
        ConfigError: a part of negative length.
        DataError: nothing there, or nothing that can be read.
    """
    if isinstance(source, Source):
        return source
    if start_s < 0 or (duration_s is not None and duration_s <= 0) or (fps_hz is not None and fps_hz <= 0):
        raise ConfigError(
            f"start is {start_s}, duration {duration_s} and frames a second {fps_hz}; expected a start of 0 or more, "
            f"and the others above 0 where they are given."
        )
    if os.path.isdir(str(source)):
        return ImageFolder(source, start_s, duration_s, fps_hz)
    if os.path.exists(str(source)):
        return VideoFile(source, start_s, duration_s)
    if re.match(r"^\d+$", str(source)):
        return Camera(int(source), duration_s)
    raise DataError(
        f"There is nothing at {source}. Give the path of a video or of a folder of images, or a camera's number, 0 for "
        f"the first."
    )


def _plausible_hz(hz):
    return hz if 1.0 <= hz <= 1000.0 else DEFAULT_HZ


def _is_image(name):
    return name.lower().endswith(IMAGES) and not name.startswith(".")


def _natural(name):
    """``frame2`` before ``frame10``."""
    return [int(part) if part.isdigit() else part.lower() for part in re.split(r"(\d+)", name)]


def _is_text(path):
    """FFmpeg would play a text file, as the art of old terminals."""
    with open(path, "rb") as file:
        beginning = file.read(1024)
    return bool(beginning) and all(9 <= byte <= 126 for byte in beginning)


def _why_not(path):
    if os.path.getsize(path) == 0:
        return "the file is empty. Copy it again."
    if _is_text(path):
        return "it is a text. Name a video."
    if (mimetypes.guess_type(str(path))[0] or "").startswith("audio"):
        return "by its name it is an audio file, and there is no picture in it. Name a video."
    return (
        "there is no picture in it that OpenCV's FFmpeg can decode. It may be cut short (an MP4 without its end cannot "
        "be read), damaged, or no video. Copy it again, or convert it to MP4."
    )
