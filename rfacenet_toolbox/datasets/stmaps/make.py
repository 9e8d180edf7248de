"""Cropped frames of a recording -> its map."""

import cv2
import numpy as np

from ...methods.signal.colour import combine, normalised_windows, overlap_add
from ...methods.signal.pos import PLANE, WINDOW_S
from . import landmarks, regions

#: blocks along each edge of the grid map, and pixels along each edge of a block
BLOCKS, PIXELS = 5, 16
#: offsets of Y, U, V
_YUV_OFFSETS = np.array([0.0, 128.0, 128.0])


class MapFeatures:
    """A recording's map, given clip by clip in the place of its frames.

    Args:
        map_type: of :data:`~.MAP_TYPES`.
        video: :class:`~.face_boxes.FaceVideo`.
        settings: :class:`~.settings.PreprocessSettings`.
        recording: of which the video is.
        fs_hz: its frame rate.

    Attributes:
        values: float32 (T, rows, channels).
        notes: (kind, detail): where the landmarks come from, for the report.

    Raises:
        DataError: landmarks that cannot be used, regions outside of the frames, or a recording too short for POS.
    """

    def __init__(self, map_type, video, settings, recording, fs_hz):
        found = landmarks.find(video, settings, recording)
        self.notes = (("regions of the face", found.source),)
        values = finished(map_type, measured(map_type, video.frames, found), fs_hz)
        if values is None:
            raise recording.error(
                f"a region of the face lies outside of its cropped frames throughout ({found.source}). Enlarge "
                f"PREPROCESS.CROP_FACE.LARGE_BOX_COEF"
            )
        self.values = values

    def clip(self, start, stop):
        """Frames ``start`` to ``stop``: (stop - start, rows, 1, channels)."""
        return self.values[start:stop, :, None]


def measured(map_type, frames, found):
    """What is taken of each frame by itself, and what :func:`finished` makes a map of.

    Args:
        map_type: of :data:`~.MAP_TYPES`.
        frames: uint8 RGB (T, H, W, 3).
        found: their :class:`~.landmarks.Landmarks`.

    Returns:
        float64 (T, R, C): of the grid its colours, of other maps :func:`~.regions.sums`, one after the other.
    """
    if map_type == "STMapGrid":
        return grid(frames, found)
    chosen, lift = {"STMapRegions": (regions.CVD, "eyes"), "STMapPos": (regions.NAS_HR, "brows")}[map_type]
    totals, pixels = regions.sums(frames, regions.polygons(found, chosen, lift))
    return np.concatenate([totals, pixels[..., None]], axis=-1)


def finished(map_type, measures, fs_hz):
    """The map, float32 (T, rows, channels), of the :func:`measured` frames of a whole recording.

    None where a region is outside of all frames.
    """
    if map_type == "STMapGrid":
        values = measures
    else:
        maker = {"STMapRegions": region_sets, "STMapPos": region_pulses}[map_type]
        values = maker(*map(np.ascontiguousarray, (measures[..., :3], measures[..., 3])), fs_hz)
    return None if values is None else values.astype(np.float32)


def to_yuv(rgb):
    """(..., 3) R, G, B of 0 to 255 -> Y, U, V of 0 to 255."""
    return rgb @ regions.YUV.T + _YUV_OFFSETS


def grid(frames, found):
    """The mean Y, U, V of 5 x 5 blocks of the aligned face: (T, 25, 3), row by row from the left upper block.

    The square of :mod:`.face_shape` is brought upright, so that a block stays on the same piece of skin. Without
    landmarks it is the face's box.
    """
    side = BLOCKS * PIXELS
    values = np.empty((len(frames), BLOCKS**2, 3))
    for index, frame in enumerate(frames):
        factor, offset = found.factor[index] / side, found.offset[index]
        # of the square's pixels in the frame, middles on middles
        middle = (0.5 + 0.5j) * factor + offset - (0.5 + 0.5j)
        to_frame = np.array([[factor.real, -factor.imag, middle.real], [factor.imag, factor.real, middle.imag]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        square = cv2.warpAffine(frame, to_frame, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        blocks = square.reshape(BLOCKS, PIXELS, BLOCKS, PIXELS, 3).mean(axis=(1, 3), dtype=np.float64)
        values[index] = to_yuv(blocks.reshape(-1, 3))
    return values


def region_sets(totals, pixels, fs_hz):
    """CVD's map: (T, 63, 6), the mean R, G, B, Y, U, V of every set of six regions, in binary counting order.

    Row ``n - 1`` has the regions whose bits ``n`` has, the first region being bit 0; the forehead is the last. None
    where a region is outside of all frames.
    """
    if regions.means(totals, pixels) is None:
        return None
    count = pixels.shape[1]
    members = np.array([[number >> bit & 1 for bit in range(count)] for number in range(1, 2**count)], dtype=np.float64)
    rgb = regions.means(np.einsum("sr,trc->tsc", members, totals), pixels @ members.T)
    return np.concatenate([rgb, to_yuv(rgb)], axis=-1)


def region_pulses(totals, pixels, fs_hz):
    """NAS-HR's map: (T, 15, 3), the mean R and G and the POS of 14 triangles and the forehead.

    Each row and channel is brought to 0 to 255 over the whole recording. None where a region is outside of all frames.
    """
    rgb = regions.means(totals, pixels)
    if rgb is None:
        return None
    pulses = np.stack([_pos(rgb[:, row], fs_hz) for row in range(rgb.shape[1])], axis=1)
    values = np.concatenate([rgb[..., :2], pulses[..., None]], axis=-1)
    low, high = values.min(axis=0), values.max(axis=0)
    return 255 * (values - low) / np.where(high > low, high - low, 1)


def _pos(rgb, fs_hz):
    """POS as published: windows of 1.6 s, added where they overlap, without a filter afterwards."""
    length = int(np.ceil(WINDOW_S * fs_hz))
    projected = normalised_windows(rgb, length, hop=1) @ PLANE.T
    pulses = combine(projected[..., 0], projected[..., 1], sign=+1)
    pulses -= pulses.mean(axis=1, keepdims=True)
    return overlap_add(pulses, 1, len(rgb))
