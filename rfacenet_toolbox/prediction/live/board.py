"""What all viewers see: the newest of each part of the page, numbered, so that each gets what is new to it."""

import threading
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import cv2
import numpy as np

from ..box import Box

#: pictures are reduced to this width
_WIDTH = 640
_JPEG_QUALITY = 80


class Picture:
    """A frame as the page shows it, made only if somebody looks, and once for all of them."""

    def __init__(self, time_s: float, image: np.ndarray, box: Optional[Box]) -> None:
        self._time_s, self._image, self._box = time_s, image, box
        self._lock = threading.Lock()
        self._jpeg: Optional[bytes] = None

    def jpeg(self) -> bytes:
        """The picture alone, 640 pixels wide or less."""
        with self._lock:
            if self._jpeg is None:
                scale = min(1.0, _WIDTH / self._image.shape[1])
                small = self._image
                if scale < 1:
                    small = cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
                self._jpeg = encoded.tobytes()
            return self._jpeg

    def to_dict(self) -> Dict[str, Any]:
        """``time_s``, and the face's ``box`` as x, y, width and height in shares of the picture, or None."""
        box = None if self._box is None else shares(self._box, self._image)
        return {"time_s": round(self._time_s, 3), "box": box}


def shares(box: Box, image: np.ndarray) -> List[float]:
    """The part of a box that lies in an image, as x, y, width and height in shares of that."""
    height, width = image.shape[:2]
    left, right = (min(max(edge / width, 0.0), 1.0) for edge in (box.x, box.x + box.width))
    top, bottom = (min(max(edge / height, 0.0), 1.0) for edge in (box.y, box.y + box.height))
    return [round(share, 4) for share in (left, top, right - left, bottom - top)]


class News(NamedTuple):
    """What is new to a viewer: ``parts`` by name, the ``picture`` if it is new, and the number up to which it knows."""

    parts: Dict[str, Any]
    picture: Optional[Picture]
    number: int


class Board:
    """Where the computing puts what it has, and from where each viewer takes what is new to it. Any thread may use it.

    Only the newest of each part is kept, so a slow viewer misses what was in between and nothing queues up.

    Attributes:
        watched: set when somebody looks for the first time.
    """

    def __init__(self) -> None:
        self.watched = threading.Event()
        self._lock = threading.Lock()
        self._number = 0
        self._parts: Dict[str, Tuple[int, Any]] = {}

    def put(self, name: str, content: Any) -> None:
        """Show ``content`` as the part ``name`` from now on: a :class:`Picture` as "picture", else plain values."""
        with self._lock:
            self._number += 1
            self._parts[name] = self._number, content

    def news(self, number: int = 0) -> Optional[News]:
        """What was put after the number that a viewer knows; None if nothing was."""
        with self._lock:
            if self._number <= number:
                return None
            new = {name: content for name, (since, content) in self._parts.items() if since > number}
            now = self._number
        picture = new.pop("picture", None)
        if picture is not None:
            new["picture"] = picture.to_dict()
        return News(new, picture, now)
