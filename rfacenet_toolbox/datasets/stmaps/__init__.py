"""Spatial-temporal maps: the mean colours of a face's regions over time, a row for each region.

A map takes the place of a clip's frames. It is cached as (T, rows, 1, channels), so that everything that reads clips
reads maps, too: with ``DATA_FORMAT: NCDHW`` a batch is (B, channels, T, rows, 1). The cached numbers are mean colours,
0 to 255, as they are; what a method makes of a window of them (min-max, gaps, stretching) is in ``methods/maps``.

==================  ====  =======================  =============================================================
``DATA_TYPE``       rows  channels                 regions
==================  ====  =======================  =============================================================
``STMapGrid``         25  Y, U, V                  5 x 5 blocks of the aligned face (RhythmNet)
``STMapRegions``      63  R, G, B, Y, U, V         all sets of two cheeks in two parts each, mouth, forehead (CVD)
``STMapPos``          15  R, G, POS                forehead, and 14 triangles of cheeks, nose and chin (NAS-HR)
==================  ====  =======================  =============================================================
"""

from typing import Dict, NamedTuple


class MapType(NamedTuple):
    """The size of a map."""

    rows: int
    channels: int


#: DATA_TYPE -> its size
MAP_TYPES: Dict[str, MapType] = {
    "STMapGrid": MapType(25, 3),
    "STMapRegions": MapType(63, 6),
    "STMapPos": MapType(15, 3),
}


def clip_size(preprocess):
    """``(height, width, channels)`` of a cached clip of a node ``PREPROCESS``.

    Of a map they are its rows, 1, and its channels; RESIZE is then the size of the face from which the map is made.
    """
    first = preprocess.DATA_TYPE[0] if len(preprocess.DATA_TYPE) else None
    if first in MAP_TYPES:
        return MAP_TYPES[first].rows, 1, MAP_TYPES[first].channels
    return preprocess.RESIZE.H, preprocess.RESIZE.W, 3 * len(preprocess.DATA_TYPE)
