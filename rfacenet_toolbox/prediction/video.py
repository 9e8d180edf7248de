"""Frames from a video file, and why a file gives none."""

import math
import mimetypes
import os
import struct

import cv2

from ..datasets import mp4_header
from ..errors import DataError
from .frames import DEFAULT_HZ, Clock, Frame, Source, ends_before


class VideoFile(Source):
    """A video file, decoded by OpenCV's FFmpeg.

    Raises:
        DataError: no file that may be read, or nothing in it that can be decoded as video.
    """

    def __init__(self, path, start_s=0.0, duration_s=None):
        super().__init__(os.path.basename(str(path)))
        _check_file(path)
        self._path, self._start_s = str(path), start_s
        self._stop_s = math.inf if duration_s is None else start_s + duration_s
        # FFmpeg would take 12:30.mp4 for an address of the protocol "12"; a whole path has no such beginning.
        self._capture = cv2.VideoCapture(os.path.abspath(self._path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened() or _is_text(path):
            raise DataError(f"{path} cannot be read as a video: {why_not(path)}")
        self._turned = mp4_header.turned_upright(self._capture, path)
        self._nominal_hz = _plausible_hz(self._capture.get(cv2.CAP_PROP_FPS))
        if _lacks_rate(path):
            self.notes.append(
                f"The file's header holds no frame rate, so {self._nominal_hz:g} frames per second are assumed. Heart "
                f"rates are in proportion to that: convert the file with its true rate if it is another."
            )
        self._promised = max(0.0, self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        if self._promised:
            self.length_s = max(0.0, min(self._promised / self._nominal_hz, self._stop_s) - start_s)

    def frames(self):
        """Decode frame by frame; the time is each frame's own, where the file has one."""
        clock, count, time_s = Clock(self._nominal_hz), 0, 0.0
        while self._capture.grab():
            count += 1
            time_s = clock.time_s(self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0)
            if time_s >= self._stop_s:
                break
            if time_s < self._start_s:
                continue
            decoded, image = self._capture.retrieve()
            if decoded:
                yield Frame(time_s, self._turned(image) if self._turned else image)
        else:
            self._note_missing(count, time_s)
            if time_s < self._start_s:
                raise ends_before(self._path, time_s, self._start_s)
        self.notes += clock.notes(count)

    def close(self):
        """Close the file."""
        self._capture.release()

    def _note_missing(self, count, last_s):
        """Say that the end is missing. The count that a container gives may be made of its length and nominal rate, and
        what an edit list leaves out is counted, too: only a length that falls short is a sign of damage."""
        if count == 0:
            raise DataError(f"{self._path} cannot be read as a video: {why_not(self._path)}")
        claimed_s = self._promised / self._nominal_hz
        is_short = last_s + 1 / self._nominal_hz < 0.95 * claimed_s
        header = mp4_header.read(self._path) or mp4_header.Mp4Header()
        if count < 0.95 * self._promised and is_short and not header.is_edited:
            self.notes.append(
                f"The file claims {self._promised:.0f} frames, and {count} could be decoded. It may be cut short or "
                f"damaged; the result is of the part that could be read."
            )


_CODECS = {"av01": "AV1", "hvc1": "HEVC", "hev1": "HEVC", "vp09": "VP9", "avc1": "H.264"}


def _plausible_hz(hz):
    return hz if 1.0 <= hz <= 1000.0 else DEFAULT_HZ


def _check_file(path):
    """Refuse what is no file to read: at a pipe, FFmpeg would wait for ever."""
    if not os.path.isfile(path):
        raise DataError(f"{path} is neither a file nor a folder. Name a video, or a camera by its number.")
    if not os.access(path, os.R_OK):
        raise DataError(f"{path} is not readable by this user. Change its permissions, or copy it.")
    if os.path.getsize(path) == 0:
        raise DataError(f"{path} cannot be read as a video: the file is empty. Copy it again.")


def _lacks_rate(path):
    """Whether it is an AVI whose header and first track have a rate of 0, in the place of which FFmpeg takes one."""
    with open(path, "rb") as file:
        beginning = file.read(1024)
    header, track = beginning.find(b"avih"), beginning.find(b"strh")
    if not beginning.startswith(b"RIFF") or header < 0 or not 0 <= track <= len(beginning) - 36:
        return False
    (frame_us,), rate = (
        struct.unpack_from("<I", beginning, header + 8),
        struct.unpack_from("<2I", beginning, track + 28),
    )
    return frame_us == 0 and 0 in rate


def _is_text(path):
    """Whether it is a text file, which FFmpeg would play as ANSI art."""
    with open(path, "rb") as file:
        beginning = file.read(1024)
    return bool(beginning) and all(9 <= byte <= 126 for byte in beginning)


def _is_audio(path):
    """By its first bytes: WAV, MP3, FLAC or Ogg."""
    with open(path, "rb") as file:
        beginning = file.read(12)
    return beginning.startswith((b"ID3", b"fLaC", b"OggS", b"\xff\xfb")) or beginning[8:] == b"WAVE"


def why_not(path):
    """Why OpenCV reads no frame of the file, and what to do, as the end of a message."""
    if _is_text(path):
        return "it is a text file. Name a video."
    if (mimetypes.guess_type(str(path))[0] or "").startswith("audio"):
        return "by its name it is an audio file, without any picture. Name a video."
    header = mp4_header.read(path)
    if _is_audio(path):
        return "there is sound in it and no picture. Name a video."
    if header is not None and not header.has_video:
        return "its header names no track with pictures; there is sound alone in it, or nothing. Name a video."
    if header is not None and header.codec:
        name = _CODECS.get(header.codec, header.codec)
        return (
            f"its pictures are coded as {name}, and OpenCV {cv2.__version__} cannot decode them here: it may lack that "
            f"codec, or they are damaged. Convert the file to H.264."
        )
    return (
        "it holds no picture that OpenCV's FFmpeg can decode. It may be cut short (an MP4 without its end cannot be "
        "read), damaged, of a codec that it lacks, or not a video. Copy it again, or convert it to MP4 with H.264."
    )
