"""LGI: Pilz, Zaunseder, Krajewski and Blazek 2018."""

import numpy as np

from .colour import as_rgb, green_without


def lgi(rgb, fs_hz):
    """The green part of what is left when the colours' strongest direction is projected away.

    Args:
        rgb: (T, 3) mean colours, T at least 3.
        fs_hz: not used; all methods take it.

    Returns:
        (T,) float64, in the unit of ``rgb``.

    Raises:
        DataError: see :func:`~.colour.as_rgb`.

    Source: C. S. Pilz, S. Zaunseder, J. Krajewski, V. Blazek, "Local group invariance for heart rate estimation from
    face videos in the wild", CVPR Workshops 2018. Agrees with the toolbox's ``LGI``: the decomposition is of the
    colours as they are, not centred, so that the direction is nearly the mean colour; the paper's diffusion process
    that follows the heart rate is left out.
    """
    colours = as_rgb(rgb, "LGI", least_frames=3).T
    directions, _, _ = np.linalg.svd(colours, full_matrices=False)
    return green_without(colours, directions[:, 0])
