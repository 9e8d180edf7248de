"""The video of a recording, decoded frame by frame."""

import os
from typing import NamedTuple

import cv2


class Header(NamedTuple):
    """What a video says about itself, which need not be so; 0 where it says nothing, or is none."""

    fs_hz: float
    frames: int


def header(path):
    """The :class:`Header` of a video."""
    video = _opened(path)
    found = Header(video.get(cv2.CAP_PROP_FPS), max(0, int(video.get(cv2.CAP_PROP_FRAME_COUNT))))
    video.release()
    return found


def video_frames(recording, path, every=1, stamps_ms=None):
    """Frames 0, ``every``, 2 * ``every``, ... up to the first that cannot be decoded: uint8 BGR (H, W, 3).

    Agrees with the toolbox's ``read_video``. To ``stamps_ms``, a list, the container's time of every frame is added.

    Raises:
        DataError: no such file, or not one frame of it can be decoded.
    """
    name = os.path.basename(path)
    if not os.path.isfile(path):
        raise recording.missing("video", path)
    video = _opened(path)
    try:
        video.set(cv2.CAP_PROP_POS_MSEC, 0)
        index = 0
        while video.grab():
            if stamps_ms is not None:
                stamps_ms.append(video.get(cv2.CAP_PROP_POS_MSEC))
            if index % every == 0:
                decoded, image = video.retrieve()
                if not decoded:
                    break
                yield image
            index += 1
    finally:
        video.release()
    if index == 0:
        raise recording.error(
            f"no frame of {name} can be decoded ({os.path.getsize(path)} bytes). Copy the video again from the data set"
        )


def _opened(path):
    """OpenCV's capture. A whole path, because FFmpeg takes a name with a colon for an address."""
    return cv2.VideoCapture(os.path.abspath(path))
