"""OMIT: Alvarez Casado and Bordallo Lopez 2023."""

import numpy as np

from .colour import as_rgb, green_without


def omit(rgb, fs_hz):
    """The green part of what is left when the first direction of a QR decomposition is projected away.

    Args:
        rgb: (T, 3) mean colours, T at least 3.
        fs_hz: not used; all methods take it.

    Returns:
        (T,) float64, in the unit of ``rgb``.

    Raises:
        DataError: see :func:`~.colour.as_rgb`.

    Source: C. Alvarez Casado, M. Bordallo Lopez, "Face2PPG: an unsupervised pipeline for blood volume pulse extraction
    from faces", IEEE Journal of Biomedical and Health Informatics 27(11), 2023 (orthogonal matrix image
    transformation). Agrees with the toolbox's ``OMIT``: the decomposition is of the (3, T) colours as they are, so the
    first direction is that of the first frame's colour.
    """
    colours = as_rgb(rgb, "OMIT", least_frames=3).T
    directions, _ = np.linalg.qr(colours)
    return green_without(colours, directions[:, 0])
