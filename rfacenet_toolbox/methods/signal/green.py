"""GREEN: Verkruysse, Svaasand and Nelson 2008."""

import numpy as np

from .colour import as_rgb


def green(rgb, fs_hz):
    """The green channel as it is.

    Args:
        rgb: (T, 3) mean colours, T at least 1.
        fs_hz: not used; all methods take it.

    Returns:
        (T,) float64, in the unit of ``rgb``.

    Raises:
        DataError: see :func:`~.colour.as_rgb`.

    Source: W. Verkruysse, L. O. Svaasand, J. S. Nelson, "Remote plethysmographic imaging using ambient light", Optics
    Express 16(26), 2008: of the three channels, green has the strongest plethysmographic signal. Agrees with the
    toolbox's ``GREEN``. The paper goes on to filter it; the toolbox leaves that to the evaluation.
    """
    return as_rgb(rgb, "GREEN", least_frames=1)[:, 1].astype(np.float64)
