"""The video of a recording, decoded frame by frame."""

import os
from typing import NamedTuple

import cv2

from . import mp4_header


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


def time_stamps_s(path, is_over):
    """The container's times of a video's frames in s: a list, with zeros where it holds none.

    Frames are decoded for that, and not converted to pictures.

    Args:
        path: of the video.
        is_over: ``is_over(index, time_s)`` -> whether frame ``index``, whose time from the first frame's is ``time_s``,
            is the last that is asked for.
    """
    video, stamps_s = _opened(path), []
    try:
        while video.grab():
            stamps_s.append(video.get(cv2.CAP_PROP_POS_MSEC) / 1000)
            if is_over(len(stamps_s) - 1, stamps_s[-1] - stamps_s[0]):
                break
    finally:
        video.release()
    return stamps_s


def video_frames(recording, path, every=1, upright=False):
    """Frames 0, ``every``, 2 * ``every``, ... up to the first that cannot be decoded: uint8 BGR (H, W, 3).

    Agrees with the toolbox's ``read_video``, unless they are to be turned ``upright``, as the container says.

    Raises:
        DataError: no such file, or not one frame of it can be decoded.
    """
    name = os.path.basename(path)
    if not os.path.isfile(path):
        raise recording.missing("video", path)
    video = _opened(path)
    try:
        video.set(cv2.CAP_PROP_POS_MSEC, 0)
        turned = mp4_header.turned_upright(video, path) if upright else None
        index = 0
        while video.grab():
            if index % every == 0:
                decoded, image = video.retrieve()
                if not decoded:
                    break
                yield turned(image) if turned else image
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
