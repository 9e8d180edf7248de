"""Crop every frame of a recording to the face and resize it, while the video is decoded.

Where boxes come from the backends that the toolbox has, the arithmetic is that of its ``crop_face_resize``, so that the
clips are the same.
"""

import itertools
from dataclasses import dataclass
from typing import Optional

import cv2
import numpy as np

from .face_detectors import face_detector

#: frames by which the array of a recording's frames grows
GROWTH = 256
#: where one box serves a whole video and the first frame has no face, it is looked for in every so many frames
SEARCH_EVERY = 30


@dataclass
class FaceVideo:
    """A recording cut down to what the clips are made of.

    Attributes:
        frames: uint8 RGB (T, height, width, 3).
        detections: number of frames in which the face was looked for.
        faces_not_found: number of those without one.
        boxes: (T, 4), the part of each frame that was cropped: left, top, right, bottom in pixels.
    """

    frames: np.ndarray
    detections: int = 0
    faces_not_found: int = 0
    boxes: Optional[np.ndarray] = None


def face_video(open_frames, settings, bgr=False):
    """Decode, crop and resize a recording; only resized frames are kept.

    Args:
        open_frames: ``open_frames(every=1)`` -> iterator over frames 0, every, 2 * every, ...: uint8 (H, W, 3).
        settings: :class:`~.settings.PreprocessSettings`.
        bgr: the frames are BGR, not RGB. They are converted where a face is looked for, and when they are small, which
            gives the same frames for less work.

    Returns:
        :class:`FaceVideo`. A median box needs all boxes before the first crop, so the file is then read twice.
    """
    looks, boxes = [], []

    def cropped():
        for frame, box in boxes_of(open_frames, settings, bgr, looks):
            boxes.append(inside_frame(box, frame))
            yield crop_and_resize(frame, box, settings, bgr)

    frames = _stack(cropped())
    return FaceVideo(frames, len(looks), sum(not found for _, found in looks), np.array(boxes))


def boxes_of(open_frames, settings, bgr=False, looks=None):
    """Iterate over ``(frame, box)`` of a recording: every frame, and the box that preprocessing crops it to.

    Args:
        open_frames, settings, bgr: as of :func:`face_video`.
        looks: list to which what the detector gave is appended, ``(box, found)`` each time it looked.

    Yields:
        The frame as it was read, and (x, y, width, height) in whole pixels; the box may reach beyond the frame.
    """
    looks = [] if looks is None else looks
    if not settings.crop_face:
        for frame in open_frames():
            yield frame, (0, 0, frame.shape[1], frame.shape[0])
        return
    every = settings.detect_every
    detector = face_detector(settings)
    if every is not None and (settings.median_box or detector.smooths):
        looks += [detector.box(frame, bgr) for frame in open_frames(every)]
        boxes = _smooth_boxes(looks, every) if detector.smooths else _median_box(looks, detector.keeps_face)
        yield from zip(open_frames(), boxes)
        return
    box = None
    for index, frame in enumerate(open_frames()):
        if index == 0 or (every is not None and index % every == 0):
            looks.append(detector.box(frame, bgr))
            new_box, found = looks[-1]
            if found or not detector.keeps_face:
                box = new_box
            elif box is None:
                box = _later_box(open_frames, detector, every or SEARCH_EVERY, bgr, looks)
        yield frame, box


def _later_box(open_frames, detector, every, bgr, looks):
    """The first face's box in frames ``every``, 2 * ``every``, ...; without one, that of the last frame looked at."""
    for frame in itertools.islice(open_frames(every), 1, None):
        looks.append(detector.box(frame, bgr))
        if looks[-1][1]:
            break
    return looks[-1][0]


def _found(looks):
    """``(numbers, boxes)`` of the looks in which there was a face; of all, where there was none in any."""
    numbers = [number for number, (_, found) in enumerate(looks) if found] or range(len(looks))
    return np.array(numbers), np.array([looks[number][0] for number in numbers])


def _median_box(looks, of_found):
    """The median of the boxes, frame after frame."""
    boxes = _found(looks)[1] if of_found else [box for box, _ in looks]
    return itertools.repeat(np.median(boxes, axis=0).astype(int))


def _smooth_boxes(looks, every):
    """For every frame, the mean of the boxes found around it, weighted by a Gaussian of a deviation of ``every``."""
    numbers, boxes = _found(looks)
    for index in itertools.count():
        distances = (index / every - numbers) ** 2 / 2
        weights = np.exp(distances.min() - distances)  # the nearest has 1, however far it is
        yield np.round(weights @ boxes / weights.sum()).astype(int)


def inside_frame(box, frame):
    """The part of a box that lies inside the frame: ``(left, top, right, bottom)``."""
    x, y, width, height = box
    return max(x, 0), max(y, 0), min(x + width, frame.shape[1]), min(y + height, frame.shape[0])


def crop_and_resize(frame, box, settings, bgr=False):
    """The part of a frame inside ``box``, at the size of ``settings``: uint8 RGB (height, width, 3).

    Args:
        bgr: the frame is BGR, not RGB.
    """
    left, top, right, bottom = inside_frame(box, frame)
    size = settings.width, settings.height
    resized = cv2.resize(frame[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(resized, cv2.COLOR_BGR2RGB) if bgr else resized


def _stack(resized):
    """One array of the frames. It grows in place, because stacking a list of them would hold them twice."""
    stacked, count = None, 0
    for frame in resized:
        if stacked is None:
            stacked = np.empty((GROWTH,) + frame.shape, dtype=np.uint8)
        elif count == len(stacked):
            stacked.resize((count + GROWTH,) + frame.shape, refcheck=False)
        stacked[count] = frame
        count += 1
    stacked.resize((count,) + stacked.shape[1:], refcheck=False)
    return stacked
