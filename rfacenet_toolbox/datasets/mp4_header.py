"""What the header of an MP4 or MOV says of its video track, and OpenCV does not pass on."""

import struct
from dataclasses import dataclass
from typing import Optional, Tuple

import cv2

_CONTAINERS = b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"
_LARGEST_HEADER = 64 << 20  # of the box "moov", in bytes
_MOST_BOXES, _DEEPEST = 10000, 8


@dataclass
class Mp4Header:
    """Of the first video track.

    Attributes:
        has_video: whether there is one.
        codec: its four letters, such as ``"avc1"`` or ``"av01"``.
        matrix: (a, b, c, d) with which a pixel (x, y) is shown at (a x + c y, b x + d y), whole numbers.
        is_edited: whether an edit list leaves out a part of the track.
        is_even: whether all its frames, but for the last, are said to last equally long, in one piece.
    """

    has_video: bool = False
    codec: str = ""
    matrix: Tuple[int, int, int, int] = (1, 0, 0, 1)
    is_edited: bool = False
    is_even: bool = False

    @property
    def is_mirrored(self):
        """Whether pictures are shown mirrored, which OpenCV takes for a rotation, or for nothing."""
        a, b, c, d = self.matrix
        return a * d - b * c < 0

    def mirrored(self, image):
        """A decoded image as a mirroring matrix shows it."""
        a, b, _, _ = self.matrix
        if a:
            return cv2.flip(image, 1 if a < 0 else 0)
        turned = cv2.transpose(image)
        return turned if b > 0 else cv2.flip(turned, -1)


def read(path) -> Optional[Mp4Header]:
    """The :class:`Mp4Header` of a file; None where it is no whole MP4 or MOV."""
    try:
        with open(path, "rb") as file:
            moov = _find_moov(file)
        return None if moov is None else _of_tracks(moov)
    except (OSError, struct.error, ValueError):
        return None


def turned_upright(capture, path):
    """Let OpenCV turn a video's pictures as the container says, and give what mirrors them where it says that, too.

    Phones film upright pictures sideways and say so in the container; whether OpenCV follows differs by version.

    Args:
        capture: ``cv2.VideoCapture`` of the video.
        path: of the video.

    Returns:
        A function from a decoded image to the one to be shown, or None where they are the same.
    """
    found = read(path) or Mp4Header()
    capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0 if found.is_mirrored else 1)
    return found.mirrored if found.is_mirrored else None


def _find_moov(file):
    for _ in range(_MOST_BOXES):
        start = file.tell()
        head = file.read(8)
        if len(head) < 8:
            return None
        size, kind = struct.unpack(">I4s", head)
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        if start == 0 and kind not in (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"):
            return None
        if kind == b"moov":
            expected = size - (file.tell() - start)
            content = file.read(expected) if 0 <= expected <= _LARGEST_HEADER else b""
            return content if len(content) == expected else None
        if size < 8:
            return None
        file.seek(start + size)
    return None


def _boxes(content, depth=0):
    """``(kind, payload)`` of the boxes in ``content``, and of those within."""
    position = 0
    while position + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, position)
        if size < 8:
            return
        payload = content[position + 8 : position + size]
        yield kind, payload
        if kind in _CONTAINERS and kind != b"trak" and depth < _DEEPEST:
            yield from _boxes(payload, depth + 1)
        position += size


def _of_tracks(moov):
    for kind, payload in _boxes(moov):
        if kind == b"trak":
            boxes = {}
            for inner, content in _boxes(payload):
                boxes.setdefault(inner, content)
            if boxes.get(b"hdlr", b"")[8:12] == b"vide":
                return Mp4Header(True, _codec(boxes), _matrix(boxes), _is_edited(boxes), _is_even(boxes))
    return Mp4Header()


def _codec(boxes):
    return boxes.get(b"stsd", b"")[12:16].decode("latin-1")


def _matrix(boxes):
    header = boxes.get(b"tkhd", b"")
    place = 52 if header[:1] == b"\1" else 40
    if len(header) < place + 36:
        return 1, 0, 0, 1
    a, b, _, c, d = struct.unpack_from(">5i", header, place)
    return tuple(round(value / 65536) for value in (a, b, c, d))


def _is_even(boxes):
    table = boxes.get(b"stts", b"")
    if len(table) < 16 or sum(time >= 0 for time in _edits(boxes)) > 1:
        return False
    (entries,) = struct.unpack_from(">I", table, 4)
    return entries == 1 or (entries == 2 and len(table) >= 24 and struct.unpack_from(">I", table, 16) == (1,))


def _is_edited(boxes):
    edits = _edits(boxes)
    return len(edits) > 1 or any(time > 0 for time in edits)


def _edits(boxes):
    """Where each of an edit list's parts begins in the track; -1 where it shows nothing."""
    edits = boxes.get(b"elst", b"")
    if len(edits) < 8:
        return []
    is_long, (count,) = edits[:1] == b"\1", struct.unpack_from(">I", edits, 4)
    return [
        struct.unpack_from(">Qq" if is_long else ">Ii", edits, 8 + index * (20 if is_long else 12))[1]
        for index in range(min(count, 1000))
    ]
