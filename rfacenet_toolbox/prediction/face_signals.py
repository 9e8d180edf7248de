"""A few numbers of each frame: mean colours of the whole face and of three regions, and where the face is."""

from array import array
from typing import NamedTuple, Optional

import numpy as np
from numpy.typing import NDArray

from .box import Box
from .motion import FollowedFace
from .resample import even_grid
from .skin import SkinColour

REGIONS = ("forehead", "left", "right")
_FOREHEAD = 0.3  # of the height of the face's inner part
_LEAST_SKIN = 0.01  # mean weight of a region; below it all of the region counts
_COLUMNS = 3 * (1 + len(REGIONS)) + 3


class EvenSignals(NamedTuple):
    """:class:`FaceSignals` on an even grid of N times."""

    fs_hz: float
    start_s: float
    rgb: NDArray[np.float64]  #: (N, 3) of the whole face's skin
    regions: NDArray[np.float64]  #: (N, R, 3) of each of :data:`REGIONS`
    place: NDArray[np.float64]  #: (N, 2) right and down, face widths
    known: NDArray[np.bool_]  #: (N,) False where no face was seen


class FaceSignals:
    """Follows the face and keeps 15 numbers of each frame."""

    def __init__(self) -> None:
        self._face, self._skin = FollowedFace(), SkinColour()
        self.times_s = array("d")
        self.known = bytearray()
        self._rows = array("d")

    def add(
        self, time_s: float, image: Optional[NDArray[np.uint8]], box: Optional[Box], shown: Optional[Box] = None
    ) -> Optional[Box]:
        """Take a frame.

        Args:
            time_s: of the frame.
            image: uint8 (H, W, 3), BGR.
            box: the tracker's box in it, None where there is no face.
            shown: where an image that is only a part of the frame was cut from it: the same box in the frame.

        Returns:
            The box that follows the face in the image, None where there is none.
        """
        self.times_s.append(time_s)
        self.known.append(box is not None)
        if box is None:
            self._face = FollowedFace()  # another place, or another face, when one is seen again
            self._rows.extend([0.0] * _COLUMNS)
            return None
        followed = self._face.follow(image, box)
        cells, weights = self._skin.weighed(image, followed)
        self._rows.extend(_mean(cells, weights))
        height, width = weights.shape
        top, middle = max(1, round(_FOREHEAD * height)), max(1, width // 2)
        for part in (np.s_[:top], np.s_[top - height :, :middle], np.s_[top - height :, middle - width :]):
            self._rows.extend(_mean(cells[part], weights[part]))
        shown = box if shown is None else shown
        moved = np.subtract(followed.middle, box.middle) * (shown.width / box.width)
        self._rows.extend((*(shown.middle + moved), shown.width))
        return followed

    def colours(self, first: int = 0) -> NDArray[np.float64]:
        """(N, 3) mean red, green and blue of the face's skin, from a frame on; zeros where there is no face."""
        return np.reshape(self._rows[_COLUMNS * first :], (-1, _COLUMNS))[:, :3]

    def even(self, seconds: float = np.inf) -> EvenSignals:
        """Everything, or the last seconds, on an even grid; at least one of these frames must have had a face."""
        first = int(np.searchsorted(self.times_s, self.times_s[-1] - seconds))
        rows = np.reshape(self._rows[_COLUMNS * first :], (-1, _COLUMNS))
        fs_hz, grid_s, even, known = even_grid(self.times_s[first:], rows, self.known[first:])
        regions = even[:, 3:-3].reshape(len(even), len(REGIONS), 3)
        return EvenSignals(fs_hz, grid_s[0], even[:, :3], regions, even[:, -3:-1] / np.median(even[:, -1:]), known)


def _mean(cells: NDArray[np.float32], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean red, green and blue."""
    if weights.mean() < _LEAST_SKIN:
        weights = np.ones_like(weights)
    return (weights.ravel() @ cells.reshape(-1, 3) / weights.sum())[::-1]
